package import Foundation

/// One token a Unicode scalar, and one that ends a completion: the embedded policy's tokenizer.
package struct CharacterTokenizer: Tokenizer {
  /// The characters of ids `0..<characters.count`; the next id ends a sequence.
  package let characters: [Unicode.Scalar]
  /// How the end of a sequence is written in files.
  package let endText: String
  package private(set) var endOfSequence: [Int]
  private let idByScalar: [Unicode.Scalar: Int]

  /// The 63 characters of short arithmetic and plain words, and the end: 64 tokens.
  package static let standard = CharacterTokenizer(
    distinct: Array(
      "0123456789+-*/=(),. \nabcdefghijklmnopqrstuvwxyzA:?#!'\";%<>[]_^$".unicodeScalars))

  /// A tokenizer of `characters`, in the order of their ids.
  ///
  /// - Throws: ``TokenizerError/duplicateToken(text:first:second:)`` where a character occurs twice.
  package init(
    characters: String, endText: String = "<|endoftext|>"
  ) throws(TokenizerError) {
    var ids: [Unicode.Scalar: Int] = [:]
    for (id, scalar) in characters.unicodeScalars.enumerated() {
      if let first = ids.updateValue(id, forKey: scalar) {
        throw .duplicateToken(text: String(scalar), first: first, second: id)
      }
    }
    guard endText.unicodeScalars.count > 1 else {
      throw .malformed(part: "endText", expected: "longer than a character, not '\(endText)'")
    }
    self.init(distinct: Array(characters.unicodeScalars), endText: endText)
  }

  private init(distinct characters: [Unicode.Scalar], endText: String = "<|endoftext|>") {
    self.characters = characters
    self.endText = endText
    endOfSequence = [characters.count]
    idByScalar = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, $0) })
  }

  package var vocabularySize: Int { characters.count + 1 }

  package var beginOfSequence: Int? { nil }

  package func encode(_ pieces: [TextPiece]) throws(TokenizerError) -> [Int] {
    var tokens: [Int] = []
    for piece in pieces {
      switch piece {
      case .special(let text):
        guard let id = id(ofSpecial: text) else { throw .unknownSpecial(text) }
        tokens.append(id)
      case .text(let text):
        for (position, scalar) in text.unicodeScalars.enumerated() {
          guard let id = idByScalar[scalar] else {
            throw .unknownCharacter(scalar, position: position)
          }
          tokens.append(id)
        }
      }
    }
    return tokens
  }

  package func decode(_ tokens: [Int]) -> String {
    var text = String.UnicodeScalarView()
    for token in tokens where characters.indices.contains(token) { text.append(characters[token]) }
    return String(text)
  }

  package func bytes(of token: Int) -> [UInt8] { Array(decode([token]).utf8) }

  package func id(ofSpecial text: String) -> Int? { text == endText ? characters.count : nil }

  package func text(ofSpecial id: Int) -> String? { id == characters.count ? endText : nil }

  package func ending(at tokens: [Int]) -> CharacterTokenizer {
    var copy = self
    copy.endOfSequence = Set(endOfSequence + tokens.filter((0..<vocabularySize).contains)).sorted()
    return copy
  }
}

// MARK: - tokenizer.json

extension CharacterTokenizer {
  init(document file: OrderedJSON) throws(TokenizerError) {
    let (texts, added) = try TokenizerFile.vocabulary(of: file)
    guard let end = added.first, added.count == 1, end.id == texts.count - 1, end.isSpecial,
      file["model"]["merges"].array?.isEmpty == true
    else {
      throw .unsupported(
        part: "pre_tokenizer", value: "null",
        supported: "a byte-level pre-tokenizer, or single characters and one end-of-sequence token")
    }
    var characters = String.UnicodeScalarView()
    for (id, text) in texts.dropLast().enumerated() {
      guard let scalars = text?.unicodeScalars, scalars.count == 1 else {
        throw .malformed(
          part: "model.vocab", expected: "single characters where nothing merges (id \(id) is none)"
        )
      }
      characters.append(contentsOf: scalars)
    }
    try self.init(characters: String(characters), endText: end.text)
  }

  /// A byte-pair encoding that merges nothing, with `Fuse` as its decoder.
  package func tokenizerJSON() -> Data {
    let end = AddedToken(id: characters.count, text: endText, isSpecial: true)
    return TokenizerFile.document(
      vocabulary: characters.map { String($0) } + [endText], merges: [], added: [end],
      ignoresMerges: false, normalizer: .null, preTokenizer: .null, postProcessor: .null,
      decoder: .object(["type": .string("Fuse")])
    ).serialized()
  }
}
