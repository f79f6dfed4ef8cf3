import Foundation
import Testing

/// `hone tasks import`, as a user meets it.
@Suite struct TasksImportTests {
  private static let rows = """
    {"question": "1+1?", "answer": "2\\n#### 2"}
    {"question": "2+2?", "answer": "4\\n#### 4"}

    """

  private struct Report: Decodable {
    struct Split: Decodable {
      let name: String
      let verifier: String
      let problems: Int
    }

    struct Unplaced: Decodable {
      let reason: String
      let count: Int
      let numbers: [Int]
    }

    let format: String
    let folder: String?
    let rows: Int
    let placed: Int
    let splits: [Split]
    let unplaced: [Unplaced]
  }

  @Test func `a file becomes a folder that is not written over`() async throws {
    let program = try Program()
    try program.write(Self.rows, to: "train.jsonl")
    let made = try await program.run("tasks import train.jsonl --output tasks/sums")
    #expect(made.code == 0 && made.error == "")
    #expect(
      made.output == """
        train.jsonl: 2 rows of gsm8k, 2 placed
          train: 2 problems for arithmetic, 2 with a worked answer
        Written to tasks/sums.

        """)
    #expect(try program.read("tasks/sums/task.yaml").contains("{ verifier: arithmetic }"))
    #expect(try program.read("tasks/sums/train.jsonl").split(separator: "\n").count == 2)
    let again = try await program.run("tasks import train.jsonl --output tasks/sums")
    #expect(again.code == 64)
    #expect(again.error.contains("'tasks/sums' is there already, and is not written over."))
  }

  @Test func `rows that are not placed are told by code, and in JSON`() async throws {
    let program = try Program()
    try program.write(Self.rows + "{\"question\": \"Why?\"}\n{oops\n", to: "train.jsonl")
    let made = try await program.run(
      "tasks import train.jsonl --output sums --split test --json")
    #expect(made.code == 1 && made.error == "")
    let report = try JSONDecoder().decode(Report.self, from: Data(made.output.utf8))
    #expect(report.format == "gsm8k" && report.rows == 4 && report.placed == 2)
    #expect(report.folder == "sums" && report.splits.map(\.name) == ["test"])
    #expect(report.splits.first?.verifier == "arithmetic" && report.splits.first?.problems == 2)
    #expect(report.unplaced.map(\.numbers) == [[3], [4]])
    #expect(report.unplaced.first?.reason == "there is no 'answer'")
  }

  @Test(arguments: [
    ("tasks import none.jsonl --output x", 64, "Cannot read none.jsonl: it does not exist."),
    ("tasks import rows.jsonl --output x --format csv", 64, "--format 'csv' is none of auto, trl"),
    ("tasks import rows.jsonl --output x --split a/b", 64, "--split 'a/b' is not of letters"),
    ("tasks import rows.jsonl --output x --verifier A", 64, "--verifier 'A' is no verifier's name"),
    ("tasks import rows.jsonl --output x --verifier nosuch", 64, "There is no verifier 'nosuch'"),
    (
      "tasks import rows.jsonl --output x --grader none", 64, "Cannot read none: it does not exist."
    ),
    ("tasks import rows.jsonl --output x --format openai-rft", 64, "with --grader."),
    ("tasks import rows.jsonl", 64, "Missing expected argument '--output <folder>'"),
    ("tasks import rows.parquet --output x", 1, "pandas.read_parquet"),
  ])
  func `what cannot be done says why`(words: String, code: Int, message: String) async throws {
    let program = try Program()
    try program.write(Self.rows, to: "rows.jsonl")
    try program.write("PAR1....", to: "rows.parquet")
    let made = try await program.run(words)
    #expect(Int(made.code) == code, "\(made)")
    #expect(made.error.contains(message), "\(made.error)")
  }
}
