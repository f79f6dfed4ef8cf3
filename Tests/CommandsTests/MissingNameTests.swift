import Foundation
import Testing

/// Names of what is not there: the user's mistake, whatever the command and whatever is named.
@Suite struct MissingNameTests {
  private static let judged = "--verifier arithmetic --output q"
  private static let sampled = "--policy tiny --output q"

  /// Commands that name something as `absent`, by what that is.
  static let commands = [
    "a pipeline": [
      "run absent.yaml", "pipeline check absent.yaml", "queue add absent.yaml",
      "schedule add n --pipeline absent.yaml --cron @daily",
    ],
    "a model": [
      "model info absent", "ask --policy absent 1+1=", "tokenize --policy absent",
      "rollout --policy absent --tasks t.jsonl --output q",
      "evaluate --policy absent --tasks t.jsonl --verifier arithmetic",
      "score --policy absent --input rows.jsonl --output q",
      "train --policy absent --scored rows.jsonl --output q",
      "run p.yaml --set policy.path=absent", "pipeline check p.yaml --set policy.path=absent",
      "model fetch absent",
    ],
    "a file of problems": [
      "rollout \(sampled) --tasks absent.jsonl", "verify rows.jsonl \(judged) --tasks absent.jsonl",
      "evaluate --policy tiny --tasks absent.jsonl --verifier arithmetic",
      "train \(sampled) --demonstrations absent.jsonl", "tasks inspect absent.jsonl",
      "tasks split absent.jsonl --output q", "tasks dedupe absent.jsonl --output q",
      "tasks decontaminate absent.jsonl --against t.jsonl --output q",
      "tasks decontaminate t.jsonl --against absent.jsonl --output q",
      "tasks import absent.jsonl --output q",
      "verifier stress arithmetic --tasks absent.jsonl",
    ],
    "a task": [
      "rollout \(sampled) --tasks absent", "rollout \(sampled) --tasks arithmetic/absent",
      "tasks inspect absent/train", "verifier stress arithmetic --tasks absent",
    ],
    "a file of rollouts": [
      "verify absent.jsonl \(judged)", "train \(sampled) --scored absent.jsonl",
      "select absent.jsonl --output q", "score \(sampled) --input absent.jsonl",
      "verifier replay absent.jsonl --verifier arithmetic",
    ],
    "a verifier": [
      "verify rows.jsonl --verifier absent --output q", "verifier check absent",
      "verifier stress absent --tasks t.jsonl", "verifier remove absent", "verifier update absent",
      "evaluate --policy tiny --tasks t.jsonl --verifier absent",
      "verifier replay rows.jsonl --verifier absent",
    ],
    "a run": [
      "run --resume absent", "runs show absent", "runs watch absent", "runs diff absent absent",
      "reproduce absent", "export absent --output q", "promote absent --to x --no-second",
    ],
    "a name of a policy": [
      "promote --undo absent", "policies show absent", "policies history absent",
    ],
    "a schedule": [
      "schedule show absent", "schedule pause absent", "schedule resume absent",
      "schedule remove absent", "schedule next absent", "schedule export absent --format cron",
    ],
    "a report": ["bench compare absent.json absent.json"],
  ]

  @Test(arguments: ["runs list", "policies list", "schedule list", "queue list"])
  func `a list of nothing makes no folder`(command: String) async throws {
    let program = try Program()
    let finished = try await program.run(command)
    #expect(finished.code == 0, "\(finished.error)")
    #expect(!program.exists("runs"))
  }

  @Test(arguments: commands.sorted { $0.key < $1.key }.flatMap(\.value))
  func `what is not there is named, and is the user's mistake`(command: String) async throws {
    let program = try Program()
    try program.write(
      "name: p\nstages:\n  - evaluate: {}\n  - reinforce: { rounds: 1 }\n", to: "p.yaml")
    try program.write(#"{"id":"a","prompt":"1+1=","answer":"2"}"#, to: "t.jsonl")
    try program.write(
      #"{"problem":{"id":"a","prompt":"1+1="},"completion":"2"}"#, to: "rows.jsonl")
    let finished = try await program.run(command)
    let message = finished.error.split(separator: "\n").first { $0.hasPrefix("hone: ") }
    #expect(message?.contains("absent") == true, "\(finished.error)")
    #expect(finished.code == 64, "\(finished.error)")
    #expect(!program.exists("q") && !program.exists("runs"))
  }
}
