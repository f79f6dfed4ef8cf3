package import Foundation

/// Two runs' stage records held against each other, byte for byte.
package struct RecordComparison: Codable, Equatable, Sendable {
  /// Where two runs part.
  package struct Difference: Codable, Equatable, Sendable {
    /// The name of the records' file without its ending, such as `02-reinforce`.
    package let stage: String
    /// The record, from 1.
    package let record: Int
    /// The path of the first field that differs, such as `rewards.3`; nil where a record is missing or
    /// cannot be read.
    package let field: String?
    /// What the first run has there, cut short; nil where it has nothing.
    package let before: String?
    package let after: String?
  }

  /// The files that both have, in their order.
  package let stages: [String]
  /// Records that are equal.
  package let equalRecords: Int
  /// The first that differs; nil where none does.
  package let difference: Difference?

  /// Whether there was something to compare, and all of it is equal.
  package var isIdentical: Bool { difference == nil && equalRecords > 0 }

  /// Compares the records of two runs, stage by stage in their order.
  ///
  /// - Parameters:
  ///   - before: The folder of the run that is held against.
  ///   - after: The other's.
  ///   - isPrefix: Whether one of them may end earlier, so that what it lacks does not count.
  /// - Throws: ``RunError`` where a file cannot be read.
  package init(_ before: URL, _ after: URL, isPrefix: Bool = false) throws(RunError) {
    let (first, second) = (try Self.stages(of: before), try Self.stages(of: after))
    let names = Set(first).union(second).sorted()
    var equal = 0
    for name in names {
      let left = first.contains(name) ? try Self.records(name, of: before) : []
      let right = second.contains(name) ? try Self.records(name, of: after) : []
      for index in 0..<max(left.count, right.count) {
        let (old, new) = (left.dropFirst(index).first, right.dropFirst(index).first)
        if old == new {
          equal += 1
          continue
        }
        if isPrefix, old == nil || new == nil { break }
        stages = names
        equalRecords = equal
        difference = Self.difference(name, index + 1, old, new)
        return
      }
    }
    (stages, equalRecords, difference) = (names, equal, nil)
  }

  // MARK: - Files

  private static func stages(of run: URL) throws(RunError) -> [String] {
    let folder = run.appending(path: "stages")
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .filter { $0.hasSuffix(".jsonl") && !$0.hasSuffix(".timings.jsonl") }
        .map { String($0.dropLast(".jsonl".count)) }.sorted()
    } catch {
      throw .system(operation: "read", path: folder.path, reason: "\(error.localizedDescription)")
    }
  }

  private static func records(_ stage: String, of run: URL) throws(RunError) -> [Data] {
    try RecordFile.records(in: run.appending(path: "stages/\(stage).jsonl"))
  }

  // MARK: - Fields

  private static func difference(
    _ stage: String, _ record: Int, _ before: Data?, _ after: Data?
  ) -> Difference {
    if let before, let after, let found = FieldDifference.first(before, after) {
      return Difference(
        stage: stage, record: record, field: found.path, before: found.before, after: found.after)
    }
    return Difference(
      stage: stage, record: record, field: nil,
      before: before.map { FieldDifference.excerpt(String(decoding: $0, as: UTF8.self)) },
      after: after.map { FieldDifference.excerpt(String(decoding: $0, as: UTF8.self)) })
  }

  /// What was found, as a sentence.
  package var summary: String {
    guard let difference else {
      if equalRecords == 0 { return "There are no records to compare." }
      return "identical: \(equalRecords) records of \(stages.count) files are equal, byte for byte."
    }
    let place = "\(difference.stage), record \(difference.record)"
    guard let field = difference.field else {
      return """
        They differ in \(place): \(difference.before ?? "no record") → \
        \(difference.after ?? "no record"). \(equalRecords) records before it are equal.
        """
    }
    return """
      They differ in \(place), field '\(field)': \(difference.before ?? "absent") → \
      \(difference.after ?? "absent"). \(equalRecords) records before it are equal.
      """
  }
}
