import Foundation
import GRDB
import TestSupport
import Testing
import VerifierKit

@testable import Registry

@Suite struct RolloutQueryTests {
  /// Three rounds of two problems, and an evaluation of a third one.
  private static func ledger(in folder: URL) throws -> Ledger {
    let writer = LedgerWriter(try Ledger.create(in: folder))
    try writer.append(LedgerEvaluation.example(2))
    for round in 1...3 { try writer.append(LedgerRound.example(round)) }
    try writer.drain()
    return try Ledger.reading(folder)
  }

  private func query(_ change: (inout RolloutQuery) -> Void) -> RolloutQuery {
    var query = RolloutQuery()
    change(&query)
    return query
  }

  @Test func `a rollout reads back as it was recorded`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Self.ledger(in: folder.url)
    let found = try #require(try ledger.rollouts(query { $0.round = 2 }).first)
    #expect(found.round == 2 && found.stage == 3 && found.sample == 0)
    #expect(found.problem.id == "sums/3+4" && found.problem.answer == "7")
    #expect(found.completion == "7" && found.outcome == "right")
    #expect(found.tokens == [1, 300] && found.logProbs == [-0.5, -1])
    #expect(found.reward == 1 && found.advantage == 0.5)
    #expect(found.verdicts == .object(["verifier": .string("sums")]))
  }

  @Test func `outcome, round and problem narrow the look, and the newest comes first`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Self.ledger(in: folder.url)
    let all = try ledger.rollouts(RolloutQuery())
    #expect(all.count == 14)
    #expect(all.map(\.round) == [3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0])
    #expect(try ledger.rollouts(query { $0.round = 2 }).count == 4)
    #expect(try ledger.rollouts(query { $0.outcome = .wrong }).count == 7)
    #expect(try ledger.rollouts(query { $0.outcome = .unscored }).isEmpty)
    let one = query { ($0.round, $0.outcome, $0.problem) = (2, .wrong, "1+1") }
    #expect(try ledger.rollouts(one).map(\.completion) == ["100"])
    #expect(try ledger.rollouts(query { $0.problem = "8+1=" }).allSatisfy { $0.round == 0 })
    // An evaluation is no round 0 that could be asked for.
    #expect(try ledger.rollouts(query { $0.round = 0 }).isEmpty)
  }

  @Test func `a limit cuts what is returned, and not what is counted`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Self.ledger(in: folder.url)
    let few = query { ($0.outcome, $0.limit) = (.right, 3) }
    #expect(try ledger.rollouts(few).map(\.round) == [3, 3, 2])
    #expect(try ledger.rolloutCount(few) == 7)
  }

  @Test func `a problem's text is no pattern`() throws {
    let folder = try TemporaryFolder()
    let ledger = try Self.ledger(in: folder.url)
    #expect(try ledger.rollouts(query { $0.problem = "%" }).isEmpty)
    #expect(try ledger.rollouts(query { $0.problem = "' OR 1=1 --" }).isEmpty)
  }

  @Test func `a reader sees whole rounds while another connection writes`() throws {
    let folder = try TemporaryFolder()
    let writer = LedgerWriter(try Ledger.create(in: folder.url))
    try writer.append(LedgerRound.example(1))
    try writer.drain()
    let reader = try Ledger.reading(folder.url)
    for round in 2...200 {
      try writer.append(LedgerRound.example(round))
      let (rounds, rollouts) = try reader.read { database in
        (
          try Int.fetchOne(database, sql: "SELECT count(*) FROM round") ?? 0,
          try Int.fetchOne(database, sql: "SELECT count(*) FROM rollout") ?? 0
        )
      }
      #expect(rollouts == 4 * rounds)
    }
    try writer.drain()
    #expect(try reader.rounds(ofStage: 3).map(\.round) == Array(1...200))
  }
}
