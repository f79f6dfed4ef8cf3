package import Foundation
import GRDB
import Registry

/// Which jobs that are done stay on record: the newest of each schedule, and of the queue.
///
/// At least one of each stays, so that a schedule shows its last job, and no number is given twice.
package struct JobRetention: Equatable, Sendable {
  /// What the daemon keeps by itself.
  package static let kept = 1_000

  /// The newest so many of each.
  package let keepLast: Int
  /// Only jobs that ended before this go; nil for all beyond ``keepLast``.
  package let endedBefore: Date?

  /// - Precondition: `keepLast` is at least 1.
  package init(keepLast: Int, endedBefore: Date? = nil) {
    precondition(keepLast >= 1, "keeps the newest \(keepLast)")
    (self.keepLast, self.endedBefore) = (keepLast, endedBefore)
  }

  /// The jobs that go, the oldest first.
  func jobs(_ database: Database) throws -> [Int] {
    try Int.fetchAll(
      database,
      sql: """
        SELECT id FROM (
          SELECT id, ended, row_number() OVER (PARTITION BY schedule ORDER BY id DESC) AS place
          FROM job WHERE isDone)
        WHERE place > ?1 AND (?2 IS NULL OR ended < ?2) ORDER BY id
        """, arguments: [keepLast, endedBefore?.timeIntervalSince1970])
  }

  /// Deletes the jobs of one schedule, or of the queue, that the daemon does not keep.
  static func trim(_ schedule: String?, _ database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM job WHERE isDone AND schedule IS ?1 AND id < (
          SELECT id FROM job WHERE isDone AND schedule IS ?1
          ORDER BY id DESC LIMIT 1 OFFSET ?2)
        """, arguments: [schedule, kept - 1])
  }
}

extension ScheduleStore {
  /// The numbers of jobs that a rule does not keep, the least first.
  package func jobs(beyond rule: JobRetention) throws -> [Int] {
    try registry.read { try rule.jobs($0) }
  }

  /// Deletes the jobs that a rule does not keep.
  ///
  /// - Returns: Their numbers, the least first.
  package func delete(beyond rule: JobRetention) throws -> [Int] {
    try registry.write { database in
      let jobs = try rule.jobs(database)
      let statement = try database.cachedStatement(sql: "DELETE FROM job WHERE id = ?")
      for job in jobs { try statement.execute(arguments: [job]) }
      return jobs
    }
  }
}
