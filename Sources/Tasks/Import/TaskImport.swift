package import Foundation
package import VerifierKit

/// A file of others' tasks as problems of verifiers that are here.
///
/// Each row becomes a problem or is counted with the reason why it does not; nothing of a row is run.
package struct TaskImport: Sendable {
  /// How a file is read.
  package struct Options: Sendable {
    /// The format; nil for the one of the first row.
    package var format: ImportFormat?
    /// The grader of rows of OpenAI's fine-tuning.
    package var grader: ImportedGrader?
    /// The verifier that judges all rows, whatever they say; nil for the one that each is for.
    package var verifier: String?

    package init() {}
  }

  /// A row that became a problem.
  package struct Item: Sendable {
    package let problem: Problem
    /// The verifier that judges it.
    package let verifier: String
    /// An answer to imitate; nil where the row has none.
    package let completion: String?
  }

  /// The path as reports show it.
  package let file: String
  /// Nil where no row is an object, so that none tells it.
  package let format: ImportFormat?
  package let items: [Item]
  /// All rows, placed or not.
  package let rows: Int
  /// What the numbers in `unplaced` count.
  package let unit: ImportReport.Unit
  /// Why rows were not placed, the most frequent reason first.
  package let unplaced: [ImportReport.Unplaced]
  /// Columns of placed rows that nothing read, and in how many rows; the most frequent first.
  package let unread: [ImportReport.Column]

  /// Reads a file.
  ///
  /// - Throws: ``TaskImportError``.
  package init(_ file: URL, options: Options = Options()) throws {
    let source = RowFile(file)
    var placer = RowPlacer(file: source.shown, options: options)
    unit = try source.read { number, row in try placer.take(row, number: number) }
    self.file = source.shown
    format = placer.format
    (items, rows, unplaced) = (placer.items, placer.rows, placer.reasons.sorted)
    unread = placer.unread
  }

  /// Whether a text can be the name of a verifier, and so part of a file's name.
  package static func isVerifierName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && !text.hasPrefix("-")
      && text.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
      }
  }

  /// The worked answers.
  package var demonstrations: [Demonstration] {
    items.compactMap { item in
      item.completion.map { Demonstration(problem: item.problem, completion: $0) }
    }
  }
}

/// Makes problems of rows, one by one.
private struct RowPlacer {
  let file: String
  let options: TaskImport.Options
  private(set) var format: ImportFormat?
  private(set) var items: [TaskImport.Item] = []
  private(set) var rows = 0
  private(set) var reasons = ImportReasons()
  private var ids: Set<String> = []
  private var unreadCounts: [String: Int] = [:]

  private static let idLimit = 256
  /// Unread columns that are told apart; what hostile rows add beyond is not listed.
  private static let unreadLimit = 100
  /// Columns that belong to a question or its answer, so that a row which has them is cut in half
  /// where its format does not read them.
  private static let essential: Set<String> = [
    "answers", "article", "choices", "context", "document", "input", "instruction", "options",
    "paragraph", "passage", "system", "system_prompt", "table",
  ]

  init(file: String, options: TaskImport.Options) {
    (self.file, self.options, format) = (file, options, options.format)
  }

  var unread: [ImportReport.Column] {
    unreadCounts.map { ImportReport.Column(name: $0.key, rows: $0.value) }
      .sorted { ($1.rows, $0.name) < ($0.rows, $1.name) }
  }

  /// Places a row, or counts why it cannot be placed.
  ///
  /// - Throws: ``TaskImportError`` where the file as a whole cannot be read.
  mutating func take(_ row: RowFile.Row, number: Int) throws(TaskImportError) {
    rows += 1
    guard case .object(let members) = row else {
      if case .other(let problem) = row {
        reasons.count(Unplaced("the row is no JSON object", detail: problem), number: number)
      }
      return
    }
    let row = ImportRow(members)
    let format = try knownFormat(row, number: number)
    do throws(Unplaced) {
      items.append(try item(row, format))
      for name in row.unread {
        let shown = Unplaced.shown(name, atMost: 60)
        if unreadCounts[shown] != nil || unreadCounts.count < Self.unreadLimit {
          unreadCounts[shown, default: 0] += 1
        }
      }
    } catch {
      reasons.count(withHint(error, row, format), number: number)
    }
  }

  /// The format that was asked for, or else the one of the first row.
  private mutating func knownFormat(
    _ row: ImportRow, number: Int
  ) throws(TaskImportError) -> ImportFormat {
    guard let known = format ?? ImportFormat(of: row) else {
      if row.members.count < 8,
        let list = row.members.keys.sorted().first(where: { row.isRows($0) })
      {
        throw .wrapped(file: file, key: list)
      }
      throw .unknownFormat(file: file, line: number, keys: row.members.keys.sorted())
    }
    if known == .openAI, options.grader == nil { throw .noGrader(file: file) }
    format = known
    return known
  }

  /// Says so where a row rather is of another format, as in a file that mixes several.
  private func withHint(_ cause: Unplaced, _ row: ImportRow, _ format: ImportFormat) -> Unplaced {
    guard let other = ImportFormat(of: row), other != format else { return cause }
    return Unplaced(
      """
      \(cause.reason); the row looks like one of \(other.rawValue), which is imported by itself, \
      with --format \(other.rawValue)
      """, detail: cause.detail)
  }

  // MARK: - One row

  private mutating func item(
    _ row: ImportRow, _ format: ImportFormat
  ) throws(Unplaced) -> TaskImport.Item {
    var placed: PlacedRow
    do throws(Unplaced) {
      placed = try format.place(row, grader: options.grader)
    } catch {
      // Whoever names a verifier knows what it reads.
      guard options.verifier != nil, let plain = PlacedRow(plain: row) else { throw error }
      placed = plain
    }
    if let lost = row.unread.first(where: Self.essential.contains) {
      throw Unplaced(
        """
        the row has '\(lost)', which is part of a question or its answer and which \
        \(format.rawValue) does not read; write it into the prompt, or take the column away
        """)
    }
    if let verifier = options.verifier {
      placed.verifier = verifier
      // It may read more of a row than the verifiers of the house do.
      if let own = try? row.object("metadata") { placed.metadata.merge(own.members) { $1 } }
    }
    guard TaskImport.isVerifierName(placed.verifier) else {
      throw Unplaced("its verifier's name is not of lower-case letters, digits and hyphens")
    }
    placed.metadata["verifier"] = .string(placed.verifier)
    let problem = Problem(
      id: try identifier(placed.id ?? "\(format.rawValue)-\(rows)"), prompt: placed.prompt,
      answer: placed.answer, metadata: placed.metadata)
    try check(problem, placed.completion)
    guard ids.insert(problem.id).inserted else {
      throw Unplaced("its id is that of an earlier row; make ids unique, or leave them out")
    }
    return TaskImport.Item(
      problem: problem, verifier: placed.verifier, completion: placed.completion)
  }

  private func identifier(_ id: String) throws(Unplaced) -> String {
    guard !id.isEmpty, id.utf8.count <= Self.idLimit else {
      throw Unplaced("its id is empty, or longer than \(Self.idLimit) bytes")
    }
    return id
  }

  /// Refuses what the set could not be loaded with.
  private func check(_ problem: Problem, _ completion: String?) throws(Unplaced) {
    guard !problem.metadata.values.contains(where: \.holdsRoundedNumber) else {
      throw Unplaced.roundedNumber
    }
    let limit = TaskCatalog.defaultMaxPromptCharacters
    // Characters are never more than bytes, and cost more to count.
    guard problem.prompt.utf8.count <= limit || problem.prompt.count <= limit else {
      throw Unplaced("the prompt is longer than \(limit) characters")
    }
    let bytes = ProblemFile.line(problem, completion: completion).count
    guard bytes <= ProblemFile.maxLineBytes else {
      throw Unplaced("the problem takes more than \(ProblemFile.maxLineBytes) bytes")
    }
  }
}

extension PlacedRow {
  /// A row by the usual names of its columns, for a verifier that the user names.
  fileprivate init?(plain row: ImportRow) {
    let reward = try? row.object("reward_model")
    let answer =
      row["answer"] ?? row["ground_truth"] ?? row["solution"] ?? reward?["ground_truth"]
    guard let chat = try? row.prompt("messages", "prompt", "question", "problem"), let answer else {
      return nil
    }
    self.init(
      id: try? row.optionalText("id"), prompt: chat.prompt, verifier: "",
      metadata: (try? row.object("metadata"))?.members ?? [:], completion: chat.completion)
    if case .string(let text) = answer {
      self.answer = text
    } else {
      self.answer = JSONText.line(answer)
    }
  }
}
