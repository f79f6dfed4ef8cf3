/// Words of a command line, as a POSIX shell has them.
package enum ShellWords {
  /// Writes a word so that a shell reads it as one, whatever is in it.
  package static func quote(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "-_./:=,@+".utf8.contains(byte)
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// Writes words as one line.
  package static func line(_ words: [String]) -> String {
    words.map(quote).joined(separator: " ")
  }

  /// Takes a line apart at blanks that no quotation marks or backslashes guard.
  ///
  /// Nothing is expanded: `$HOME` stays as it is.
  ///
  /// - Throws: ``ScheduleError/unclosedQuote(text:)``.
  package static func split(_ line: String) throws(ScheduleError) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if character == quote {
        quote = nil
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if quote == nil, character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil, !isEscaped else { throw .unclosedQuote(text: line) }
    if let word { words.append(word) }
    return words
  }
}
