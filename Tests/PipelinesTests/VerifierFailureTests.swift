import Foundation
import Testing

/// What the real program does where its judge fails.
@Suite struct VerifierFailureTests {
  /// A run whose verifier is a program in Python.
  ///
  /// - Parameters:
  ///   - answering: Python that sets `outcome` (and `score`, `reason`) for each `text`, the `count`th.
  ///   - opening: Python before the greeting is read.
  /// - Returns: The run's folder and the program at work in it.
  /// - Throws: Where the folder cannot be written.
  private func run(answering: String, opening: String = "pass") throws -> (MiniRun, HoneProcess) {
    let run = try MiniRun()
    let plugin = run.folder.appending(path: "verifiers/flaky")
    try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
    try Data(
      """
      name: flaky
      protocol: 1
      summary: Fails.
      command: ["/usr/bin/python3", "-I", "main.py"]
      """.utf8
    ).write(to: plugin.appending(path: "verifier.yaml"))
    let program = """
      import json, sys
      \(opening)
      sys.stdin.readline()
      print('{"ready":true,"name":"flaky","version":"1"}', flush=True)
      for count, line in enumerate(sys.stdin):
          question = json.loads(line)
          text = question["completion"]
          verdict = {"outcome": "wrong", "score": (count % 7) / 10, "reason": "so"}
      \(answering.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
          print(json.dumps({"id": question["id"], **verdict}), flush=True)
      """
    try Data(program.utf8).write(to: plugin.appending(path: "main.py"))
    let process = try run.start("--set", "reward=[{verifier: flaky}]")
    return (run, process)
  }

  @Test func `too many unscored rollouts stop the run with the reasons counted`() async throws {
    let (run, process) = try run(
      answering: """
        if count % 2: verdict = {"outcome": "unscored", "reason": "no unit"}
        if count % 8 == 1: verdict = {"outcome": "unscored", "reason": "no number"}
        """)
    #expect(await process.exitCode == 1)
    let error = process.errorText
    #expect(error.contains("Round 1: 50 % of rollouts could not be scored"), "\(error)")
    let first = try #require(error.firstRange(of: "flaky: no unit ("))
    let second = try #require(error.firstRange(of: "flaky: no number ("))
    #expect(first.lowerBound < second.lowerBound, "the most frequent first")
    #expect(try run.status == "failed")
  }

  @Test func `a verifier that cannot start is named and disabled, and the run stops`() async throws
  {
    let (run, process) = try run(answering: "pass", opening: "sys.exit('no licence')")
    #expect(await process.exitCode == 1)
    let error = process.errorText
    #expect(error.contains("The run stops in evaluation 'before'"), "\(error)")
    #expect(error.contains("verifier 'flaky' was disabled after 3 failures in a row"), "\(error)")
    #expect(error.contains("no licence"), "\(error)")
    #expect(try run.status == "failed")
  }

  @Test func `a verifier that is disabled within a round stops the run there`() async throws {
    // The evaluation before asks about 18 completions in two processes, a round about 36.
    let (run, process) = try run(
      answering: "if count > 20: sys.exit('worn out')")
    #expect(await process.exitCode == 1)
    let error = process.errorText
    #expect(error.contains("worn out") && error.contains("flaky"), "\(error)")
    #expect(try run.status == "failed")
  }

  @Test func `a few unscored rollouts leave their groups, and the run goes on`() async throws {
    let (run, process) = try run(
      answering: """
        if count % 10 == 3: verdict = {"outcome": "unscored", "reason": "no unit"}
        """)
    #expect(await process.exitCode == 0, "\(process.errorText)")
    let stages = run.run.appending(path: "stages")
    let rounds = try String(
      contentsOf: stages.appending(path: "03-reinforce.jsonl"), encoding: .utf8)
    #expect(rounds.contains(/"unscored":[1-9]/), "\(rounds)")
    // Each recorded rollout has its verdicts' times beside the records, and none within them.
    let records = try String(
      contentsOf: stages.appending(path: "03-reinforce-rollouts.jsonl"), encoding: .utf8)
    let timings = try String(
      contentsOf: stages.appending(path: "03-reinforce-rollouts.timings.jsonl"), encoding: .utf8)
    #expect(!records.contains("seconds") && !records.contains("Seconds"))
    #expect(timings.split(separator: "\n").count == records.split(separator: "\n").count)
    #expect(timings.contains(/"verdictSeconds":\[[0-9.e-]+\]/))
  }
}
