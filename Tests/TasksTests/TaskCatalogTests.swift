import Foundation
import Settings
import Tasks
import TestSupport
import Testing
import VerifierKit

@Suite struct TaskCatalogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func load(_ reference: String, limit: Int? = nil) throws -> TaskSet {
    try TaskCatalog.load(reference, in: [folder.url], limit: limit)
  }

  /// What the error of a load says.
  private func refusal(_ reference: String) -> String {
    do {
      return "loaded \(try load(reference).problems.count) problems"
    } catch {
      return "\(error)"
    }
  }

  // MARK: - Bare files

  @Test func `a bare file is a set, and a missing id is the line's number`() throws {
    let file = try folder.write(
      """
      {"id":"a","prompt":"2+2=","answer":"4","metadata":{"level":1}}

      {"prompt":"3+3="}\r
      """, to: "questions.jsonl")
    let set = try load(file.path)
    #expect(
      set.problems == [
        Problem(id: "a", prompt: "2+2=", answer: "4", metadata: ["level": .number(1)]),
        Problem(id: "line-3", prompt: "3+3="),
      ])
    #expect(set.demonstrations.isEmpty)
  }

  @Test(arguments: [
    ("{\"prompt\":\"a\"}\n{\"prompt\":", ":2: it is not JSON"),
    ("{\"answer\":\"4\"}", ":1: there is no 'prompt'; there is answer"),
    ("{}", ":1: there is no 'prompt'; there is nothing"),
    ("{\"prompt\":7}", ":1: 'prompt' has the wrong type"),
    ("{\"prompt\":\"a\",\"answer\":4}", ":1: 'answer' has the wrong type"),
    ("{\"prompt\":\"\"}", ":1: 'prompt' is empty"),
    ("{\"prompt\":\"a\",\"anwser\":\"4\"}", ":1: nothing reads the key 'anwser'"),
    ("[1]", ":1: '' has the wrong type"),
    (
      "{\"prompt\":\"a\",\"metadata\":{\"n\":[9007199254740993]}}",
      ":1: 'metadata' has a number from 2^53 on, which JSON rounds"
    ),
    (
      "{\"id\":\"x\",\"prompt\":\"a\"}\n{\"id\":\"x\",\"prompt\":\"b\"}",
      ":2: the id 'x' is that of line 1"
    ),
    ("\n \n", "has no problems"),
    ("{\"prompt\":" + String(repeating: "[", count: 100_000), ":1: it is not JSON"),
  ])
  func `a bad line is refused with its file and number`(text: String, reason: String) throws {
    let file = try folder.write(text, to: "questions.jsonl")
    let refusal = refusal(file.path)
    #expect(refusal.contains(reason) && refusal.contains("questions.jsonl"), "\(refusal)")
  }

  @Test func `bytes that are not UTF-8 are refused with their line`() throws {
    let file = try folder.write("", to: "questions.jsonl")
    try (Data("{\"prompt\":\"".utf8) + [0xFF, 0xFE] + Data("\"}".utf8)).write(to: file)
    #expect(refusal(file.path).contains(":1: it is not JSON"))
  }

  @Test func `a file that is missing or is a folder is refused by name`() throws {
    try folder.write("", to: "odd.jsonl/inside")
    for name in ["absent.jsonl", "odd.jsonl"] {
      let refusal = refusal(folder.url.appending(path: name).path)
      #expect(refusal.contains("Cannot read") && refusal.contains(name), "\(refusal)")
    }
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `questions of another program are refused by what their keys are called`() {
    let file = SharedFiles.root.appending(path: "data/tasks/gsm8k/train.jsonl")
    #expect(
      refusal(file.path).contains("train.jsonl:1: there is no 'prompt'; there is answer, question"))
  }

  @Test func `a prompt over the limit is refused with both lengths`() throws {
    let file = try folder.write("{\"id\":\"long\",\"prompt\":\"abcdef\"}", to: "questions.jsonl")
    #expect(
      throws: TaskError.promptTooLong(set: file.path, problem: "long", characters: 6, limit: 5)
    ) {
      try TaskCatalog.load(file.path, in: [], maxPromptCharacters: 5)
    }
  }

  // MARK: - Task folders

  @Test func `a task folder names the files of its splits`() throws {
    try folder.write(
      """
      summary: Two sums.
      splits:
        train: { problems: train.jsonl, demonstrations: worked.jsonl }
        heldout: { problems: more/heldout.jsonl }
      """, to: "school/task.yaml")
    try folder.write("{\"prompt\":\"1+1=\",\"answer\":\"2\"}", to: "school/train.jsonl")
    try folder.write(
      "{\"prompt\":\"1+2=\",\"answer\":\"3\",\"completion\":\"3\"}", to: "school/worked.jsonl")
    try folder.write("{\"prompt\":\"4+4=\"}", to: "school/more/heldout.jsonl")
    let training = try load("school/train")
    #expect(training.name == "school/train")
    #expect(training.demonstrations.map(\.completion) == ["3"])
    #expect(try load("school/heldout").problems.map(\.prompt) == ["4+4="])
    #expect(try load(folder.url.path + "/school/heldout").problems.count == 1)
  }

  @Test func `an unknown task or split is refused with what there is`() throws {
    try folder.write("splits: { train: { problems: a.jsonl } }", to: "school/task.yaml")
    #expect(refusal("schol/train").contains("no task 'schol'. Did you mean 'school'?"))
    #expect(
      refusal("school/tran").contains("no split 'tran'. Did you mean 'train'? It has: train."))
    #expect(refusal("school") == "Task 'school' needs a split: school/train.")
  }

  @Test(arguments: [
    ("generater: arithmetic", "line 1). Did you mean 'generator'?"),
    ("generator: arithmetics\nfamilies: {a: {}}", "Did you mean 'arithmetic'?"),
    ("generator: arithmetic", "'families' is missing"),
    ("generator: arithmetic\nfamilies: {a: {leftDigit: 2}}", "Did you mean 'leftDigits'?"),
    ("generator: arithmetic\nfamilies: {a: {leftDigits: two}}", "families.a"),
    ("generator: arithmetic\nfamilies: {a: {operation: modulo}}", "families.a.operation"),
    (
      "generator: arithmetic\nsettings: {heldOutShare: 1}\nfamilies: {a: {}}",
      "settings.heldOutShare"
    ),
    ("generator: arithmetic\nfamilies: {a: {operation: runningTotals}}", "families.a"),
    ("splits: {train: {problems: ../../secret.jsonl}}", "within the task's folder"),
    ("splits: {train: {problems: /secret.jsonl}}", "within the task's folder"),
    ("splits: {}", "'splits' is"),
    ("summary: x", "'splits' is missing"),
    ("splits: {train: {}}", "a split names its file"),
    ("splits: {train: {problems: a.jsonl}}\nsplits: {}", "twice"),
    ("- a", "a list of 1"),
    ("a: [", "task.yaml"),
    ("", "this is empty"),
  ])
  func `a manifest that cannot be meant is refused with the reason`(
    yaml: String, reason: String
  ) throws {
    try folder.write(yaml, to: "school/task.yaml")
    let refusal = refusal("school/train")
    #expect(refusal.contains(reason), "\(refusal)")
  }

  // MARK: - Sets

  @Test func `a limit keeps the first problems and all demonstrations`() throws {
    try folder.write(
      "generator: arithmetic\nsettings: {demonstrations: 5}\nfamilies: {a: {}}",
      to: "sums/task.yaml")
    let all = try load("sums/heldout")
    #expect(try load("sums/heldout", limit: 3).problems == Array(all.problems.prefix(3)))
    #expect(throws: InvalidSetting.self) { try load("sums/heldout", limit: 0) }
  }

  @Test func `the digest follows the content and not the name`() throws {
    let problems = [Problem(id: "a", prompt: "1+1=", answer: "2")]
    let set = try TaskSet(name: "one", problems: problems)
    let again = problems.map {
      Problem(id: $0.id + " again", prompt: $0.prompt, answer: $0.answer, metadata: $0.metadata)
    }
    #expect(
      try TaskSet(name: "one", problems: problems + again).withoutRepeats.digest == set.digest)
    #expect(try set.digest == TaskSet(name: "two", problems: problems).digest)
    var changed = problems
    changed[0].answer = "3"
    #expect(try set.digest != TaskSet(name: "one", problems: changed).digest)
    #expect(try set.digest.count == 64)
  }

  @Test func `tasks are looked for here, at home, and above the executable`() {
    let folders = TaskCatalog.defaultFolders(
      workingFolder: URL(filePath: "/here"), home: "/home/hone",
      executable: URL(filePath: "/checkout/build/hone"))
    #expect(
      folders.map(\.path) == [
        "/here/tasks", "/home/hone/tasks", "/checkout/build/tasks", "/checkout/tasks", "/tasks",
      ])
  }
}
