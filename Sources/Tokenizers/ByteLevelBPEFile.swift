package import Foundation

/// Byte-level byte-pair encoding in the form of a `tokenizer.json`.
extension ByteLevelBPE {
  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: A ``TokenizerError`` that names the part that is wrong or not supported.
  package init(tokenizerJSON data: Data) throws(TokenizerError) {
    try self.init(document: TokenizerFile.document(data))
  }

  init(document file: OrderedJSON) throws(TokenizerError) {
    let model = file["model"]
    for part in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard (model[part].string ?? "").isEmpty else {
        throw .unsupported(part: "model.\(part)", value: "set", supported: "bytes only")
      }
    }
    guard model["byte_fallback"].bool != true else {
      throw .unsupported(part: "model.byte_fallback", value: "true", supported: "byte-level tokens")
    }
    guard (model["dropout"].number ?? 0) == 0 else {
      throw .unsupported(part: "model.dropout", value: "set", supported: "no dropout of merges")
    }
    let (texts, added) = try TokenizerFile.vocabulary(of: file)
    let begin = Self.beginText(of: file["post_processor"])
    let beginOfSequence = added.first { token in begin == token.text }?.id
    if let begin, beginOfSequence == nil {
      throw .malformed(part: "post_processor", expected: "of added tokens ('\(begin)' is none)")
    }
    try self.init(
      vocabulary: texts, merges: Self.merges(of: model["merges"]), added: added,
      preTokenizer: Self.preTokenizer(of: file["pre_tokenizer"]),
      normalizesToNFC: Self.normalizesToNFC(file["normalizer"]),
      ignoresMerges: model["ignore_merges"].bool ?? false, beginOfSequence: beginOfSequence)
  }

  package func tokenizerJSON() -> Data {
    let pairs = merges.merges.map { merge in
      OrderedJSON.array(
        [merge.left, merge.right].map { .string(vocabulary[Int($0)] ?? "") })
    }
    let byteLevel = Self.byteLevel(splits: false)
    let post: OrderedJSON
    if let id = beginOfSequence, let text = vocabulary[id] {
      post = Self.template(beginningWith: text, id: id)
    } else {
      post = byteLevel
    }
    return TokenizerFile.document(
      vocabulary: vocabulary, merges: pairs, added: Array(added.values),
      ignoresMerges: ignoresMerges,
      normalizer: normalizesToNFC ? .object(["type": .string("NFC")]) : .null,
      preTokenizer: preTokenizer.json, postProcessor: post, decoder: byteLevel
    ).serialized()
  }

  // MARK: - Parts

  private static func merges(
    of list: OrderedJSON
  ) throws(TokenizerError) -> [(left: String, right: String)] {
    guard let entries = list.array else {
      throw .malformed(part: "model.merges", expected: "a list of pairs")
    }
    var merges: [(left: String, right: String)] = []
    merges.reserveCapacity(entries.count)
    for entry in entries {
      let parts =
        entry.string?.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        ?? entry.array?.compactMap(\.string) ?? []
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw .malformed(
          part: "model.merges[\(merges.count)]",
          expected: "two tokens, as \"a b\" or [\"a\", \"b\"]")
      }
      merges.append((parts[0], parts[1]))
    }
    return merges
  }

  private static func normalizesToNFC(_ normalizer: OrderedJSON) throws(TokenizerError) -> Bool {
    switch normalizer["type"].string {
    case nil where normalizer.isNull: return false
    case "NFC": return true
    case "Sequence":
      var result = false
      for part in normalizer["normalizers"].array ?? [] {
        result = try normalizesToNFC(part) || result
      }
      return result
    case let type:
      throw .unsupported(
        part: "normalizer", value: type ?? "without a type", supported: "NFC or none")
    }
  }

  private static func preTokenizer(of part: OrderedJSON) throws(TokenizerError) -> PreTokenizer {
    let steps = part["type"] == .string("Sequence") ? part["pretokenizers"].array ?? [] : [part]
    guard steps.allSatisfy({ $0["add_prefix_space"].bool != true }) else {
      throw .unsupported(
        part: "pre_tokenizer.add_prefix_space", value: "true", supported: "text as it comes")
    }
    let known = PreTokenizer.allCases.first { kind in
      let expected = kind.steps
      return steps.count == expected.count
        && zip(steps, expected).allSatisfy { step, expected in
          ["type", "pattern", "behavior", "individual_digits"].allSatisfy {
            step[$0] == expected[$0]
          } && (step["invert"].bool ?? false) == false
            && (step["type"] != .string("ByteLevel")
              || (step["use_regex"].bool ?? true) == expected["use_regex"].bool)
        }
    }
    guard let known else {
      throw .unsupported(
        part: "pre_tokenizer",
        value: String(String(decoding: part.serialized(), as: UTF8.self).prefix(300)),
        supported: "that of GPT-2, SmolLM, Llama 3 or Qwen2")
    }
    return known
  }

  /// The special token that a post-processor puts in front of one sequence.
  private static func beginText(of post: OrderedJSON) -> String? {
    switch post["type"].string {
    case "Sequence": (post["processors"].array ?? []).lazy.compactMap(beginText).first
    case "TemplateProcessing": post["single"].array?.first?["SpecialToken"]["id"].string
    default: nil
    }
  }

  private static func template(beginningWith text: String, id: Int) -> OrderedJSON {
    let token = OrderedJSON.object([
      "SpecialToken": .object(["id": .string(text), "type_id": .integer(0)])
    ])
    func sequence(_ name: String, _ type: Int) -> OrderedJSON {
      .object(["Sequence": .object(["id": .string(name), "type_id": .integer(type)])])
    }
    return .object([
      "type": .string("TemplateProcessing"), "single": .array([token, sequence("A", 0)]),
      "pair": .array([token, sequence("A", 0), token, sequence("B", 1)]),
      "special_tokens": .object([
        OrderedJSON.Member(
          text,
          .object([
            "id": .string(text), "ids": .array([.integer(id)]), "tokens": .array([.string(text)]),
          ]))
      ]),
    ])
  }

  fileprivate static func byteLevel(splits: Bool) -> OrderedJSON {
    .object([
      "type": .string("ByteLevel"), "add_prefix_space": .bool(false), "trim_offsets": .bool(true),
      "use_regex": .bool(splits),
    ])
  }
}

extension PreTokenizer {
  fileprivate var steps: [OrderedJSON] {
    switch self {
    case .gpt2: [ByteLevelBPE.byteLevel(splits: true)]
    case .digits:
      [
        .object(["type": .string("Digits"), "individual_digits": .bool(true)]),
        ByteLevelBPE.byteLevel(splits: true),
      ]
    case .qwen2: Self.split(digits: #"\p{N}"#)
    case .llama3: Self.split(digits: #"\p{N}{1,3}"#)
    }
  }

  fileprivate var json: OrderedJSON {
    steps.count == 1
      ? steps[0]
      : .object(["type": .string("Sequence"), "pretokenizers": .array(steps)])
  }

  private static func split(digits: String) -> [OrderedJSON] {
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    return [
      .object([
        "type": .string("Split"), "pattern": .object(["Regex": .string(pattern)]),
        "behavior": .string("Isolated"), "invert": .bool(false),
      ]),
      ByteLevelBPE.byteLevel(splits: false),
    ]
  }
}
