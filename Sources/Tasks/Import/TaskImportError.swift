import VerifierKit

/// A file that cannot be imported at all, with where, and what to do.
package enum TaskImportError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read; the reason ends a sentence.
  case unreadable(file: String, reason: String)
  /// The file is of a kind that is not read here; `conversion` is a command that makes one that is.
  case foreign(file: String, kind: String, conversion: String)
  /// The text breaks off, or is damaged, in this line.
  case damaged(file: String, line: Int, reason: String)
  /// A row, or the whole text, is longer than the limit.
  case tooLong(file: String, line: Int, what: String, limit: Int)
  /// The file has more rows than a task set is made of at once.
  case tooManyRows(file: String, limit: Int)
  /// The file is one object that holds the rows in the list `key`.
  case wrapped(file: String, key: String)
  /// The file has no row.
  case empty(file: String)
  /// The first row is of no format that is known.
  case unknownFormat(file: String, line: Int, keys: [String])
  /// The rows need a grader, and none was named.
  case noGrader(file: String)
  /// A grader that no program decides, or that is none.
  case unusableGrader(file: String, reason: String)
  /// There is something where the folder should be written.
  case outputExists(folder: String)
  /// The folder cannot be written.
  case unwritable(folder: String, reason: String)

  package var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "Cannot read \(file): \(reason)."
    case .foreign(let file, let kind, let conversion):
      "\(file) is \(kind), which is not read here. Convert it first: \(conversion)"
    case .damaged(let file, let line, let reason):
      "\(file):\(line): \(reason). Fetch the file again, or cut it behind its last whole row."
    case .tooLong(let file, let line, let what, let limit):
      """
      \(file):\(line): \(what) is longer than \(limit) bytes. Write one row a line, and split a \
      large file.
      """
    case .tooManyRows(let file, let limit):
      "\(file) has more than \(limit) rows. Split it, and import the parts one by one."
    case .wrapped(let file, let key):
      """
      \(file): one object is no list of rows. Take the list out first, as with: \
      jq -c '.[\(JSONText.line(.string(key)))][]' \(ShellText.quoted(file)) \
      > \(ShellText.quoted(file + ".jsonl"))
      """
    case .empty(let file):
      "\(file) has no rows. Check that it is the file that you mean."
    case .unknownFormat(let file, let line, let keys):
      """
      \(file):\(line): no known format has rows with the keys \
      \(keys.isEmpty ? "(none)" : keys.prefix(12).joined(separator: ", ")). Name the format with \
      --format, or rename keys, such as to 'prompt' and 'answer'.
      """
    case .noGrader(let file):
      """
      \(file) has rows of OpenAI's fine-tuning, which are judged by a grader. Name its JSON file \
      with --grader.
      """
    case .unusableGrader(let file, let reason):
      "\(file): \(reason)."
    case .outputExists(let folder):
      "'\(folder)' is there already, and is not written over. Name another folder, or remove it."
    case .unwritable(let folder, let reason):
      "Cannot write the folder '\(folder)': \(reason)."
    }
  }
}

/// Texts as words of a shell's command.
enum ShellText {
  /// The text in single quotes, where it is more than plain letters of a path.
  static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || "/._-".utf8.contains(byte)
    }
    return isPlain && !text.isEmpty && !text.hasPrefix("-")
      ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
