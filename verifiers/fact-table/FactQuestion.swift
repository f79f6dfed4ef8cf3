import FactTables
import VerifierKit

/// One right value with all its spellings.
struct FactAnswer: Equatable {
  /// Folded spellings, the usual one first; at least one.
  let forms: [String]
  let asOf: FactPeriod
  /// Who says so; empty where nobody is named.
  let source: String
}

/// What a problem asks: the value of a key's relation, or the key of a value.
struct FactQuestion {
  /// Answers that a problem brings, at most.
  private static let answerLimit = 1000

  private let problem: Problem
  private let asOf: FactPeriod?
  let list: FactSettings.ListRule
  /// The relation's name; empty where the problem brings its answers.
  let relation: String
  /// Whether the value is given and the key is asked for.
  let isReversed: Bool
  private let key: String?

  init(_ problem: Problem, settings: FactSettings) throws(FactRefusal) {
    self.problem = problem
    let fields = FactFields(metadata: problem.metadata)
    key = try fields.text("key")
    relation = try fields.text("relation") ?? ""
    switch try fields.text("direction") {
    case nil, "forward": isReversed = false
    case "reverse": isReversed = true
    default: throw FactRefusal("the problem's 'direction' is neither forward nor reverse")
    }
    if let word = try fields.text("list") {
      guard let list = FactSettings.ListRule(rawValue: word) else {
        throw FactRefusal("the problem's 'list' is none of any, all, ordered")
      }
      self.list = list
    } else {
      list = settings.list
    }
    if let date = try fields.text("asOf") {
      guard let period = FactPeriod(date) else {
        throw FactRefusal("the problem's 'asOf' is no date")
      }
      asOf = period
    } else {
      asOf = settings.asOf
    }
  }

  /// Whether a value of this period answers the question.
  func accepts(_ period: FactPeriod) -> Bool {
    asOf.map { period.overlaps($0) } ?? period.isOpen
  }

  /// The words that an answer may repeat: those of the question.
  var words: QuestionWords { QuestionWords(problem.prompt, also: [key ?? "", relation]) }

  /// The right values, of all times and sources.
  func answers(in index: FactIndex?) throws(FactRefusal) -> [FactAnswer] {
    guard let index else { return try ownAnswers() }
    guard let key, !relation.isEmpty else {
      throw FactRefusal("the problem's metadata has no 'key' and 'relation' to look up")
    }
    return try index.answers(of: key, relation: relation, isReversed: isReversed)
  }

  /// What the problem itself says: its answer with `aliases`, and each of `answers`.
  private func ownAnswers() throws(FactRefusal) -> [FactAnswer] {
    let fields = FactFields(metadata: problem.metadata)
    let units = try fields.texts("unit")
    var spellings: [[String]] = []
    if let answer = problem.answer {
      spellings.append([answer] + (try fields.texts("aliases")))
    }
    spellings += try fields.lists("answers")
    guard spellings.count <= Self.answerLimit else {
      throw FactRefusal("the problem has more than \(Self.answerLimit) answers")
    }
    var answers: [FactAnswer] = []
    for spelling in spellings {
      let forms = FactRow.forms(spelling, units: units)
      guard !forms.isEmpty else { continue }
      if !answers.contains(where: { $0.forms[0] == forms[0] }) {
        answers.append(FactAnswer(forms: forms, asOf: .always, source: ""))
      }
    }
    guard !answers.isEmpty else {
      throw FactRefusal("the problem has no answer to compare with")
    }
    return answers
  }
}

/// The metadata of a problem, whatever it holds.
private struct FactFields {
  let metadata: [String: JSONValue]

  /// A text or a number; nil where there is none.
  func text(_ name: String) throws(FactRefusal) -> String? {
    guard let value = metadata[name], value != .null else { return nil }
    return try Self.text(value, name)
  }

  /// A list of texts, or one.
  func texts(_ name: String) throws(FactRefusal) -> [String] {
    guard let value = metadata[name], value != .null else { return [] }
    return try Self.texts(value, name)
  }

  /// A list of values, each a text or a list of its spellings.
  func lists(_ name: String) throws(FactRefusal) -> [[String]] {
    guard let value = metadata[name], value != .null else { return [] }
    guard case .array(let elements) = value else { return [try Self.texts(value, name)] }
    var lists: [[String]] = []
    for element in elements { lists.append(try Self.texts(element, name)) }
    return lists
  }

  private static func texts(_ value: JSONValue, _ name: String) throws(FactRefusal) -> [String] {
    guard case .array(let elements) = value else { return [try text(value, name)] }
    guard elements.count <= FactRow.aliasLimit else {
      throw FactRefusal("the problem's '\(name)' has more than \(FactRow.aliasLimit) spellings")
    }
    var texts: [String] = []
    for element in elements { texts.append(try text(element, name)) }
    return texts
  }

  private static func text(_ value: JSONValue, _ name: String) throws(FactRefusal) -> String {
    let text: String
    switch value {
    case .string(let string): text = string
    case .number(let number): text = Int(exactly: number).map { "\($0)" } ?? "\(number)"
    default: throw FactRefusal("the problem's '\(name)' is no text")
    }
    guard text.utf8.count <= FactRow.fieldLimit else {
      throw FactRefusal("the problem's '\(name)' is longer than \(FactRow.fieldLimit) bytes")
    }
    return text
  }
}
