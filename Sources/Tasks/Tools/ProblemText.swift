import Foundation

/// A problem's text as the tools compare it: words, characters, and what stays when numbers go.
package enum ProblemText {
  /// What n-grams are made of.
  package enum Unit: String, CaseIterable, Codable, Sendable {
    case words
    case characters
  }

  /// The text in Unicode's form NFKC, in which equal texts have equal scalars; ASCII stays as it is.
  package static func normalised(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCompatibilityMapping
  }

  /// The letters and digits of a text in lower case, word by word, each with its place.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - keepsMarks: Whether a mark such as `+` is a word of its own; else it only ends one.
  /// - Returns: Words in their order.
  package static func words(of text: String, keepsMarks: Bool) -> [Piece] {
    var words: [Piece] = []
    var (start, at) = (text.startIndex, text.startIndex)
    func end() {
      guard start < at else { return }
      words.append(Piece(text: text[start..<at].lowercased(), range: start..<at))
    }
    while at < text.endIndex {
      let character = text[at]
      let next = text.index(after: at)
      if !character.isLetter, !character.isNumber {
        end()
        if keepsMarks, !character.isWhitespace {
          words.append(Piece(text: String(character), range: at..<next))
        }
        start = next
      }
      at = next
    }
    end()
    return words
  }

  /// The characters of a text in lower case, one by one, without blanks.
  package static func characters(of text: String) -> [Piece] {
    text.indices.compactMap { index in
      let character = text[index]
      guard !character.isWhitespace else { return nil }
      return Piece(text: character.lowercased(), range: index..<text.index(after: index))
    }
  }

  /// A word or a character, and where it stands.
  package struct Piece: Equatable, Sendable {
    package let text: String
    package let range: Range<String.Index>
  }

  /// What problems share that differ only in numbers and names.
  ///
  /// Each number becomes `0`, within words such as `5kg` too, each word with a capital letter `X`,
  /// each pronoun of a person `x`; blanks and the Unicode form do not count. A word that starts a sentence is taken for a name, so that a name in that
  /// place is one: two templates may become one, but one never becomes two.
  package static func template(of text: String) -> String {
    let text = normalised(text)
    var result: [String] = []
    for word in words(of: text, keepsMarks: true) {
      let written = text[word.range]
      let masked =
        if written.first?.isUppercase == true { "X" } else if pronouns.contains(word.text) {
          "x"
        } else { withoutNumbers(word.text) }
      // `1,234.5` is one number, and `Anna Maria` one name.
      if masked.hasPrefix("0"), result.count > 1, [".", ","].contains(result[result.count - 1]),
        result[result.count - 2] == "0"
      {
        result.removeLast(2)
        result.append(masked)
      } else if masked == "0" || masked == "X", result.last == masked {
        continue
      } else {
        result.append(masked)
      }
    }
    return result.joined(separator: " ")
  }

  /// A word with `0` in place of each run of digits; of an ordinal nothing else stays.
  private static func withoutNumbers(_ word: String) -> String {
    guard word.contains(where: \.isNumber) else { return word }
    var masked = ""
    for character in word {
      if !character.isNumber {
        masked.append(character)
      } else if masked.last != "0" {
        masked.append("0")
      }
    }
    return ["0st", "0nd", "0rd", "0th"].contains(masked) ? "0th" : masked
  }

  private static let pronouns: Set<String> = [
    "he", "she", "they", "him", "her", "them", "his", "hers", "their", "theirs",
  ]
}
