/// The words of a Metamath text, without its comments.
///
/// A word is a run of printing ASCII characters; between words are blanks, and comments in
/// `$( … $)`, which do not nest.
struct MetamathTokens {
  /// What is no Metamath text.
  struct Fault: Error {
    let offset: Int
    let problem: String
  }

  private let text: [UInt8]
  private(set) var position = 0

  init(_ text: [UInt8]) { self.text = text }

  /// The next word; nil at the end of the text.
  mutating func next() throws(Fault) -> ArraySlice<UInt8>? {
    while let word = try rawWord() {
      guard word.elementsEqual("$(".utf8) else {
        guard !word.elementsEqual("$)".utf8) else {
          throw fault("a comment ends that did not begin")
        }
        return word
      }
      try skipComment()
    }
    return nil
  }

  /// An error at the word that was read last.
  func fault(_ problem: String) -> Fault { Fault(offset: position, problem: problem) }

  /// The line of an offset, from 1.
  func line(of offset: Int) -> Int {
    text.prefix(offset).reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
  }

  private mutating func skipComment() throws(Fault) {
    while let word = try rawWord() {
      if word.elementsEqual("$)".utf8) { return }
      if word.elementsEqual("$(".utf8) { throw fault("a comment stands inside a comment") }
    }
    throw fault("a comment does not end")
  }

  private mutating func rawWord() throws(Fault) -> ArraySlice<UInt8>? {
    while position < text.count, text[position].isBlank { position += 1 }
    let start = position
    while position < text.count, !text[position].isBlank {
      guard (0x21...0x7E).contains(text[position]) else {
        throw fault("a character is no printing ASCII")
      }
      position += 1
    }
    return position > start ? text[start..<position] : nil
  }
}

extension UInt8 {
  /// Whether it separates words: a space, a tab, or the end of a line or page.
  fileprivate var isBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) && self != 0x0B }
}
