import Cells
import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

/// Holes that were found by attack, each held shut.
@Suite(.serialized) struct OpenedHoleTests {
  /// Searches its own memory for a source that is not its own, and answers with that.
  private static let copyist = #"""
    import json, os, re
    def scan():
        mark = b'"sou' + b'rce":"'
        memory, found = os.open("/proc/self/mem", os.O_RDONLY), []
        for line in open("/proc/self/maps"):
            place, rest = line.split(" ", 1)
            low, high = (int(end, 16) for end in place.split("-"))
            if rest[0] != "r" or "vv" in line: continue
            try: bytes = os.pread(memory, high - low, low)
            except OSError: continue
            for match in re.finditer(re.escape(mark), bytes):
                text = bytes[match.end() - 1 : match.end() + 20000].decode("latin1")
                try: source = json.JSONDecoder().raw_decode(text)[0]
                except ValueError: continue
                if "scan" not in source and "def f" in source: found.append(source)
        return found
    sources = scan()
    def f(n):
        names = {}
        exec(sources[0], names)
        return names["f"](n)
    """#

  private let square = function(
    "f", (0..<5).map { ([.number(Double($0))], .number(Double($0 * $0 + 7))) })

  @Test func `a program finds nothing of the one before it in its memory`() throws {
    let bench = try RunnerBench()
    // What is freed stays where it was for some sizes only.
    for lines in [0, 50, 100, 200, 400] {
      let honest = "def f(n):\n    return n * n + 7\n" + String(repeating: "# pad\n", count: lines)
      #expect(bench.outcome(square, honest).0 == .passed)
      let (outcome, verdict) = bench.outcome(square, Self.copyist)
      #expect(outcome == .runtimeError, "\(lines) lines: \(verdict)")
    }
    // The search works: it finds what lies in its own memory.
    let planted =
      "planted = '\"sou' + 'rce\":' + __import__('json').dumps('def f(n): return n * n + 7')\n"
    #expect(bench.outcome(square, planted + Self.copyist).0 == .passed)
  }

  @Test func `sockets that are sent through themselves hold up nobody`() throws {
    let bench = try RunnerBench()
    let sender = """
      import socket
      for _ in range(5):
          a, b = socket.socketpair()
          for end in (a, b): socket.send_fds(end, [b'x'], [a.fileno(), b.fileno(), 1, 2, 3])
          a.detach(), b.detach()
      def f(n): return n * n + 7
      """
    for _ in 0..<4 {
      // The kernel collects what the one before left in a thread of its own, when it finds the time.
      let deadline = ContinuousClock.now + .seconds(20)
      var (outcome, verdict) = bench.outcome(square, sender)
      while outcome == .runtimeError, ContinuousClock.now < deadline {
        usleep(50_000)
        (outcome, verdict) = bench.outcome(square, sender)
      }
      #expect(outcome == .passed, "\(verdict)")
    }
  }

  /// A task whose tests are code.
  private func tests(_ sources: String...) -> Problem {
    Problem(
      id: "t", prompt: "?",
      metadata: [
        "kind": .string("tests"), "entry": .string("f"),
        "tests": .array(sources.map { .string($0) }),
      ])
  }

  @Test(arguments: [
    ["import random", "assert all(map(lambda x: f(x) == 2 * x, range(9)))"],
    ["", "for x, y in zip(map(f, range(9)), range(0, 18, 2)): assert x == y"],
  ])
  func `an exception that ends a loop ends no test`(sources: [String]) throws {
    let (outcome, verdict) = try RunnerBench().outcome(
      tests(sources[0], sources[1]), "def f(x): raise StopIteration")
    #expect(outcome != .passed && verdict.score == 0, "\(verdict)")
  }

  @Test(arguments: [
    "def check(candidate):\n    assert candidate(2) == 4\n", "import random\nassert f(1 == 2",
    "import no_such_module\nassert f(1) == 2",
  ])
  func `tests that never call the function say nothing about it`(source: String) throws {
    for completion in ["import os; os._exit(0)", "def f(x): return 'nonsense'"] {
      let (outcome, verdict) = try RunnerBench().outcome(tests("", source), completion)
      #expect(outcome == .infrastructure && verdict.score == nil, "\(verdict)")
    }
  }

  @Test func `what no candidate can be asked is the tests' fault`() throws {
    let (outcome, verdict) = try RunnerBench().outcome(
      tests("", "assert f(range(3)) == 3"), "def f(x): return len(x)")
    #expect(outcome == .infrastructure, "\(verdict)")
  }

  @Test func `a candidate that floods its answers stops only itself`() throws {
    let flood = """
      import os
      os.write(3, b'{"index": 0, "value": {"i": "0"}}\\n')
      def f(x): return len(x) if x else 0
      try: os.write(3, b' ' * 900_000)
      except OSError: pass
      """
    let (outcome, verdict) = try RunnerBench(cpuSeconds: 1).outcome(
      tests("", "f(0)", "assert f(list(range(60000))) == 60000"), flood)
    #expect(outcome != .passed && verdict.score == 0, "\(verdict)")
  }

  @Test(arguments: ["7 * 10 ** 500", "float('inf')", "1e999"])
  func `no tolerance reaches what is too large to compare`(value: String) throws {
    let huge = JSONValue.object(["i": .string("1" + String(repeating: "0", count: 400))])
    let task = function("f", [([.number(1)], huge)], ["tolerance": .number(1e-6)])
    let (outcome, verdict) = try RunnerBench().outcome(task, "def f(n): return \(value)")
    #expect(outcome == .wrong, "\(verdict)")
    let words = program(
      [("", "1" + String(repeating: "0", count: 30) + "e900")],
      language: "python", ["normaliser": .string("tokens"), "tolerance": .number(1e-6)])
    #expect(try RunnerBench().outcome(words, "print('9e999')").0 == .wrong)
  }

  @Test func `a whole number that JSON would round must say its type`() throws {
    let task = function("f", [([.number(20)], .number(2_432_902_008_176_640_000))])
    let (outcome, verdict) = try RunnerBench().outcome(
      task, "import math\ndef f(n): return math.factorial(n)")
    #expect(outcome == .infrastructure && verdict.score == nil, "\(verdict)")
  }
}
