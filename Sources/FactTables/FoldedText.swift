import Foundation

/// A text as it is compared: what two spellings of one answer share.
///
/// Compatibility decomposition (NFKD), lower case, no diacritics of Latin, Greek and Cyrillic, no
/// punctuation, no articles, single spaces; numbers and whole dates by their value. What could
/// change the meaning stays: signs such as `+`, `%`, `=`, `?`, the minus of a number, what stands
/// between digits (`3/2`, `3-2`, `2⁵` as `2^5`), the last sign of `A-`, decimal points, strokes
/// through letters, and characters that show nothing or turn the writing round, so that a text that
/// hides something equals no answer. Folding is idempotent.
package struct FoldedText: Hashable, Sendable {
  /// The words with single spaces between them: `unknown`, `20 july 1969`.
  package let text: String

  /// The words; `["unknown"]`, `["20", "july", "1969"]`.
  package var words: [String] {
    // By bytes: a blank and a mark that combines with it are one character.
    text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
  }

  /// Folds `text`, in linear time.
  package init(_ text: String) {
    self.text = PlainText.folded(text) ?? Self.general(text)
  }

  /// Folds any text; what ``PlainText`` folds faster is the same.
  static func general(_ text: String) -> String {
    var splitter = WordSplitter()
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      splitter.read(text.unicodeScalars)
    } else {
      splitter.read(
        RaisedDigits.written(text).decomposedStringWithCompatibilityMapping.unicodeScalars)
    }
    return FoldedDate.named(withoutArticles(splitter.finished)).joined(separator: " ")
  }

  /// `the` anywhere and `a` or `an` in front are left out, as long as a word remains.
  private static func withoutArticles(_ words: [String]) -> [String] {
    guard words.count > 1 else { return words }
    let withoutThe = words.filter { $0 != "the" }
    let kept = withoutThe.isEmpty ? words : withoutThe
    let start = kept.dropLast().prefix { $0 == "a" || $0 == "an" }.count
    return Array(kept.dropFirst(start))
  }
}

/// Cuts decomposed text into folded words.
private struct WordSplitter {
  private(set) var finished: [String] = []
  private var word = String.UnicodeScalarView()

  /// Reads all of a text.
  mutating func read(_ scalars: String.UnicodeScalarView) {
    var previous: Unicode.Scalar?
    var index = scalars.startIndex
    while index < scalars.endIndex {
      let scalar = scalars[index]
      index = scalars.index(after: index)
      read(scalar, Neighbours(previous: previous, rest: scalars[index...]))
      previous = scalar
    }
    endWord()
  }

  /// What stands beside a character.
  private struct Neighbours {
    let previous: Unicode.Scalar?
    let rest: Substring.UnicodeScalarView

    var next: Unicode.Scalar? { rest.first }
    var isBetweenDigits: Bool { previous.isDigit && next.isDigit }
    /// Whether a number follows, `5` or `.5`.
    var opensNumber: Bool { next.isDigit || next == "." && rest.dropFirst().first.isDigit }
    var followsWord: Bool { previous.map(\.isLetterOrDigit) ?? false }
    var opensWord: Bool { !followsWord && (next.map { $0.isLetterOrDigit || $0 == "=" } ?? false) }
    /// Whether a word ends here, with a blank or the text.
    var endsWord: Bool { followsWord && (next.map { $0.properties.isWhitespace } ?? true) }
  }

  private mutating func read(_ scalar: Unicode.Scalar, _ beside: Neighbours) {
    switch scalar {
    case "a"..."z": word.append(scalar)
    case "0"..."9": word.append(scalar)
    case "A"..."Z": word.append(Unicode.Scalar(UInt8(scalar.value | 0x20)))
    case " ", "\t", "\n", "\r": endWord()
    case "'", "\u{2019}", "\u{2018}", "\u{2BB}", "\u{2BC}", "\u{2B9}", "\u{2032}":
      if beside.isBetweenDigits { word.append("'") }  // `5'11`
    case ".", ",":
      // Between digits it may be part of a number; `D.C.` is `dc`.
      let startsNumber =
        scalar == "." && beside.previous != "." && (word.isEmpty || word.elementsEqual(["-"]))
      if beside.next.isDigit, beside.previous.isDigit || startsNumber {
        word.append(scalar)
      } else if scalar == "," {
        endWord()
      }
    case "-", "\u{2212}", "\u{2010}", "\u{2012}", "\u{2013}", "\u{2014}", "\u{2015}":
      readDash(scalar, beside)
    case "/", "\u{2044}", "\u{2215}", ":", "*":
      guard beside.isBetweenDigits else { return endWord() }
      word.append(scalar == ":" || scalar == "*" ? scalar : "/")
    case "&": alone("and")
    case "?", "\u{61F}", "\u{37E}", "\u{2E2E}", "\u{203D}", "\u{BF}", "\u{55E}", "\u{1367}":
      alone("?")
    case "!" where beside.opensWord: alone("\u{AC}")  // `!true`, as logic writes it
    case "=", "%", "|", "<", ">", "~": alone(scalar)
    case "#":
      if word.last?.properties.isAlphabetic == true { word.append(scalar) } else { endWord() }
    case "`", "\u{B4}": endWord()
    default: readOther(scalar)
    }
  }

  /// A sign before a number, what stands between digits, or the last sign of `A-`; otherwise a blank.
  private mutating func readDash(_ scalar: Unicode.Scalar, _ beside: Neighbours) {
    if beside.isBetweenDigits || isExponent && beside.next.isDigit {
      word.append("-")
    } else if !beside.followsWord, beside.opensNumber {
      endWord()
      word.append("-")
    } else if scalar == "-" || scalar == "\u{2212}", beside.endsWord {
      word.append("-")
    } else {
      endWord()
    }
  }

  /// Whether the word at hand is a number up to the `e` before its power.
  private var isExponent: Bool {
    word.last == "e" && word.first.map { $0.isASCII && !$0.properties.isAlphabetic } ?? false
      && word.dropLast().allSatisfy { ("0"..."9").contains($0) || $0 == "." || $0 == "-" }
  }

  private mutating func readOther(_ scalar: Unicode.Scalar) {
    if let letters = FoldedLetters.replacing(scalar) {
      word.append(contentsOf: letters.unicodeScalars)
      return
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark where FoldedLetters.isDiacritic(scalar): break
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: endWord()
    case .control where properties.isWhitespace: endWord()
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      endWord()
    case .uppercaseLetter, .titlecaseLetter, .letterNumber, .otherSymbol:
      for lower in properties.lowercaseMapping.unicodeScalars
      where !FoldedLetters.isDiacritic(lower) {
        word.append(contentsOf: (FoldedLetters.replacing(lower) ?? String(lower)).unicodeScalars)
      }
    default: word.append(scalar)
    }
  }

  /// Ends the word at hand and adds one of its own.
  private mutating func alone(_ text: String) {
    endWord()
    finished.append(text)
  }

  private mutating func alone(_ scalar: Unicode.Scalar) { alone(String(scalar)) }

  private mutating func endWord() {
    guard !word.isEmpty else { return }
    let text = String(word)
    word.removeAll(keepingCapacity: true)
    if text.utf8.contains(UInt8(ascii: ",")) {
      finished += FoldedNumber.list(text)
    } else {
      finished.append(FoldedNumber.canonical(text) ?? FoldedNumber.joined(text))
    }
  }
}

/// Letters that decomposition leaves whole, and marks that make no other letter.
private enum FoldedLetters {
  /// What a lower-case letter is compared as, where that is not itself.
  static func replacing(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "ß", "ẞ": "ss"
    case "æ", "Æ": "ae"
    case "œ", "Œ": "oe"
    case "ø", "Ø": "o"
    case "ł", "Ł": "l"
    case "đ", "Đ", "ð", "Ð": "d"
    case "þ", "Þ": "th"
    case "ħ", "Ħ": "h"
    case "ı": "i"
    case "ŋ", "Ŋ": "n"
    case "ς": "σ"
    case "ə", "Ə": "e"
    default: nil
    }
  }

  static func isDiacritic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0334...0x0338: false  // a stroke takes back what it goes through
    case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0xFE20...0xFE2F: true
    default: false
    }
  }
}

extension Unicode.Scalar? {
  fileprivate var isDigit: Bool { map { ("0"..."9").contains($0) } ?? false }
}

extension Unicode.Scalar {
  fileprivate var isLetterOrDigit: Bool { properties.isAlphabetic || ("0"..."9").contains(self) }
}

/// Digits that stand higher or lower than the line, and fractions of one character, which
/// decomposition would join with the number before them: `2⁵` is not 25, and `3½` not 31/2.
private enum RaisedDigits {
  static func written(_ text: String) -> String {
    var written = String.UnicodeScalarView()
    var follows = false
    for scalar in text.unicodeScalars {
      if follows, let mark = mark(of: scalar) { written.append(mark) }
      written.append(scalar)
      follows = scalar.properties.numericType == .decimal
    }
    return String(written)
  }

  private static func mark(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
    switch (scalar.properties.numericType, scalar.value) {
    case (.digit?, 0x2080...0x2089): "_"
    case (.digit?, _): "^"
    case (.numeric?, _): " "
    default: nil
    }
  }
}
