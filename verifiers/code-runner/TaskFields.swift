import VerifierKit

/// Typed access to an object of a task, with errors that name the field.
struct TaskFields {
  private typealias Unusable = CodeTask.Unusable

  private let members: [String: JSONValue]

  init(_ members: [String: JSONValue]) { self.members = members }

  func has(_ name: String) -> Bool { members[name] != nil }

  /// Refuses every field but these.
  func refuseAllBut(_ known: Set<String>) throws(CodeTask.Unusable) {
    guard let odd = members.keys.filter({ !known.contains($0) }).min() else { return }
    let names = known.sorted().joined(separator: ", ")
    throw Unusable(reason: "the task has a field '\(odd.prefix(40))', which is none of \(names)")
  }

  /// Refuses fields that are spelt almost as the known ones; others belong to somebody else.
  func refuseMisspelt(_ known: Set<String>) throws(CodeTask.Unusable) {
    func folded(_ name: String) -> String {
      name.lowercased().replacing("z", with: "s").filter(\.isLetter)
    }
    let byFolded = Dictionary(known.map { (folded($0), $0) }) { first, _ in first }
    for name in members.keys.sorted() where !known.contains(name) {
      guard let meant = byFolded[folded(name)] else { continue }
      throw Unusable(reason: "the task has a field '\(name.prefix(40))'; it is spelt '\(meant)'")
    }
  }

  /// A text; `standard` where it is absent, and an error where that is nil.
  func text(_ name: String, orElse standard: String?) throws(CodeTask.Unusable) -> String {
    switch members[name] {
    case .string(let text): return text
    case nil:
      guard let standard else { throw Unusable(reason: "the task has no '\(name)'") }
      return standard
    default: throw Unusable(reason: "the task's '\(name)' is no text")
    }
  }

  func optionalText(_ name: String) throws(CodeTask.Unusable) -> String? {
    has(name) ? try text(name, orElse: nil) : nil
  }

  func texts(_ name: String) throws(CodeTask.Unusable) -> [String] {
    var texts: [String] = []
    for element in try elements(name) {
      guard case .string(let text) = element else {
        throw Unusable(reason: "the task's '\(name)' holds something that is no text")
      }
      texts.append(text)
    }
    return texts
  }

  /// A name of Python's.
  func identifier(_ name: String) throws(CodeTask.Unusable) -> String {
    let text = try text(name, orElse: nil)
    let isName =
      text.utf8.count <= 200 && text.first?.isNumber == false
      && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    guard isName else { throw Unusable(reason: "the task's '\(name)' is no function's name") }
    return text
  }

  func bool(_ name: String) throws(CodeTask.Unusable) -> Bool {
    switch members[name] {
    case nil: return false
    case .bool(let bool): return bool
    default: throw Unusable(reason: "the task's '\(name)' is not true or false")
    }
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, orElse standard: Choice
  ) throws(CodeTask.Unusable) -> Choice {
    let word = try text(name, orElse: standard.rawValue)
    guard let choice = Choice(rawValue: word) else {
      let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw Unusable(reason: "the task's '\(name)' is none of \(choices)")
    }
    return choice
  }

  /// A number, which bounds the absolute difference, or an object with `absolute` and `relative`.
  func tolerance(_ name: String) throws(CodeTask.Unusable) -> Tolerance? {
    func bound(_ value: JSONValue?) throws(CodeTask.Unusable) -> Double {
      switch value {
      case nil: return 0
      case .number(let number) where number >= 0 && number.isFinite: return number
      default: throw Unusable(reason: "the task's '\(name)' is no number from 0 on")
      }
    }
    switch members[name] {
    case nil, .null: return nil
    case .object(let bounds):
      guard bounds.keys.allSatisfy({ $0 == "absolute" || $0 == "relative" }) else {
        throw Unusable(reason: "the task's '\(name)' has other keys than absolute and relative")
      }
      return Tolerance(
        absolute: try bound(bounds["absolute"]), relative: try bound(bounds["relative"]))
    case let value: return Tolerance(absolute: try bound(value))
    }
  }

  /// The objects of a list that is not empty.
  func objects(_ name: String) throws(CodeTask.Unusable) -> [TaskFields] {
    var objects: [TaskFields] = []
    for element in try elements(name) {
      guard case .object(let members) = element else {
        throw Unusable(reason: "the task's '\(name)' holds something that is no object")
      }
      objects.append(TaskFields(members))
    }
    return objects
  }

  func value(_ name: String) throws(CodeTask.Unusable) -> TypedValue {
    guard let json = members[name] else { throw Unusable(reason: "the task has no '\(name)'") }
    return try typed(json, name)
  }

  func values(_ name: String) throws(CodeTask.Unusable) -> [TypedValue] {
    guard case .array(let elements)? = members[name] else {
      throw Unusable(reason: "the task has no list '\(name)'")
    }
    return try elements.map { (json) throws(CodeTask.Unusable) in
      try typed(json, name, allowsExpressions: true)
    }
  }

  func namedValues(_ name: String) throws(CodeTask.Unusable) -> [String: TypedValue] {
    switch members[name] {
    case nil: return [:]
    case .object(let named):
      var values: [String: TypedValue] = [:]
      for (key, json) in named { values[key] = try typed(json, name) }
      return values
    default: throw Unusable(reason: "the task's '\(name)' is no object")
    }
  }

  private func elements(_ name: String) throws(CodeTask.Unusable) -> [JSONValue] {
    guard case .array(let elements)? = members[name], !elements.isEmpty else {
      throw Unusable(reason: "the task has no '\(name)', or none in it")
    }
    return elements
  }

  private func typed(
    _ json: JSONValue, _ name: String, allowsExpressions: Bool = false
  ) throws(CodeTask.Unusable) -> TypedValue {
    do throws(TypedValue.Malformed) {
      return try TypedValue(json, allowsNumbers: true, allowsExpressions: allowsExpressions)
    } catch {
      throw Unusable(reason: "the task's '\(name)' cannot be read: \(error.problem)")
    }
  }
}
