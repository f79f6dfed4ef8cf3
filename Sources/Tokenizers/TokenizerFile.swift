package import Foundation

/// Hugging Face's `tokenizer.json`, read.
package enum TokenizerFile {
  /// The tokenizer of a file: byte-level byte-pair encoding, or one token a character.
  ///
  /// - Throws: A ``TokenizerError`` that names the part that is wrong or not supported.
  package static func read(_ data: Data) throws(TokenizerError) -> any Tokenizer {
    let file = try document(data)
    return file["pre_tokenizer"].isNull
      ? try CharacterTokenizer(document: file) : try ByteLevelBPE(document: file)
  }

  static func document(_ data: Data) throws(TokenizerError) -> OrderedJSON {
    let file: OrderedJSON
    do { file = try OrderedJSON(parsing: data) } catch { throw .notJSON(error) }
    let type = file["model"]["type"]
    guard type == .string("BPE") || type.isNull && !file["model"]["merges"].isNull else {
      throw .unsupported(
        part: "model.type", value: type.string ?? "absent", supported: "byte-pair encoding (BPE)")
    }
    return file
  }

  /// Text of each id, from the model's vocabulary and the added tokens.
  static func vocabulary(
    of file: OrderedJSON
  ) throws(TokenizerError) -> (texts: [String?], added: [AddedToken]) {
    guard let members = file["model"]["vocab"].members else {
      throw .malformed(part: "model.vocab", expected: "an object of ids by token")
    }
    var texts: [String?] = []
    for member in members {
      try place(member.key, at: member.value.integer, part: "model.vocab", in: &texts)
    }
    var added: [AddedToken] = []
    for token in file["added_tokens"].array ?? [] {
      guard let text = token["content"].string, let id = token["id"].integer else {
        throw .malformed(part: "added_tokens", expected: "objects with 'id' and 'content'")
      }
      try place(text, at: id, part: "added_tokens", in: &texts)
      let isSpecial = token["special"].bool ?? false
      for flag in ["lstrip", "rstrip", "single_word"] where token[flag].bool == true && !isSpecial {
        throw .unsupported(
          part: "added_tokens '\(text)'", value: flag, supported: "added tokens without it")
      }
      added.append(AddedToken(id: id, text: text, isSpecial: isSpecial))
    }
    return (texts, added)
  }

  private static func place(
    _ text: String, at id: Int?, part: String, in texts: inout [String?]
  ) throws(TokenizerError) {
    // Ids may come in any order, yet a lying one must not ask for gigabytes.
    guard let id, (0..<1 << 21).contains(id) else {
      throw .malformed(part: "\(part) '\(text.prefix(80))'", expected: "an id in 0..<\(1 << 21)")
    }
    if id >= texts.count {
      texts += [String?](repeating: nil, count: id + 1 - texts.count)
    }
    if let other = texts[id], ExactString(other) != ExactString(text) {
      throw .malformed(
        part: "\(part) '\(text.prefix(80))'",
        expected: "an id of its own: \(id) is that of '\(other.prefix(80))'")
    }
    texts[id] = text
  }

  /// An entry of `added_tokens`.
  static func entry(of token: AddedToken) -> OrderedJSON {
    .object([
      "id": .integer(token.id), "content": .string(token.text), "single_word": .bool(false),
      "lstrip": .bool(false), "rstrip": .bool(false), "normalized": .bool(false),
      "special": .bool(token.isSpecial),
    ])
  }

  /// A whole file.
  static func document(
    vocabulary: [String?], merges: [OrderedJSON], added: [AddedToken], ignoresMerges: Bool,
    normalizer: OrderedJSON, preTokenizer: OrderedJSON, postProcessor: OrderedJSON,
    decoder: OrderedJSON
  ) -> OrderedJSON {
    let entries = vocabulary.enumerated().compactMap { id, text in
      text.map { OrderedJSON.Member($0, .integer(id)) }
    }
    return .object([
      "version": .string("1.0"), "truncation": .null, "padding": .null,
      "added_tokens": .array(added.sorted { $0.id < $1.id }.map(entry)),
      "normalizer": normalizer, "pre_tokenizer": preTokenizer, "post_processor": postProcessor,
      "decoder": decoder,
      "model": .object([
        "type": .string("BPE"), "dropout": .null, "unk_token": .null,
        "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": .bool(false),
        "byte_fallback": .bool(false), "ignore_merges": .bool(ignoresMerges),
        "vocab": .object(entries), "merges": .array(merges),
      ]),
    ])
  }
}
