import GRDB
import Runs
package import VerifierKit
import Foundation

/// What a round looks like in a series of them.
package struct RoundFigures: Codable, Equatable, Sendable {
  package let round: Int
  package let reward: Double?
  /// In rounds that looked at held-out problems.
  package let greedy: Double?
}

extension Ledger {
  /// The rounds of a stage after one of them, in their order.
  package func rounds(ofStage stage: Int, after round: Int = 0) throws -> [RoundFigures] {
    try read { database in
      var rounds: [RoundFigures] = []
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT round, reward, greedy FROM round INDEXED BY roundByFigures
          WHERE stage = ? AND round > ? ORDER BY round
          """, arguments: [stage, round])
      // By hand: a run may have ten thousand, and `Codable` takes longer than SQLite.
      while let row = try rows.next() {
        rounds.append(
          RoundFigures(
            round: Int.fromDatabaseValue(row[0]) ?? 0, reward: Double.fromDatabaseValue(row[1]),
            greedy: Double.fromDatabaseValue(row[2])))
      }
      return rounds
    }
  }

  /// The greatest number of a round of any stage; 0 without one.
  package func lastRound() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT max(round) FROM round") ?? 0 }
  }

  /// All that stages recorded of a round, with the stages' numbers.
  ///
  /// - Throws: ``RegistryError/damaged(file:reason:)`` where a record is no JSON.
  package func records(ofRound round: Int) throws -> [(stage: Int, record: JSONValue)] {
    let rows = try read { database in
      try Row.fetchAll(
        database, sql: "SELECT stage, record FROM round WHERE round = ? ORDER BY stage",
        arguments: [round])
    }
    return try rows.map { row in
      do {
        let text = String.fromDatabaseValue(row["record"]) ?? ""
        return (
          Int.fromDatabaseValue(row["stage"]) ?? 0, try StableJSON.value(from: Data(text.utf8))
        )
      } catch {
        throw RegistryError.damaged(
          file: file.url.relativePath, reason: "the record of round \(round) cannot be read")
      }
    }
  }
}
