import Cells
import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

/// The corpus of attacks by programs, against real cells.
@Suite(.serialized) struct ProgramAttackTests {
  /// The wall time of a cell with one CPU second; enough that a busy machine gives it that second.
  private static let wallSeconds = 3.0
  /// How long after its deadline a verdict may come, in seconds.
  private static let latest = 0.5

  /// A file that any user may read and write, with its whole path open to all.
  private static let canary = Result { () throws -> URL in
    let file = FileManager.default.temporaryDirectory.appending(path: "canary-\(UUID().uuidString)")
    try "untouched".write(to: file, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file.path)
    return file
  }

  /// Runs attacks one after the other in one runner, so that what one leaves meets the next.
  private func run(_ attacks: [ProgramAttack]) throws {
    let bench = try RunnerBench(
      ["memoryMiB": .number(256), "wallFactor": .number(Self.wallSeconds)], cpuSeconds: 1)
    for attack in attacks { try run(attack, bench) }
    #expect(try bench.runner.workshop.python().starts == 1, "a server was lost")
  }

  private func run(_ attack: ProgramAttack, _ bench: RunnerBench) throws {
    let canary = try Self.canary.get()
    let source = attack.source.replacing("@CANARY@", with: "'\(canary.path)'")
    let problem = program([(attack.input, attack.output)])
    let start = ContinuousClock.now
    let (outcome, verdict) = bench.outcome(problem, source)
    let seconds = (ContinuousClock.now - start) / .seconds(1)

    #expect(
      outcome.map(attack.expected.contains) == true,
      "\(attack.name): \(verdict.reason) \(verdict.details)")
    #expect(verdict.score == (attack.expected == [.passed] ? 1 : 0))
    #expect(seconds < Self.wallSeconds + Self.latest, "\(attack.name) took \(seconds) s")
    let (next, after) = bench.outcome(program([("2\n", "4\n")]), "print(int(input()) * 2)")
    #expect(next == .passed, "after \(attack.name): \(after.reason)")
    // The waiting cell's two processes, and nothing else.
    #expect(try bench.descendants() <= 2, "\(attack.name) left processes")
    #expect(try String(contentsOf: canary, encoding: .utf8) == "untouched")
  }

  @Test func `a broken program is told apart`() throws { try run(ProgramAttack.broken) }

  @Test func `a greedy program is stopped`() throws { try run(ProgramAttack.greedy) }

  @Test func `a program stays in its cell`() throws { try run(ProgramAttack.escapes) }
}
