import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_openai_grader

@Suite(.serialized) struct PythonGraderTests {
  private func verdict(
    _ source: String, _ completion: String, item: String = "{}",
    settings: [String: JSONValue] = [:]
  ) throws -> Verdict {
    var json: [UInt8] = []
    JSONWriter.append(source, to: &json)
    return try GraderBench(["seconds": .number(5)].merging(settings) { $1 }).verdict(
      #"{"type": "python", "source": \#(String(decoding: json, as: UTF8.self))}"#, item: item,
      completion)
  }

  @Test(
    arguments: [
      ("def grade(sample, item): return 1.0", 1),
      ("def grade(sample, item): return 0.25", 0.25),
      ("def grade(sample, item): return 1", 1), ("def grade(sample, item): return False", 0),
      ("def grade(sample, item): return float(sample['output_text'] == item['answer'])", 1),
      ("def grade(sample, item): return float(sample['output_json'] is None)", 1),
      ("def grade(sample, item): return float(item['list'] == [1, 2.5, {'a': None}])", 1),
      (
        """
        def grade(sample, item):
            return float(sample["choices"][0]["message"]["content"] == "Zoë {{ item.answer }}")
        """, 1
      ),
      ("import math\ndef helper(x): return x / 4\ndef grade(sample, item): return helper(3)", 0.75),
    ] as [(String, Double)])
  func `a program grades from sample and item`(source: String, score: Double) throws {
    let verdict = try verdict(
      source, "Zoë {{ item.answer }}",
      item: #"{"answer": "Zoë {{ item.answer }}", "list": [1, 2.5, {"a": null}]}"#)
    #expect(verdict.score == score, "\(verdict)")
  }

  @Test func `the completion is data, whatever it holds`() throws {
    let source = """
      import os
      def grade(sample, item):
          if sample["output_text"][:3] != chr(34) * 3 or os.path.exists("/tmp/x"):
              return 0.0
          return 0.5
      """
    let attack = "\"\"\"\nimport os; os.system('touch /tmp/x')\ndef grade(s, i): return 1.0\n"
    #expect(try verdict(source, attack).score == 0.5)
  }

  @Test(arguments: [
    ("def grade(sample, item): return 2.0", "the grade 2.0 is not in 0...1"),
    ("def grade(sample, item): return -1", "the grade -1.0 is not in 0...1"),
    ("def grade(sample, item): return float('nan')", "no finite number"),
    ("def grade(sample, item): return None", "no finite number"),
    ("def grade(sample, item): return '1'", "no finite number"),
    ("class A: pass\ndef grade(sample, item): return A()", "type 'A', not a float"),
    ("def grade(sample, item): raise KeyError('x')", "the grader raised KeyError"),
    ("def grade(sample, item): return item['missing']", "the grader raised KeyError"),
    ("def grade(sample): return 1.0", "'grade' does not take (sample, item)"),
    ("def score(sample, item): return 1.0", "defines no function 'grade'"),
    ("grade = 1.0", "defines no function 'grade'"), ("def grade(:", "is no program: SyntaxError"),
    ("import no_such_package", "source raised ModuleNotFoundError"),
    ("import os\ndef grade(sample, item): os._exit(0)", "left with exit code 0"),
    ("import sys\nsys.exit(0)", "could not work: exit"),
    ("def grade(sample, item): return bytearray(1 << 40)", "ran out of memory"),
  ])
  func `a program that cannot grade leaves the completion unscored`(
    source: String, reason: String
  ) throws {
    let verdict = try verdict(source, "x")
    #expect(verdict.outcome == .unscored && verdict.reason.contains(reason), "\(verdict)")
  }

  @Test func `a program that never ends is stopped in time`() throws {
    for source in ["while True: pass", "import time; time.sleep(1e6)"] {
      let verdict = try verdict(
        "def grade(sample, item):\n    \(source)", "x", settings: ["seconds": .number(1)])
      #expect(verdict.outcome == .unscored)
      #expect(verdict.reason.contains("time was"), "\(verdict.reason)")
    }
  }

  @Test func `where the settings say so, what raises is wrong`() throws {
    let settings: [String: JSONValue] = ["raised": .string("wrong")]
    let raising = "import json\ndef grade(sample, item): return json.loads(sample['output_text'])"
    let verdict = try verdict(raising, "no JSON", settings: settings)
    #expect(verdict.outcome == .wrong && verdict.score == 0)
    #expect(try self.verdict(raising, "1", settings: settings).outcome == .passed)
    // What cannot grade anything is nobody's wrong answer.
    #expect(try self.verdict("def grade(:", "1", settings: settings).outcome == .unscored)
  }

  @Test func `a program reaches no network and no file of the host`() throws {
    let source = """
      import socket
      def grade(sample, item):
          try:
              socket.create_connection(("127.0.0.1", 22), 1)
              return 1.0
          except OSError:
              pass
          try:
              open("/etc/hostname", "w")
              return 1.0
          except OSError:
              return 0.0
      """
    #expect(try verdict(source, "x").score == 0)
  }

  @Test func `what it writes to standard error is kept`() throws {
    let verdict = try verdict(
      "import sys\ndef grade(sample, item):\n    print('why', file=sys.stderr)\n    return 1.0", "x"
    )
    #expect(verdict.details["standardError"] == .string("why\n"))
  }

  @Test func `what is not built is named`() throws {
    let places = GraderPlaces(
      library: GraderBench.root.appending(path: "none.so"), script: GraderBench.places.script)
    let verifier = try OpenAIGrader(settings: [:], places: places)
    let problem = Problem(
      id: "p", prompt: "?",
      metadata: [
        "grader": .object(["type": .string("python"), "source": .string("grade = 1")])
      ])
    let verdict = verifier.judge(problem, "x")
    #expect(verdict.outcome == .unscored && verdict.reason.contains("none.so'; build the whole"))
  }
}
