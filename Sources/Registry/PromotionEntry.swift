package import Foundation
package import GRDB

/// What happened to a policy's name: a row of `promotion`, never changed.
///
/// A name stands for the policy of the last row that is not a refusal. The policy itself lies in
/// `policies/NAME/NUMBER` of the folder of runs, so that it stays when its run is deleted; a row names
/// the run only for people.
package struct PromotionEntry: Codable, Equatable, Sendable, FetchableRecord,
  MutablePersistableRecord
{
  package static let databaseTableName = "promotion"

  /// What was done.
  package enum Action: String, Codable, Sendable {
    /// A policy took the name.
    case promote
    /// The policy that had the name before has it again, or none.
    case undo
    /// The gate refused a policy; the name stands for what it stood for.
    case refuse
  }

  package var id: Int64?
  /// The policy's name: champion, challenger, ….
  package var name: String
  package var action: Action
  /// The policy that the name stands for from here on, by its number; nil for none.
  package var number: Int?
  /// The one that it stood for before.
  package var previous: Int?
  /// The run of the policy that was promoted or refused.
  package var run: String?
  /// The digest of that policy, and of its files in their folder.
  package var policy: String?
  package var files: String?
  /// When, as in `2025-01-31T12:00:00Z`.
  package var created: String
  /// The gate's rules and findings as JSON; nil for an undo.
  package var decision: String?

  package init(
    name: String, action: Action, number: Int?, previous: Int?, run: String? = nil,
    policy: String? = nil, files: String? = nil, created: String, decision: String? = nil
  ) {
    (self.name, self.action, self.number, self.previous) = (name, action, number, previous)
    (self.run, self.policy, self.files) = (run, policy, files)
    (self.created, self.decision) = (created, decision)
  }

  /// Where the policy of a number lies, in the folder of runs.
  package static func place(_ name: String, _ number: Int) -> String {
    "policies/\(name)/\(number)"
  }

  package mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}

extension RegistryMigration {
  static let policies = RegistryMigration(
    "policies",
    sql: """
      CREATE TABLE promotion (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        action TEXT NOT NULL,
        number INTEGER,
        previous INTEGER,
        run TEXT,
        policy TEXT,
        files TEXT,
        created TEXT NOT NULL,
        decision TEXT
      ) STRICT;
      CREATE INDEX promotionByName ON promotion (name, id);
      """)
}

extension Registry {
  /// All names that a policy was ever given, in alphabetical order.
  package func policyNames() throws -> [String] {
    try read { database in
      try String.fetchAll(database, sql: "SELECT DISTINCT name FROM promotion ORDER BY name")
    }
  }

  /// What happened to a name, the oldest first.
  package func promotions(of name: String) throws -> [PromotionEntry] {
    try read { database in
      try PromotionEntry.fetchAll(
        database, sql: "SELECT * FROM promotion WHERE name = ? ORDER BY id", arguments: [name])
    }
  }

  /// Finds the promotions of a run's policy from a moment on.
  ///
  /// - Parameters:
  ///   - run: The name of the run's folder.
  ///   - moment: Since when: another run of that name, which is deleted by now, may have come before.
  /// - Returns: The promotions, the oldest first.
  /// - Throws: ``RegistryError``.
  package func promotions(ofRun run: String, since moment: Date) throws -> [PromotionEntry] {
    try read { database in
      try PromotionEntry.fetchAll(
        database,
        sql: "SELECT * FROM promotion WHERE run = ? AND action = ? AND created >= ? ORDER BY id",
        arguments: [run, PromotionEntry.Action.promote.rawValue, moment.ISO8601Format()])
    }
  }

  /// Adds what happened to a name.
  package func add(_ promotion: PromotionEntry) throws {
    try write { database in
      var promotion = promotion
      try promotion.insert(database)
    }
  }
}
