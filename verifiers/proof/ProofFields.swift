import VerifierKit

/// Typed access to an object of a task, with errors that name the field.
struct ProofFields {
  private let members: [String: JSONValue]

  init(_ members: [String: JSONValue]) { self.members = members }

  func text(_ name: String) throws(UnusableTask) -> String {
    guard let text = try optionalText(name) else { throw UnusableTask("the task has no '\(name)'") }
    return text
  }

  func optionalText(_ name: String) throws(UnusableTask) -> String? {
    switch members[name] {
    case nil: return nil
    case .string(let text): return text
    default: throw UnusableTask("the task's '\(name)' is no text")
    }
  }

  /// A list of texts, empty where it is absent.
  func texts(_ name: String) throws(UnusableTask) -> [String] {
    try elements(name).map { (element) throws(UnusableTask) in
      guard case .string(let text) = element else {
        throw UnusableTask("the task's '\(name)' holds something that is no text")
      }
      return text
    }
  }

  /// A list of pairs of texts, empty where it is absent.
  func pairs(_ name: String) throws(UnusableTask) -> [(String, String)] {
    try elements(name).map { (element) throws(UnusableTask) in
      guard case .array(let pair) = element, pair.count == 2, case .string(let one) = pair[0],
        case .string(let other) = pair[1]
      else { throw UnusableTask("the task's '\(name)' holds something that is no pair of texts") }
      return (one, other)
    }
  }

  /// A list of objects, empty where it is absent.
  func objects(_ name: String) throws(UnusableTask) -> [ProofFields] {
    try elements(name).map { (element) throws(UnusableTask) in
      guard case .object(let members) = element else {
        throw UnusableTask("the task's '\(name)' holds something that is no object")
      }
      return ProofFields(members)
    }
  }

  private func elements(_ name: String) throws(UnusableTask) -> [JSONValue] {
    switch members[name] {
    case nil: return []
    case .array(let elements): return elements
    default: throw UnusableTask("the task's '\(name)' is no list")
    }
  }
}
