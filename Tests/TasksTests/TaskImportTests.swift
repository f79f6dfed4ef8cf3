import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

/// Files as they are found in the wild, damaged ones too.
@Suite struct TaskImportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let row = #####"{"question": "1+1?", "answer": "#### 2"}"#####

  private func imported(
    _ bytes: some Sequence<UInt8>, _ change: (inout TaskImport.Options) -> Void = { _ in }
  ) throws -> TaskImport {
    let file = folder.url.appending(path: "rows.jsonl")
    try Data(bytes).write(to: file)
    var options = TaskImport.Options()
    change(&options)
    return try TaskImport(file, options: options)
  }

  private func refusal(
    _ bytes: some Sequence<UInt8>, _ change: (inout TaskImport.Options) -> Void = { _ in }
  ) throws -> String {
    try "\(#require(throws: TaskImportError.self) { try imported(bytes, change) })"
  }

  // MARK: - Texts

  @Test(arguments: [
    "\(row)\n\(row)\n", "\(row)\r\n\n  \n\(row)", "\u{FEFF}\(row)\n\(row)", "[\(row),\n\(row)]\n",
    "  [ \(row) , \(row) ]  ", "\n[\n\(row)\n,\(row)\n]",
  ])
  func `lines and elements of an array are rows`(text: String) throws {
    let imported = try imported(text.utf8)
    #expect(imported.items.map(\.problem.prompt) == ["1+1?", "1+1?"])
    #expect(imported.items.map(\.problem.id) == ["gsm8k-1", "gsm8k-2"])
    #expect(imported.format == .gsm8k && imported.rows == 2 && imported.unplaced == [])
  }

  @Test func `a problem names its verifier, and a worked answer is a demonstration`() throws {
    let imported = try imported(Self.row.utf8)
    #expect(
      imported.items.first?.problem
        == Problem(
          id: "gsm8k-1", prompt: "1+1?", answer: "2",
          metadata: ["verifier": .string("arithmetic")]))
    #expect(imported.demonstrations.map(\.completion) == ["#### 2"])
  }

  @Test(arguments: [
    (#"{"question":"Which is a mammal?","choices":["a cod","a cat"],"answer":1}"#, "choices"),
    (#"{"question":"Who?","context":"Ann did.","answer":"Ann"}"#, "context"),
    (#"{"prompt":"1+1?","system":"Answer in words.","answer":"two"}"#, "system"),
    (#"{"instruction":"Add.","input":"1, 1","answer":"2"}"#, "input"),
    (#"{"question":"Which?","answer":"a","answers":["a","b"]}"#, "answers"),
    (#####"{"question":"1+1?","answer":"#### 2","options":["2","3"]}"#####, "options"),
  ])
  func `a row that would be cut in half is not placed`(row: String, column: String) throws {
    for verifier in [nil, "mine"] {
      let imported = try imported(row.utf8) { $0.verifier = verifier }
      #expect(imported.items.isEmpty)
      let reason = try #require(imported.unplaced.first?.reason)
      #expect(reason.contains("the row has '\(column)', which is part of a question"), "\(reason)")
    }
  }

  @Test func `columns that nothing reads are counted, and empty ones are none`() throws {
    let imported = try imported(
      """
      {"instruction": "1+1?", "input": "", "choices": [], "answer": "2", "level": 3, "source": "x"}
      {"instruction": "1+2?", "input": null, "answer": "3", "level": 4}
      {"instruction": "1+3?", "answer": ["a", "b"], "other": 4}

      """.utf8)
    #expect(imported.items.count == 2)
    #expect(imported.unread.map { "\($0.name) \($0.rows)" } == ["level 2", "source 1"])
  }

  @Test func `metadata with a number that JSON rounds is not placed`() throws {
    let imported = try imported(
      """
      {"prompt": "Q", "answer": "1", "metadata": {"verifier": "mine", "a": [9007199254740993]}}
      {"prompt": "Q", "answer": "1", "metadata": {"verifier": "mine", "a": [9007199254740991]}}
      """.utf8)
    #expect(imported.items.map(\.problem.id) == ["hone-2"])
    #expect(imported.unplaced.map(\.reason) == [Unplaced.roundedNumber.reason])
  }

  @Test func `a file's name is one word of the command that converts it`() {
    #expect(ShellText.quoted("a/b-1.jsonl") == "a/b-1.jsonl")
    #expect(ShellText.quoted("it's $HOME; x") == #"'it'\''s $HOME; x'"#)
    #expect(ShellText.quoted("-x") == "'-x'" && ShellText.quoted("") == "''")
  }

  @Test func `a file of too many rows is refused`() throws {
    let file = folder.url.appending(path: "rows.jsonl")
    try Data("{}\n{}\n{}\n".utf8).write(to: file)
    #expect(try RowFile(file, rowCountLimit: 3).read { _, _ in } == .lines)
    let error = try #require(throws: TaskImportError.self) {
      try RowFile(file, rowCountLimit: 2).read { _, _ in }
    }
    #expect("\(error)".contains("rows.jsonl has more than 2 rows. Split it"), "\(error)")
  }

  @Test func `what an import that was ended left behind is removed by the next one`() throws {
    let out = folder.url.appending(path: "out")
    let imported = try imported(Self.row.utf8)
    // Numbers of processes end far below.
    let old = folder.url.appending(path: ".out-draft-2147483647")
    let running = folder.url.appending(path: ".out-draft-1")
    let other = folder.url.appending(path: ".out-draft-notes")
    for place in [old, running, other] {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    _ = try ImportedTaskFolder(imported, split: "train", folder: out).write()
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(left == [".out-draft-1", ".out-draft-notes", "out", "rows.jsonl"])
  }

  @Test func `pieces cut anywhere make the same rows`() throws {
    let texts = ["{\"a\":1}\n\n{\"b\":\"[,]\"}\r\n{}", " [ {\"a\":[1,2]} ,\n\"x\\\"],\" , 3 ] \n"]
    for text in texts {
      let bytes = Array(text.utf8)
      var whole: [String] = []
      var splitter = RowSplitter(rowLimit: 100)
      try splitter.append(bytes[...]) {
        whole.append("\($0) \(String(decoding: $1, as: UTF8.self))")
      }
      try splitter.finish { whole.append("\($0) \(String(decoding: $1, as: UTF8.self))") }
      #expect(whole.count == 3, "\(whole)")
      for cut in bytes.indices {
        var cutRows: [String] = []
        var splitter = RowSplitter(rowLimit: 100)
        for part in [bytes[..<cut], bytes[cut...]] {
          try splitter.append(part) {
            cutRows.append("\($0) \(String(decoding: $1, as: UTF8.self))")
          }
        }
        try splitter.finish { cutRows.append("\($0) \(String(decoding: $1, as: UTF8.self))") }
        #expect(cutRows == whole, "cut at \(cut)")
      }
    }
  }

  // MARK: - Files that cannot be read

  @Test(
    arguments: [
      ("", "rows.jsonl has no rows. Check that it is the file that you mean."),
      ("\n \n", "has no rows"), ("[]", "has no rows"), ("\u{FEFF}", "has no rows"),
      (
        "[\(row)", "rows.jsonl:1: the array that begins the file does not end. Fetch the file again"
      ),
      ("[\(row),\n]", "rows.jsonl:2: an element of the array is missing"),
      ("[,\(row)]", "rows.jsonl:1: an element of the array is missing"),
      ("[\(row)]\n{}", "rows.jsonl:2: something follows the array's end"),
      (
        #"{"colour": "red", "size": 3}"#,
        "rows.jsonl:1: no known format has rows with the keys colour, size. Name the format with"
      ),
      (
        "PAR1\u{15}\u{4}",
        "is Parquet, which is not read here. Convert it first: python3 -c 'import"
      ),
      (
        #"{"train": [{"question": "Q"}], "version": 1}"#,
        "rows.jsonl: one object is no list of rows. Take the list out first, as with: jq -c '.[\"train\"][]'"
      ),
      (
        "rows.jsonl" + String(repeating: "\u{0}", count: 247) + "ustar",
        "is a tar archive, which is not read here. Convert it first: tar -xf"
      ),
      ("ARROW1\u{0}", "is Arrow"), ("BZh91AY", "is compressed by bzip2"),
    ] as [(String, String)])
  func `a file that is none of ours says where and what to do`(
    text: String, message: String
  ) throws {
    let refusal = try refusal(text.utf8)
    #expect(refusal.contains(message), "\(refusal)")
  }

  @Test func `UTF-16 and UTF-32 are told by their marks and zeros`() throws {
    for (encoding, name) in [
      (String.Encoding.utf16, "UTF-16"), (.utf16LittleEndian, "UTF-16"),
      (.utf16BigEndian, "UTF-16"), (.utf32, "UTF-32"), (.utf32LittleEndian, "UTF-32"),
      (.utf32BigEndian, "UTF-32"),
    ] {
      let data = try #require(Self.row.data(using: encoding))
      let refusal = try refusal(data)
      #expect(refusal.contains("is text in \(name)"), "\(encoding): \(refusal)")
      #expect(refusal.contains("iconv -f \(name) -t UTF-8"), "\(encoding): \(refusal)")
    }
  }

  @Test func `a file that is not there, or no file, is refused`() throws {
    let missing = folder.url.appending(path: "none.jsonl")
    #expect(
      throws: TaskImportError.unreadable(file: missing.relativePath, reason: "it does not exist")
    ) {
      try TaskImport(missing)
    }
    let error = try #require(throws: TaskImportError.self) { try TaskImport(folder.url) }
    #expect("\(error)".contains("it is not a regular file"))
  }

  @Test func `a row of any length is refused while it is read`() throws {
    let file = folder.url.appending(path: "long.jsonl")
    try Data().write(to: file)
    // A gigabyte that takes no place on the disk.
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: Data("{\"question\": \"".utf8))
    try handle.truncate(atOffset: 1 << 30)
    try handle.close()
    let seconds = try processorSeconds {
      let error = try #require(throws: TaskImportError.self) { try TaskImport(file) }
      #expect("\(error)".contains("long.jsonl:1: a row is longer than 16777216 bytes"), "\(error)")
    }
    // All of it would take sixty times as long.
    #expect(seconds < 60)
  }

  @Test func `a text beyond the limit is refused`() throws {
    let file = folder.url.appending(path: "rows.jsonl")
    try Data(String(repeating: Self.row + "\n", count: 100).utf8).write(to: file)
    let error = try #require(throws: TaskImportError.self) {
      try RowFile(file, textLimit: 1000).read { _, _ in }
    }
    #expect("\(error)".contains("the whole text is longer than 1000 bytes"), "\(error)")
  }

  // MARK: - gzip

  /// `printf '%s\n' '{"question": "1+1?", "answer": "#### 2"}' | gzip -n`.
  private static let compressed: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xAB, 0x56, 0x2A, 0x2C, 0x4D, 0x2D,
    0x2E, 0xC9, 0xCC, 0xCF, 0x53, 0xB2, 0x52, 0x50, 0x32, 0xD4, 0x36, 0xB4, 0x57, 0xD2, 0x51, 0x50,
    0x4A, 0xCC, 0x2B, 0x2E, 0x4F, 0x2D, 0x02, 0x89, 0x28, 0x03, 0x81, 0x82, 0x91, 0x52, 0x2D, 0x17,
    0x00, 0xAE, 0x58, 0x96, 0xEA, 0x29, 0x00, 0x00, 0x00,
  ]

  @Test func `a compressed file is read, and one that is cut off is refused`() throws {
    #expect(try imported(Self.compressed).items.count == 1)
    #expect(try imported(Self.compressed + Self.compressed).items.count == 2)
    for count in [2, 9, 20, Self.compressed.count - 1] {
      let refusal = try refusal(Self.compressed.prefix(count))
      #expect(refusal.contains("its gzip data end too early. Fetch the file again"), "\(refusal)")
    }
    var changed = Self.compressed
    changed[30] ^= 0xFF
    #expect(try refusal(changed).contains("its gzip data are damaged"))
  }

  // MARK: - Rows that cannot be placed

  @Test func `rows that cannot be placed are counted by reason with their lines`() throws {
    let verl = #"{"data_source": "x", "prompt": "Q", "reward_model": {"ground_truth": "1"}}"#
    let text = [
      Self.row, #"{"question": "Q"}"#, "{broken", "", #"{"question": "Q", "answer": "no result"}"#,
      "[1]", #"{"question": "Q"}"#, verl, "NaN",
    ].joined(separator: "\n")
    let imported = try imported(text.utf8)
    #expect(imported.rows == 8 && imported.items.count == 1 && imported.unit == .lines)
    #expect(
      imported.unplaced.map { "\($0.count) × \($0.reason) \($0.numbers)" } == [
        "3 × the row is no JSON object [3, 6, 9]", "2 × there is no 'answer' [2, 7]",
        """
        1 × the answer has no result behind '####'; the row looks like one of trl, which is imported \
        by itself, with --format trl [5]
        """,
        """
        1 × there is no 'question'; the row looks like one of verl, which is imported by itself, with \
        --format verl [8]
        """,
      ])
    #expect(imported.unplaced[0].detail == "not JSON at byte 1: a key in quotes is needed")
    #expect(imported.items.count + imported.unplaced.reduce(0) { $0 + $1.count } == imported.rows)
  }

  @Test func `only the first numbers of a reason are kept, and few reasons`() throws {
    var reasons = ImportReasons()
    for number in 1...1000 {
      reasons.count(Unplaced("reason \(number % 500)", detail: "d\(number)"), number: number)
    }
    let sorted = reasons.sorted
    #expect(sorted.count == ImportReasons.reasonLimit + 1)
    #expect(sorted.reduce(0) { $0 + $1.count } == 1000)
    #expect(sorted[0].reason == "other reasons" && sorted[0].numbers.count == 5)
  }

  @Test(arguments: [
    (
      #"{"id": "a", "prompt": "Q", "answer": "1"}"# + "\n"
        + #"{"id": "a", "prompt": "R", "answer": "2"}"#,
      "its id is that of an earlier row; make ids unique, or leave them out"
    ),
    (#"{"id": "", "prompt": "Q", "answer": "1"}"#, "its id is empty, or longer than 256 bytes"),
    (
      #"{"prompt": "\#(String(repeating: "é", count: 17_000))", "answer": "1"}"#,
      "the prompt is longer than 16384 characters"
    ),
    (
      #"{"prompt": "Q", "answer": "1", "completion": "\#(String(repeating: "x", count: 1 << 20))"}"#,
      "the problem takes more than 1048576 bytes"
    ),
    (#"{"prompt": "Q", "metadata": {"verifier": "../../x"}}"#, "its verifier's name is not of"),
  ])
  func `what no set could hold is not placed`(text: String, reason: String) throws {
    let imported = try imported(text.utf8) { $0.format = .hone }
    #expect(imported.unplaced.count == 1)
    #expect(imported.unplaced.first?.reason.hasPrefix(reason) == true, "\(imported.unplaced)")
  }

  @Test func `a verifier that the user names gets all rows`() throws {
    let text = Self.row + "\n" + #"{"question": "Prove it.", "answer": "x^2"}"#
    let imported = try imported(text.utf8) { $0.verifier = "mine" }
    #expect(imported.items.map(\.verifier) == ["mine", "mine"])
    #expect(imported.items.map(\.problem.answer) == ["2", "x^2"])
  }

  @Test func `a verifier that the user names gets the row's own metadata`() throws {
    let row = #"""
      {"question": "4 + 3 =", "answer": "7", "metadata": {"source_dataset": "chain_sum", "terms": 2}}
      """#
    let problem = try #require(try imported(row.utf8) { $0.verifier = "mine" }.items.first).problem
    #expect(
      problem.metadata == [
        "source_dataset": .string("chain_sum"), "terms": .number(2), "family": .string("chain_sum"),
        "verifier": .string("mine"),
      ])
  }

  // MARK: - Graders

  private func grader(_ json: String) throws -> ImportedGrader {
    try ImportedGrader(try folder.write(json, to: "grader.json"))
  }

  @Test(arguments: [
    #"{"type": "string_check", "name": "n"}"#,
    #"{"grader": {"type": "string_check", "name": "n"}}"#,
    #"{"type": "reinforcement", "reinforcement": {"grader": {"type": "string_check", "name": "n"}}}"#,
    #"{"method": {"reinforcement": {"grader": {"type": "string_check", "name": "n"}}}}"#,
  ])
  func `items of fine-tuning carry their grader`(json: String) throws {
    let grader = try grader(json)
    let row =
      #"{"messages": [{"role": "developer", "content": "Think."}, {"role": "user", "content": "Q"}], "reference": "4"}"#
    let imported = try imported(row.utf8) { $0.grader = grader }
    let problem = try #require(imported.items.first).problem
    #expect(problem.prompt == "Think.\n\nQ")
    #expect(
      problem.metadata == [
        "verifier": .string("openai-grader"), "item": .object(["reference": .string("4")]),
        "grader": .object(["type": .string("string_check"), "name": .string("n")]),
      ])
  }

  @Test(arguments: [
    ("{", "it is not JSON at byte 1"), ("[]", "it holds no grader"),
    (#"{"type": "score_model"}"#, "a grader 'score_model' asks another model for its opinion"),
    (#"{"grader": {"type": "label_model"}}"#, "a grader 'label_model' asks another model"),
    (
      #"{"type": "multi", "graders": {"a": {"type": "score_model"}}}"#, "'score_model' asks another"
    ),
    (#"{"type": "multi", "graders": {"a": {"type": "multi"}}}"#, "'multi' holds another one"),
    (#"{"type": "multi"}"#, "has no 'graders'"),
    (#"{"type": "vibes"}"#, "there is no grader 'vibes'"),
  ])
  func `a grader that no program decides is refused by its name`(
    json: String, reason: String
  ) throws {
    let error = try #require(throws: TaskImportError.self) { try grader(json) }
    #expect("\(error)".contains("grader.json: "), "\(error)")
    #expect("\(error)".contains(reason), "\(error)")
  }

  @Test func `rows that need a grader ask for it`() throws {
    let row = #"{"messages": [{"role": "user", "content": "Q"}], "reference": "4"}"#
    #expect(try refusal(row.utf8).contains("Name its JSON file with --grader."))
    #expect(try refusal(Self.row.utf8) { $0.format = .openAI }.contains("with --grader"))
  }

  // MARK: - The folder

  @Test func `a folder is a task set at once`() throws {
    let target = folder.url.appending(path: "made/sums")
    let report = try ImportedTaskFolder(
      try imported((Self.row + "\n" + Self.row).utf8), split: "train", folder: target
    ).write()
    #expect(
      report.splits.map(\.name) == ["train"] && report.splits.map(\.verifier) == ["arithmetic"])
    let set = try TaskCatalog.load(target.path + "/train", in: [])
    #expect(set.problems.map(\.id) == ["gsm8k-1", "gsm8k-2"])
    #expect(set.problems[0].answer == "2")
    #expect(set.demonstrations.map(\.completion) == ["#### 2", "#### 2"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).count == 3)
    let again = try imported(Self.row.utf8)
    #expect(throws: TaskImportError.outputExists(folder: target.relativePath)) {
      try ImportedTaskFolder(again, split: "train", folder: target)
    }
  }

  @Test func `problems of several verifiers are several splits`() throws {
    let text = """
      {"prompt": "2+2=", "answer": "4"}
      {"prompt": "Capital of France: \\"?", "answer": "Paris"}
      {"prompt": "Q", "metadata": {"verifier": "mine"}}
      """
    let target = folder.url.appending(path: "mixed")
    let report = try ImportedTaskFolder(imported(text.utf8), split: "test", folder: target).write()
    #expect(
      report.splits.map { "\($0.name) \($0.problems)" } == [
        "test-arithmetic 1", "test-exact-text 1", "test-mine 1",
      ])
    for split in report.splits {
      let set = try TaskCatalog.load("\(target.path)/\(split.name)", in: [])
      #expect(set.problems.count == 1 && set.demonstrations.isEmpty)
    }
  }

  @Test func `where nothing is placed nothing is written`() throws {
    let target = folder.url.appending(path: "nothing")
    let report = try ImportedTaskFolder(
      imported(#"{"prompt": "Q", "answer": "x^2"}"#.utf8), split: "train", folder: target
    ).write()
    #expect(report.folder == nil && report.unplacedCount == 1)
    #expect(!FileManager.default.fileExists(atPath: target.path))
    #expect(report.text.contains("1 × the reference is neither a number nor a few words (lines 1"))
  }

  @Test func `a folder that cannot be written is left as nothing`() throws {
    let file = try folder.write("x", to: "file")
    let error = try #require(throws: TaskImportError.self) {
      try ImportedTaskFolder(
        imported(Self.row.utf8), split: "train", folder: file.appending(path: "sums")
      ).write()
    }
    #expect("\(error)".hasPrefix("Cannot write the folder"), "\(error)")
  }
}
