import Foundation
import GRDB
package import VerifierKit
import Runs

/// Which rollouts of a ledger are looked at.
package struct RolloutQuery: Equatable, Sendable {
  /// Of this round of any stage; nil for all rounds and evaluations.
  package var round: Int?
  package var outcome: LedgerRollout.Outcome?
  /// In the name or the prompt of the problem.
  package var problem: String?
  package var limit = 20

  package init() {}
}

/// A rollout as it is read back.
package struct StoredRollout: Codable, Equatable, Sendable {
  /// The stage's number, from 1.
  package let stage: Int
  /// From 1; 0 for an evaluation.
  package let round: Int
  /// From 0 in its group.
  package let sample: Int
  package let problem: Problem
  package let completion: String
  package let outcome: String
  package let reward: Double?
  package let advantage: Double?
  package let stopReason: String?
  package let tokens: [Int32]
  package let logProbs: [Float]
  package let verdicts: JSONValue?
}

extension Ledger {
  /// The rollouts that a query asks for, the newest round first, and within it in their order.
  ///
  /// - Throws: ``RegistryError/damaged(file:reason:)`` where a row is not what was written.
  package func rollouts(_ query: RolloutQuery) throws -> [StoredRollout] {
    try read { database in
      let (conditions, arguments) = Self.conditions(query, limit: query.limit)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT rollout.*, problem.name, problem.prompt, problem.answer, problem.metadata
          FROM rollout JOIN problem ON problem.id = rollout.problem
          WHERE rollout.id IN (
            SELECT id FROM rollout \(conditions) ORDER BY id DESC LIMIT :limit)
          ORDER BY rollout.stage DESC, rollout.round DESC, rollout.id
          """, arguments: arguments)
      return try rows.map { try StoredRollout($0, file: file.url.relativePath) }
    }
  }

  /// Counts the rollouts that a query asks for, without its limit.
  package func rolloutCount(_ query: RolloutQuery) throws -> Int {
    try read { database in
      let (conditions, arguments) = Self.conditions(query, limit: -1)
      return try Int.fetchOne(
        database,
        sql: "SELECT count(*) FROM (SELECT id FROM rollout \(conditions) LIMIT :limit)",
        arguments: arguments) ?? 0
    }
  }

  /// The conditions of a query in SQL, with their arguments; a limit of -1 is none.
  private static func conditions(
    _ query: RolloutQuery, limit: Int
  ) -> (String, StatementArguments) {
    var conditions: [String] = []
    var arguments: StatementArguments = ["limit": limit]
    if let round = query.round {
      // Evaluations have no rounds, so a stage that has this one is meant.
      conditions.append(
        "round = :round AND stage IN (SELECT stage FROM round WHERE round = :round)")
      arguments = arguments + ["round": round]
    }
    if let outcome = query.outcome {
      // The plus keeps SQLite from the index by outcome, where the one by round finds fewer.
      conditions.append("\(query.round == nil ? "" : "+")outcome = :outcome")
      arguments = arguments + ["outcome": outcome.rawValue]
    }
    if let problem = query.problem {
      conditions.append(
        """
        problem IN (
          SELECT id FROM problem WHERE instr(name, :problem) > 0 OR instr(prompt, :problem) > 0)
        """)
      arguments = arguments + ["problem": problem]
    }
    let text = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    return (text, arguments)
  }
}

extension StoredRollout {
  /// Reads a row, whose columns may hold anything.
  fileprivate init(_ row: Row, file: String) throws {
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
      let stored: DatabaseValue = row[column]
      guard let value = Value.fromDatabaseValue(stored) else {
        throw RegistryError.damaged(file: file, reason: "a rollout has no \(column)")
      }
      return value
    }
    func optional<Value: DatabaseValueConvertible>(_ column: String) throws -> Value? {
      let stored: DatabaseValue = row[column]
      return stored.isNull ? nil : try value(column) as Value
    }
    func decoded<Value: Decodable>(_ text: String?) throws -> Value? {
      guard let text else { return nil }
      do {
        return try StableJSON.value(from: Data(text.utf8))
      } catch {
        throw RegistryError.damaged(file: file, reason: "a rollout has JSON that cannot be read")
      }
    }
    guard let outcome = LedgerRollout.Outcome(rawValue: try value("outcome")) else {
      throw RegistryError.damaged(file: file, reason: "a rollout has an outcome that is none")
    }
    (stage, round, sample) = (try value("stage"), try value("round"), try value("sample"))
    problem = Problem(
      id: try value("name"), prompt: try value("prompt"), answer: try optional("answer"),
      metadata: try decoded(try optional("metadata")) ?? [:])
    (completion, self.outcome) = (try value("completion"), "\(outcome)")
    (reward, advantage) = (try optional("reward"), try optional("advantage"))
    stopReason = try optional("stopReason")
    tokens = Self.words(try value("tokens")).map(Int32.init(bitPattern:))
    logProbs = Self.words(try value("logProbs")).map(Float.init(bitPattern:))
    verdicts = try decoded(try optional("verdicts"))
  }

  /// Four bytes a word, the lowest first.
  private static func words(_ data: Data) -> [UInt32] {
    let bytes = [UInt8](data)
    return (0..<bytes.count / 4).map { word in
      (0..<4).reduce(0) { $0 | UInt32(bytes[4 * word + $1]) << UInt32(8 * $1) }
    }
  }
}
