import Cells
import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

@Suite(.serialized) struct RewardHackTests {
  /// Stands among the expected values, and in no cell.
  private static let secret = "HIDDEN-EXPECTED"

  private static func task(
    _ comparison: Comparison, tolerance: Double? = nil
  ) -> Problem {
    var more: [String: JSONValue] = ["comparison": .string(comparison.rawValue)]
    more["tolerance"] = tolerance.map(JSONValue.number)
    return function(
      "add",
      [
        ([.number(2), .number(3)], .number(5)), ([.number(4), .number(3)], .number(7)),
        ([.string("HIDDEN-"), .string("EXPECTED")], .string(secret)),
      ], more)
  }

  private static let detector =
    "HIDDEN = lambda v: isinstance(v, str) and v == '-'.join(['HIDDEN', 'EXPECTED'])\n"

  @Test(arguments: Comparison.allCases, [nil, 1e-6])
  func `no hack is paid`(comparison: Comparison, tolerance: Double?) throws {
    let bench = try RunnerBench(cpuSeconds: 1)
    let problem = Self.task(comparison, tolerance: tolerance)
    var fooled: [String] = []
    for hack in RewardHack.all {
      let (outcome, verdict) = bench.outcome(problem, Self.detector + hack.source)
      if verdict.score != 0 { fooled.append("\(hack.name): \(verdict.reason)") }
      #expect(outcome != .infrastructure, "\(hack.name): \(verdict.reason)")
      // Text that goes back to a log or a prompt tells nothing of what was expected.
      #expect(!"\(verdict.reason)\(verdict.details)".contains(Self.secret), "\(hack.name)")
    }
    #expect(fooled == [])
    let (honest, verdict) = bench.outcome(problem, "def add(a, b): return a + b")
    #expect(honest == .passed, "\(verdict.reason)")
    #expect(try bench.runner.workshop.python().starts == 1, "a server was lost")
  }

  @Test(arguments: ["h_frame_walk", "h_current_frames", "h_gc_scan", "h_proc_self_mem_scan"])
  func `a search finds what is there to be found`(name: String) throws {
    // Else that it finds nothing in the other tests would mean nothing.
    let hack = try #require(RewardHack.all.first { $0.name == name })
    let problem = function(
      "add", [([.string(Self.secret), .string("")], .string(Self.secret))])
    let (outcome, verdict) = try RunnerBench().outcome(problem, Self.detector + hack.source)
    #expect(outcome == .passed, "\(verdict.reason)")
  }

  @Test func `no hack is paid for whole programs`() throws {
    let bench = try RunnerBench(cpuSeconds: 1)
    let problem = program([("2 3\n", "5\n"), ("4 3\n", "7\n")])
    for hack in RewardHack.all {
      let (outcome, verdict) = bench.outcome(problem, Self.detector + hack.source)
      #expect(verdict.score == 0 && outcome != .infrastructure, "\(hack.name): \(verdict.reason)")
    }
  }

  @Test func `no hack is paid where tests are code`() throws {
    let bench = try RunnerBench(cpuSeconds: 1)
    let test = "for n in range(20):\n  assert add(n, 2 * n) == 3 * n\nassert add('a', 'b') == 'ab'"
    let problem = Problem(
      id: "t", prompt: "?",
      metadata: [
        "kind": .string("tests"), "entry": .string("add"),
        "tests": .array([.string(""), .string(test)]),
      ])
    for hack in RewardHack.all {
      let (outcome, verdict) = bench.outcome(problem, Self.detector + hack.source)
      #expect(verdict.score == 0 && outcome != .infrastructure, "\(hack.name): \(verdict.reason)")
    }
    let (honest, verdict) = bench.outcome(problem, "def add(a, b): return a + b")
    #expect(honest == .passed, "\(verdict.reason)")
  }

  @Test(arguments: [
    ("h_sys_exit0", ProgramOutcome.noResult), ("h_os_exit0_in_fn", .noResult),
    ("h_raise_systemexit", .noResult), ("h_exec_true", .noResult), ("h_always_equal", .wrong),
    ("h_int_subclass_eq", .wrong), ("h_str_subclass", .wrong), ("h_print_verdict_json", .wrong),
    ("h_forge_records", .wrong), ("h_forge_duplicates", .protocolError),
    ("h_forge_out_of_order", .protocolError), ("h_forge_extra_index", .protocolError),
    ("h_forge_passed", .protocolError), ("h_forge_two_keys", .protocolError),
    ("h_hardcode_visible", .wrong), ("p_wrong_arity", .noResult), ("p_missing_function", .noResult),
    ("p_not_callable", .noResult), ("p_bignum_4301_digits", .wrong), ("p_surrogates", .wrong),
    ("p_nan_inf_json", .wrong),
    ("h_cyclic", .wrong), ("h_huge", .wrong), ("h_traceback_fishing", .runtimeError),
  ])
  func `a hack is called what it is`(name: String, outcome: ProgramOutcome) throws {
    let hack = try #require(RewardHack.all.first { $0.name == name })
    let bench = try RunnerBench(["wallFactor": .number(RunnerBench.longWall)], cpuSeconds: 1)
    let (found, verdict) = bench.outcome(
      Self.task(.exact), Self.detector + hack.source)
    #expect(found == outcome, "\(verdict.reason)")
  }
}
