import Cells
import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

@Suite(.serialized) struct SoakTests {
  /// Programs of all kinds, most of them right, some that leave whatever they can behind.
  private static let programs: [(source: String, outcome: ProgramOutcome)] = [
    ("def f(n): return n + 1", .passed),
    ("import math\ndef f(n): return math.floor(n + 1.5)", .passed),
    ("def f(n): return n", .wrong), ("def f(n): raise ValueError(n)", .runtimeError),
    ("def f(n):\n  return n +", .runtimeError), ("import os; os._exit(0)", .noResult),
    (
      "import builtins, json, os\nbuiltins.POISON = 1\njson.loads = None\nopen('/work/p', 'w').write('x')\nopen('/tmp/p', 'w').write('x')\ndef f(n): return n + 1",
      .passed
    ),
    (
      "import builtins, os, json\nassert not hasattr(builtins, 'POISON') and json.loads\nassert os.listdir('/work') == [] == os.listdir('/tmp')\ndef f(n): return n + 1",
      .passed
    ),
    (
      "import subprocess\ndef f(n): return n + int(subprocess.check_output(['/bin/echo', '1']))",
      .passed
    ),
    (
      "import threading\nt = threading.Thread(target=print)\nt.start(); t.join()\ndef f(n): return n + 1",
      .passed
    ),
    (
      "import random\nassert random.random() == 0.8444218515250481\ndef f(n): return n + 1", .passed
    ),
    (
      "import os\nif os.fork() == 0:\n  import time; time.sleep(60)\ndef f(n): return n + 1",
      .passed
    ),
    ("import ctypes; ctypes.string_at(0)", .runtimeError),
  ]

  /// What the server holds while a cell waits.
  private struct Holdings: Equatable {
    var serverDescriptors: Int
    var processes: Int
  }

  private func holdings(_ bench: RunnerBench) throws -> Holdings {
    // The waiting cell is made in a moment after the last verdict.
    let deadline = ContinuousClock.now + .seconds(60)
    while try bench.descendants() != 2, ContinuousClock.now < deadline { usleep(10_000) }
    let server = try #require(try bench.runner.workshop.python().processID)
    func count(_ path: String) throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: path).count
    }
    return Holdings(
      serverDescriptors: try count("/proc/\(server)/fd"),
      processes: try bench.descendants())
  }

  /// Resident memory of the server, in KiB.
  private func memory(_ bench: RunnerBench) throws -> Int {
    let server = try #require(try bench.runner.workshop.python().processID)
    let text = try String(contentsOfFile: "/proc/\(server)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
    return try #require(Int(line.filter(\.isNumber)))
  }

  private func soak(_ count: Int) throws {
    let bench = try RunnerBench(cpuSeconds: 2)
    let problem = function("f", [([.number(1)], .number(2)), ([.number(-3)], .number(-2))])
    for (source, _) in Self.programs { _ = bench.outcome(problem, source) }
    let starts = try bench.runner.workshop.python().starts
    let (before, memoryBefore) = (try holdings(bench), try memory(bench))
    for number in 0..<count {
      let (source, expected) = Self.programs[number % Self.programs.count]
      let (outcome, verdict) = bench.outcome(problem, source)
      #expect(outcome == expected, "program \(number): \(verdict.reason) \(verdict.details)")
    }
    // The server closes its ends of a new cell's pipes a moment after the cell is there.
    let deadline = ContinuousClock.now + .seconds(60)
    while try holdings(bench) != before, ContinuousClock.now < deadline { usleep(10_000) }
    #expect(try holdings(bench) == before)
    #expect(try memory(bench) < memoryBefore + 2048, "memory in KiB, before: \(memoryBefore)")
    let renewals = (count + Self.programs.count) / CellServer.programsBeforeRenewal
    #expect(try bench.runner.workshop.python().starts == starts + renewals)
  }

  @Test func `a thousand programs leave nothing, not even to each other`() throws {
    try soak(1000)
  }

  @Test(.enabled(if: RunnerBench.isSlow, "SKIPPED: takes minutes; set HONE_SLOW=1"))
  func `nor do twenty thousand`() throws { try soak(20_000) }
}
