package import Foundation

/// A value within JSON that two documents have differently.
package struct FieldDifference: Codable, Equatable, Sendable {
  /// Names and positions with dots between them, such as `verifiers.0.folder`.
  package let path: String
  /// As JSON, cut short; nil where there is nothing.
  package let before: String?
  package let after: String?

  /// Every difference of two documents, by the order of paths.
  ///
  /// - Returns: nil where one of the two is no JSON.
  package static func all(_ before: Data, _ after: Data) -> [FieldDifference]? {
    guard let first = leaves(of: before), let second = leaves(of: after) else { return nil }
    let old = Dictionary(first) { $1 }
    let new = Dictionary(second) { $1 }
    return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted { order($0, $1) }
      .map { path in
        FieldDifference(
          path: path.joined(separator: "."), before: old[path].map(excerpt),
          after: new[path].map(excerpt))
      }
  }

  /// Every difference of two values, by the order of paths.
  package static func all<Value: Encodable>(
    _ before: Value, _ after: Value
  ) throws -> [FieldDifference] {
    all(try StableJSON.data(before), try StableJSON.data(after)) ?? []
  }

  /// The difference for people.
  package var text: String { "\(path): \(before ?? "absent") → \(after ?? "absent")" }

  /// The first difference; nil where there is none, or where one of the two is no JSON.
  static func first(_ before: Data, _ after: Data) -> FieldDifference? {
    all(before, after)?.first
  }

  /// At most 80 characters.
  static func excerpt(_ text: String) -> String {
    let shown = ProgressLine.printable(String(text.prefix(81)))
    return shown.count > 80 ? shown.prefix(79) + "…" : shown
  }

  // MARK: - Leaves

  private static func leaves(of data: Data) -> [([String], String)]? {
    guard let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    else { return nil }  // the caller shows the text instead
    var leaves: [([String], String)] = []
    collect(value, at: [], into: &leaves)
    return leaves
  }

  private static func collect(
    _ value: Any, at path: [String], into leaves: inout [([String], String)]
  ) {
    switch value {
    case let object as [String: Any] where !object.isEmpty:
      for (name, value) in object { collect(value, at: path + [name], into: &leaves) }
    case let list as [Any] where !list.isEmpty:
      for (index, value) in list.enumerated() {
        collect(value, at: path + ["\(index)"], into: &leaves)
      }
    case let text as String: leaves.append((path, "\"\(text)\""))
    case is [String: Any]: leaves.append((path, "{}"))
    case is [Any]: leaves.append((path, "[]"))
    case is NSNull: leaves.append((path, "null"))
    default: leaves.append((path, text(ofPlain: value)))
    }
  }

  /// A number, or a truth value, which Foundation hands out as a number, too.
  private static func text(ofPlain value: Any) -> String {
    // What was read from JSON can be written; anything else is as Swift shows it.
    let data = try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
  }

  /// By name, and by number where both are positions.
  private static func order(_ first: [String], _ second: [String]) -> Bool {
    for (one, other) in zip(first, second) where one != other {
      if let left = Int(one), let right = Int(other) { return left < right }
      return one < other
    }
    return first.count < second.count
  }
}
