import VerifierKit

/// A grader as its JSON describes it.
///
/// - SeeAlso: OpenAI's guide and reference of graders, 2025.
struct Grader {
  indirect enum Kind {
    case stringCheck(StringCheck)
    case textSimilarity(TextSimilarity)
    /// A source that defines `grade(sample, item)`.
    case python(source: String)
    case multi([Grader], GraderFormula)
  }

  /// A description that is none, or of a grader that asks a model.
  struct Unusable: Error, Equatable {
    let reason: String
  }

  /// Bytes of a program, at most, as the guide has it.
  static let sourceLimit = 256_000
  /// Graders of a multi grader, at most.
  static let graderLimit = 32

  /// The name by which a formula calls it; may be empty.
  let name: String
  let kind: Kind
  /// The score from which a completion passes; nil where the grader does not say.
  let passThreshold: Double?

  /// Reads a description.
  ///
  /// - Throws: ``Unusable``.
  init(_ value: JSONValue) throws(Unusable) { try self.init(value, name: nil, isInner: false) }

  private init(_ value: JSONValue, name key: String?, isInner: Bool) throws(Unusable) {
    guard case .object(let members) = value else { throw Unusable(reason: "it is no object") }
    var fields = GraderFields(members, of: key)
    let type = try fields.text("type")
    let own = try fields.optionalText("name")
    name = key ?? own ?? ""
    passThreshold = try fields.optionalNumber("pass_threshold")
    switch type {
    case "string_check": kind = .stringCheck(try StringCheck(&fields))
    case "text_similarity": kind = .textSimilarity(try TextSimilarity(&fields))
    case "python":
      let source = try fields.text("source")
      guard source.utf8.count <= Self.sourceLimit else {
        throw fields.refuse("'source' is longer than \(Self.sourceLimit) bytes")
      }
      // Which image ran it there; here it is the Python of the machine.
      fields.skip("image_tag")
      kind = .python(source: source)
    case "multi":
      guard !isInner else { throw fields.refuse("a multi grader holds another one") }
      kind = try Self.multi(&fields)
    case "score_model", "label_model":
      throw fields.refuse(
        "a grader '\(type)' asks another model for its opinion, which is no verifiable reward")
    default:
      throw fields.refuse(
        """
        there is no grader '\(type.prefix(40))'; known are string_check, text_similarity, python and \
        multi
        """)
    }
    try fields.refuseOthers()
  }

  private static func multi(_ fields: inout GraderFields) throws(Unusable) -> Kind {
    var graders: [Grader] = []
    switch fields.take("graders") {
    case .object(let named):
      for (name, value) in named.sorted(by: { $0.key < $1.key }) {
        graders.append(try Grader(value, name: name, isInner: true))
      }
    case .array(let listed):
      for value in listed { graders.append(try Grader(value, name: nil, isInner: true)) }
    default: throw fields.refuse("'graders' is neither an object nor a list")
    }
    guard (1...graderLimit).contains(graders.count) else {
      throw fields.refuse("'graders' has \(graders.count) graders, not 1...\(graderLimit)")
    }
    let names = Set(graders.map(\.name))
    guard names.count == graders.count else {
      throw fields.refuse("two of the 'graders' have one name")
    }
    let text = try fields.text("calculate_output")
    let formula: GraderFormula
    do throws(GraderFormula.Unreadable) {
      formula = try GraderFormula(text)
    } catch {
      throw fields.refuse("'calculate_output' cannot be read: \(error.problem)")
    }
    if let unknown = formula.names.subtracting(names).min() {
      throw fields.refuse("'calculate_output' names '\(unknown)', which is none of the 'graders'")
    }
    return .multi(graders, formula)
  }
}

/// The members of a description, taken out one by one so that the rest can be refused.
struct GraderFields {
  private var members: [String: JSONValue]
  private let place: String

  /// - Parameters:
  ///   - members: The description.
  ///   - name: The grader's name within a multi grader.
  init(_ members: [String: JSONValue], of name: String?) {
    self.members = members
    place = name.map { "grader '\($0.prefix(60))': " } ?? ""
  }

  func refuse(_ reason: String) -> Grader.Unusable { Grader.Unusable(reason: place + reason) }

  mutating func take(_ name: String) -> JSONValue? {
    let value = members.removeValue(forKey: name)
    return value == .null ? nil : value
  }

  mutating func skip(_ name: String) { members[name] = nil }

  mutating func text(_ name: String) throws(Grader.Unusable) -> String {
    guard let text = try optionalText(name) else { throw refuse("there is no '\(name)'") }
    return text
  }

  mutating func optionalText(_ name: String) throws(Grader.Unusable) -> String? {
    switch take(name) {
    case nil: nil
    case .string(let text): text
    default: throw refuse("'\(name)' is no text")
    }
  }

  mutating func optionalNumber(_ name: String) throws(Grader.Unusable) -> Double? {
    switch take(name) {
    case nil: nil
    case .number(let number) where number.isFinite: number
    default: throw refuse("'\(name)' is no number")
    }
  }

  mutating func template(_ name: String) throws(Grader.Unusable) -> GraderTemplate {
    let text = try text(name)
    do throws(GraderTemplate.Unreadable) {
      return try GraderTemplate(text)
    } catch {
      throw refuse("'\(name)' is no template: \(error.problem)")
    }
  }

  func refuseOthers() throws(Grader.Unusable) {
    guard let other = members.keys.min() else { return }
    throw refuse("nothing reads '\(other.prefix(60))'")
  }
}
