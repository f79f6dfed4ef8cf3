/// A named step from an empty file to today's tables, as SQL that is run once and never changed.
///
/// The SQL of a step stands beside the type that reads its tables, such as ``RunEntry``.
package struct RegistryMigration: Sendable {
  /// Kept in the file, so that a step is taken once; unique.
  package let name: String
  package let sql: String

  package init(_ name: String, sql: String) {
    (self.name, self.sql) = (name, sql)
  }

  /// What makes a registry, the oldest step first; new tables are new steps at the end.
  package static let all: [RegistryMigration] = [
    .runs,
    .stages,
    .checkpoints,
    .evaluations,
    .schedules,
    .jobs,
    .policies,
    .jobHooks,
  ]
}
