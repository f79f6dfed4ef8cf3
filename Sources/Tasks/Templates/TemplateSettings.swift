package import Settings

/// What a set of problems from templates looks like, whatever its families.
package struct TemplateSettings: GeneratorSettings {
  package var trainingProblems = 2_000
  package var heldOutProblems = 200
  package var demonstrations = 100
  package var seed: UInt64 = 0
  package var heldOutShare = 0.1

  package init() {}

  package func validate() throws(InvalidSetting) { try validateCounts() }
}

/// A family that is written down rather than programmed: texts with slots, and slots with values.
///
/// ```yaml
/// prompt: "{name} has {a} {thing} and buys {b} more. How many are there now?"
/// slots: { name: [Anna, Ben], thing: [apples, pens], a: 2...99, b: 2...99 }
/// condition: a > b
/// steps: ["{a} + {b} = {a + b}"]
/// answer: "{a + b}"
/// ```
///
/// In braces stands a slot, or an expression of those that are numbers (``TemplateExpression``).
package struct TemplateFamily: SettingsSection {
  /// What is asked.
  package var prompt = ""
  /// What each slot may be: a range of whole numbers, or a list of words.
  package var slots: [String: TemplateSlot] = [:]
  /// Draws for which this expression is 0 have no problem; empty for none.
  package var condition = ""
  /// Lines of working in demonstrations, before the answer.
  package var steps: [String] = []
  /// The reference answer.
  package var answer = ""
  /// How `exact-text` reads the answer; empty where `arithmetic` judges.
  package var answerForm = ""
  /// Share of the set's problems, in proportion to the other families' weights.
  package var weight = 1.0

  package init() {}

  /// Refuses texts that cannot be filled.
  package func validate() throws(InvalidSetting) {
    guard weight > 0, weight <= 1_000_000 else {
      throw InvalidSetting(
        key: "weight", value: "\(weight)", rule: "it must be above 0 and at most 1000000")
    }
    guard !slots.isEmpty, slots.count <= 32 else {
      throw InvalidSetting(
        key: "slots", value: "\(slots.count)", rule: "a template has 1...32 slots")
    }
    for (key, text) in [("prompt", prompt), ("answer", answer)] where text.isEmpty {
      throw InvalidSetting(key: key, value: "empty", rule: "a family has a text for it")
    }
    _ = try ProblemTemplate(self)
  }
}

/// The values of a slot.
package enum TemplateSlot: Codable, Equatable, Sendable {
  /// Whole numbers, each equally likely; written `2...99`.
  case numbers(ClosedRange<Int>)
  /// Words, each equally likely; written as a list.
  case words([String])

  /// The largest number of a range, and its negative the smallest.
  private static let magnitudeLimit = 1_000_000_000
  private static let expected = "a range such as 2...99, or a list of words"

  package init(from decoder: any Decoder) throws {
    if let words = try? [String](from: decoder) {
      guard (1...10_000).contains(words.count) else { throw Self.refusal(decoder) }
      self = .words(words)
      return
    }
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let dots = text.firstRange(of: "..."),
      let first = Int(text[..<dots.lowerBound]), let last = Int(text[dots.upperBound...]),
      first <= last, first >= -Self.magnitudeLimit, last <= Self.magnitudeLimit
    else { throw Self.refusal(decoder) }
    self = .numbers(first...last)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .numbers(let range): try container.encode("\(range.lowerBound)...\(range.upperBound)")
    case .words(let words): try container.encode(words)
    }
  }

  private static func refusal(_ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(codingPath: decoder.codingPath, debugDescription: expected))
  }
}
