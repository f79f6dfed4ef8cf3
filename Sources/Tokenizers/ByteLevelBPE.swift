import Foundation

/// A token beside the byte-pair encoding.
package struct AddedToken: Equatable, Sendable {
  package let id: Int
  package let text: String
  /// Whether it is a control token: never read from text, never shown.
  ///
  /// The others, such as `<think>`, are read from text and shown as it.
  package let isSpecial: Bool

  package init(id: Int, text: String, isSpecial: Bool) {
    (self.id, self.text, self.isSpecial) = (id, text, isSpecial)
  }
}

/// Byte-pair encoding over UTF-8 bytes, as in GPT-2, SmolLM, Llama 3 and Qwen.
///
/// - SeeAlso: Radford et al. 2019 (GPT-2), section 2.2.
package struct ByteLevelBPE: Tokenizer {
  /// Text of each id, in ``ByteAlphabet``'s writing; `nil` where an id has no token.
  let vocabulary: [String?]
  let merges: MergeTable
  let added: [Int: AddedToken]
  let preTokenizer: PreTokenizer
  /// Whether text is brought into Unicode's form NFC first.
  let normalizesToNFC: Bool
  /// Whether a word that is a token as a whole is taken as it, without merging.
  let ignoresMerges: Bool
  package private(set) var endOfSequence: [Int]
  package let beginOfSequence: Int?

  private let idByText: [ExactString: Int]
  private let idByByte: [Int32?]
  /// Added tokens that are read from text, by first byte, longest first.
  private let textTokens: [UInt8: [(bytes: [UInt8], id: Int)]]

  /// The names of end-of-sequence tokens of the families that are known.
  private static let knownEnds = [
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>",
  ]
  private static let idLimit = 1 << 21

  /// A tokenizer of its parts.
  ///
  /// - Parameters:
  ///   - vocabulary: Text of each id, added tokens included.
  ///   - merges: Left and right text, the first merged before all others.
  ///   - added: Tokens that are not made by merging.
  ///   - preTokenizer: How text is cut into words.
  ///   - normalizesToNFC: Whether text is brought into form NFC first.
  ///   - ignoresMerges: Whether a word that is a token is taken without merging.
  ///   - endOfSequence: Ids that end a completion, beside the specials known by their names.
  ///   - beginOfSequence: The id that belongs in front of every prompt.
  /// - Throws: ``TokenizerError`` for a text with two ids, a merge without its tokens, and ids that
  ///   do not fit the vocabulary.
  package init(
    vocabulary: [String?], merges: [(left: String, right: String)], added: [AddedToken],
    preTokenizer: PreTokenizer, normalizesToNFC: Bool = false, ignoresMerges: Bool = false,
    endOfSequence: [Int] = [], beginOfSequence: Int? = nil
  ) throws(TokenizerError) {
    guard vocabulary.count <= Self.idLimit else {
      throw .malformed(part: "vocabulary", expected: "at most \(Self.idLimit) tokens")
    }
    var ids: [ExactString: Int] = [:]
    ids.reserveCapacity(vocabulary.count)
    for case (let id, let text?) in vocabulary.enumerated() {
      if let first = ids.updateValue(id, forKey: ExactString(text)) {
        throw .duplicateToken(text: text, first: first, second: id)
      }
    }
    func id(_ text: String, rank: Int) throws(TokenizerError) -> Int32 {
      guard let id = ids[ExactString(text)] else {
        throw .mergeWithoutToken(rank: rank, text: text)
      }
      return Int32(id)
    }
    var table: [MergeTable.Merge] = []
    table.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      table.append(
        MergeTable.Merge(
          left: try id(merge.left, rank: rank), right: try id(merge.right, rank: rank),
          result: try id(merge.left + merge.right, rank: rank)))
    }
    var addedByID: [Int: AddedToken] = [:]
    for token in added {
      guard vocabulary.indices.contains(token.id),
        vocabulary[token.id].map(ExactString.init) == ExactString(token.text),
        addedByID.updateValue(token, forKey: token.id) == nil
      else {
        throw .malformed(
          part: "added_tokens",
          expected: "ids of the vocabulary, once each ('\(token.text)' is not)")
      }
    }
    for id in endOfSequence + [beginOfSequence].compactMap({ $0 }) {
      guard vocabulary.indices.contains(id) else {
        throw .malformed(
          part: "eos_token_id or bos_token_id",
          expected: "below the vocabulary's \(vocabulary.count), not \(id)")
      }
    }
    self.vocabulary = vocabulary
    self.merges = MergeTable(table)
    self.added = addedByID
    self.preTokenizer = preTokenizer
    self.normalizesToNFC = normalizesToNFC
    self.ignoresMerges = ignoresMerges
    self.beginOfSequence = beginOfSequence
    let knownEnds = added.filter { $0.isSpecial && Self.knownEnds.contains($0.text) }.map(\.id)
    self.endOfSequence = Set(endOfSequence + knownEnds).sorted()
    idByText = ids
    idByByte = ByteAlphabet.scalars.map { ids[ExactString(String($0))].map(Int32.init) }
    let readFromText = added.filter { !$0.isSpecial && !$0.text.isEmpty }
      .map { (bytes: Array($0.text.utf8), id: $0.id) }
    textTokens = Dictionary(grouping: readFromText) { $0.bytes[0] }
      .mapValues { $0.sorted { $0.bytes.count > $1.bytes.count } }
  }

  package var vocabularySize: Int { vocabulary.count }

  package func encode(_ pieces: [TextPiece]) throws(TokenizerError) -> [Int] {
    var tokens: [Int] = []
    for piece in pieces {
      switch piece {
      case .special(let text):
        guard let id = id(ofSpecial: text) else { throw .unknownSpecial(text) }
        tokens.append(id)
      case .text(let text): try appendTokens(ofText: text, to: &tokens)
      }
    }
    return tokens
  }

  package func decode(_ tokens: [Int]) -> String {
    String(decoding: tokens.flatMap(bytes), as: UTF8.self)
  }

  package func bytes(of token: Int) -> [UInt8] {
    guard vocabulary.indices.contains(token), let text = vocabulary[token] else { return [] }
    guard let added = added[token] else { return ByteAlphabet.bytes(of: text) }
    return added.isSpecial ? [] : Array(text.utf8)
  }

  package func id(ofSpecial text: String) -> Int? {
    guard let id = idByText[ExactString(text)], added[id] != nil else { return nil }
    return id
  }

  package func text(ofSpecial id: Int) -> String? { added[id]?.text }

  package func ending(at tokens: [Int]) -> ByteLevelBPE {
    var copy = self
    copy.endOfSequence = Set(endOfSequence + tokens.filter(vocabulary.indices.contains)).sorted()
    return copy
  }

  // MARK: - Text

  /// Cuts `text` at the added tokens that are read from it, and encodes what lies between.
  private func appendTokens(ofText text: String, to tokens: inout [Int]) throws(TokenizerError) {
    guard !textTokens.isEmpty else { return try appendWords(of: text, to: &tokens) }
    let bytes = Array(text.utf8)
    var start = 0
    var position = 0
    while position < bytes.count {
      let match = textTokens[bytes[position]]?.first { bytes[position...].starts(with: $0.bytes) }
      guard let match else {
        position += 1
        continue
      }
      try appendWords(of: String(decoding: bytes[start..<position], as: UTF8.self), to: &tokens)
      tokens.append(match.id)
      position += match.bytes.count
      start = position
    }
    try appendWords(of: String(decoding: bytes[start...], as: UTF8.self), to: &tokens)
  }

  private func appendWords(of raw: String, to tokens: inout [Int]) throws(TokenizerError) {
    let text = ClassifiedText(normalizesToNFC ? Self.composed(raw) : raw)
    for range in preTokenizer.words(of: text) {
      let word = text.bytes[range]
      if ignoresMerges, let id = id(ofWord: word) {
        tokens.append(id)
        continue
      }
      var ids: [Int32] = []
      ids.reserveCapacity(word.count)
      for byte in word {
        guard let id = idByByte[Int(byte)] else { throw .byteWithoutToken(byte) }
        ids.append(id)
      }
      tokens += merges.merged(ids).lazy.map(Int.init)
    }
  }

  /// `text` in form NFC.
  private static func composed(_ text: String) -> String {
    let composed = text.precomposedStringWithCanonicalMapping
    // Foundation on Linux cuts some scalars beyond U+FFFF to 16 bits before it composes them with
    // a mark; Swift's own comparison tells, and such text stays as it is.
    return composed == text ? composed : text
  }

  private func id(ofWord word: ArraySlice<UInt8>) -> Int? {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: word.lazy.map { ByteAlphabet.scalars[Int($0)] })
    guard let id = idByText[ExactString(String(text))], added[id] == nil else { return nil }
    return id
  }
}
