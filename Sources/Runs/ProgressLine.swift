/// One line of progress, cut to a width from its least important end.
struct ProgressLine {
  /// A part that is shown whole or not at all.
  struct Piece {
    let text: String
    var colour: Colour?
  }

  /// A colour of the terminal's palette.
  enum Colour: Int {
    case bold = 1
    case dim = 2
    case green = 32
  }

  /// The most important first.
  var pieces: [Piece]

  /// Columns of all pieces, two blanks apart.
  var width: Int { pieces.reduce(-2) { $0 + 2 + Self.width(Self.printable($1.text)) } }

  /// The pieces that fit, two blanks apart; the first one is cut if it alone is too wide.
  func text(columns: Int, colours: Bool) -> String {
    var text = ""
    var used = 0
    for (index, piece) in pieces.enumerated() {
      var shown = Self.printable(piece.text)
      if index == 0 {
        shown = Self.cut(shown, to: max(columns, 0))
      } else {
        guard used + 2 + Self.width(shown) <= columns else { break }
        text += "  "
        used += 2
      }
      used += Self.width(shown)
      text += colours ? Self.coloured(shown, piece.colour) : shown
    }
    return text
  }

  /// Columns that a terminal gives to a text: two for the wide letters of East Asia and for emoji.
  static func width(_ text: String) -> Int {
    text.reduce(0) { sum, character in
      sum + (character.unicodeScalars.contains { isWide($0.value) } ? 2 : 1)
    }
  }

  /// The text without what would move the cursor.
  static func printable(_ text: String) -> String {
    String(
      text.map { character in
        character.unicodeScalars.contains {
          [.control, .format, .lineSeparator, .paragraphSeparator]
            .contains($0.properties.generalCategory)
        } ? "?" : character
      })
  }

  /// The beginning of a text that fits into so many columns.
  static func cut(_ text: String, to columns: Int) -> String {
    var (kept, used) = ("", 0)
    for character in text {
      used += width(String(character))
      guard used <= columns else { break }
      kept.append(character)
    }
    return kept
  }

  private static func coloured(_ text: String, _ colour: Colour?) -> String {
    colour.map { "\u{1B}[\($0.rawValue)m\(text)\u{1B}[0m" } ?? text
  }

  private static func isWide(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
