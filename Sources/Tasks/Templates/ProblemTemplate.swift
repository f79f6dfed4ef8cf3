import Randomness
import Settings

/// A family's texts, read and checked, and ready to be filled.
struct ProblemTemplate {
  /// One problem that was drawn.
  struct Filled: Equatable {
    let prompt: String
    let answer: String
    let steps: [String]
  }

  /// A text between its slots.
  private enum Piece {
    case text(String)
    case words(slot: String)
    case value(TemplateExpression)
  }

  private let slots: [(name: String, slot: TemplateSlot)]
  private let prompt: [Piece]
  private let answer: [Piece]
  private let steps: [[Piece]]
  private let condition: TemplateExpression?

  /// Reads the texts of a family.
  ///
  /// - Throws: `InvalidSetting` with the key of a text that cannot be read, or that uses what is no
  ///   slot.
  init(_ family: TemplateFamily) throws(InvalidSetting) {
    // In the order of their names, since a mapping has none.
    slots = family.slots.sorted { $0.key < $1.key }.map { (name: $0.key, slot: $0.value) }
    prompt = try Self.pieces(of: family.prompt, key: "prompt", family.slots)
    answer = try Self.pieces(of: family.answer, key: "answer", family.slots)
    var steps: [[Piece]] = []
    for (index, step) in family.steps.enumerated() {
      steps.append(try Self.pieces(of: step, key: "steps.\(index)", family.slots))
    }
    self.steps = steps
    condition =
      family.condition.isEmpty
      ? nil : try Self.expression(family.condition, key: "condition", family.slots)
  }

  /// Draws a value for each slot, and fills the texts.
  ///
  /// - Returns: nil where the condition does not hold, or an expression has no value.
  func draw(using generator: inout CounterGenerator) -> Filled? {
    var numbers: [String: Int] = [:]
    var words: [String: String] = [:]
    for (name, slot) in slots {
      switch slot {
      case .numbers(let range): numbers[name] = generator.integer(in: range)
      case .words(let list): words[name] = generator.element(of: list)
      }
    }
    func filled(_ pieces: [Piece]) -> String? {
      var text = ""
      for piece in pieces {
        switch piece {
        case .text(let literal): text += literal
        case .words(let slot): text += words[slot] ?? ""
        case .value(let expression):
          guard let value = expression.value(numbers) else { return nil }
          text += "\(value)"
        }
      }
      return text
    }
    if let condition {
      guard let holds = condition.value(numbers), holds != 0 else { return nil }
    }
    guard let prompt = filled(prompt), let answer = filled(answer) else { return nil }
    let lines = steps.compactMap(filled)
    guard lines.count == steps.count else { return nil }
    return Filled(prompt: prompt, answer: answer, steps: lines)
  }

  // MARK: - Reading

  private static func pieces(
    of text: String, key: String, _ slots: [String: TemplateSlot]
  ) throws(InvalidSetting) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      pieces.append(.text(String(rest[..<open])))
      let body = rest[rest.index(after: open)...]
      guard let close = body.firstIndex(of: "}") else {
        throw InvalidSetting(key: key, value: "'\(text)'", rule: "a brace is not closed")
      }
      let content = body[..<close].split(separator: " ").joined(separator: " ")
      if case .words? = slots[content] {
        pieces.append(.words(slot: content))
      } else {
        pieces.append(.value(try expression(content, key: key, slots)))
      }
      rest = body[body.index(after: close)...]
    }
    pieces.append(.text(String(rest)))
    return pieces
  }

  private static func expression(
    _ text: String, key: String, _ slots: [String: TemplateSlot]
  ) throws(InvalidSetting) -> TemplateExpression {
    let expression: TemplateExpression
    do throws(TemplateExpression.Refusal) {
      expression = try TemplateExpression(text)
    } catch {
      throw InvalidSetting(key: key, value: "'\(text)'", rule: "the expression \(error.reason)")
    }
    for name in expression.names.sorted() {
      guard case .numbers? = slots[name] else {
        throw InvalidSetting(
          key: key, value: "'\(text)'",
          rule: slots[name] == nil
            ? "there is no slot '\(name)'" : "the slot '\(name)' is a word, which has no value")
      }
    }
    return expression
  }
}
