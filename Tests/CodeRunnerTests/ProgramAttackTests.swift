import Cells
import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

/// The corpus of attacks by programs, against real cells.
@Suite(.serialized) struct ProgramAttackTests {
  /// The wall time of a cell with one CPU second, where it is to end by the clock.
  private static let shortWall = 3.0

  /// A file that any user may read and write, with its whole path open to all.
  private static let canary = Result { () throws -> TemporaryFolder in
    let folder = try TemporaryFolder()
    let file = try folder.write("untouched", to: "canary")
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: file.path)
    return folder
  }

  /// Runs attacks one after the other in one runner, so that what one leaves meets the next.
  private func run(_ attacks: [ProgramAttack]) throws {
    // A machine that is busy takes seconds to give the memory that is one too many.
    let short = attacks.filter { $0.expected.contains(.timeoutWall) }
    let full = attacks.filter { $0.expected == [.memory] }
    let others = attacks.filter { !$0.expected.contains(.timeoutWall) && $0.expected != [.memory] }
    for (wall, seconds, attacks) in [
      (Self.shortWall, 1.0, short), (RunnerBench.longWall, 10, full),
      (RunnerBench.longWall, 1, others),
    ] where !attacks.isEmpty {
      let bench = try RunnerBench(
        ["memoryMiB": .number(256), "wallFactor": .number(wall)], cpuSeconds: seconds)
      for attack in attacks { try run(attack, bench) }
      // So each verdict came in time, too: a server that is late counts as lost. How late they come
      // on a quiet machine is measured by the workload `resisting` of the benchmarks.
      #expect(try bench.runner.workshop.python().starts <= 1, "a server was lost")
    }
  }

  private func run(_ attack: ProgramAttack, _ bench: RunnerBench) throws {
    let canary = try Self.canary.get().url.appending(path: "canary")
    let source = attack.source.replacing("@CANARY@", with: "'\(canary.path)'")
    let problem = program([(attack.input, attack.output)])
    let (outcome, verdict) = bench.outcome(problem, source)

    #expect(
      outcome.map(attack.expected.contains) == true,
      "\(attack.name): \(verdict.reason) \(verdict.details)")
    #expect(verdict.score == (attack.expected == [.passed] ? 1 : 0))
    let (next, after) = bench.outcome(program([("2\n", "4\n")]), "print(int(input()) * 2)")
    #expect(next == .passed, "after \(attack.name): \(after.reason)")
    // The waiting cell's two processes, and nothing else.
    #expect(try bench.descendants() <= 2, "\(attack.name) left processes")
    #expect(try String(contentsOf: canary, encoding: .utf8) == "untouched")
  }

  @Test func `a broken program is told apart`() throws { try run(ProgramAttack.broken) }

  @Test func `a greedy program is stopped`() throws { try run(ProgramAttack.greedy) }

  @Test(.enabled(if: geteuid() == 0, "SKIPPED: the tests do not run as root"))
  func `p_fork_bomb_root: a runner that root started binds programs all the same`() throws {
    let bench = try RunnerBench(["wallFactor": .number(RunnerBench.longWall)], cpuSeconds: 1)
    let source = "import os\nassert os.getuid() != 0 != os.geteuid()\nwhile True: os.fork()"
    let (outcome, verdict) = bench.outcome(program([("", "x")]), source)
    #expect(outcome == .processLimit, "\(verdict.reason)")
  }

  @Test func `a program stays in its cell`() throws { try run(ProgramAttack.escapes) }
}
