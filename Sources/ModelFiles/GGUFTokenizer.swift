import Tokenizers

/// The tokenizer in a GGUF file's metadata.
enum GGUFTokenizer {
  /// Reads it, or returns `nil` where the file has none.
  ///
  /// - Throws: ``ModelFileError`` that names the key which is wrong or not supported.
  static func read(_ file: GGUFFile) throws(ModelFileError) -> ByteLevelBPE? {
    let path = file.file.path
    guard let model = file.text("tokenizer.ggml.model"), model != "no_vocab" else { return nil }
    guard model == "gpt2" else {
      throw ModelFileError(
        path,
        .unsupported(
          part: "'tokenizer.ggml.model'", value: model, supported: "byte-level BPE ('gpt2')"))
    }
    let (preTokenizer, normalizes) = try preTokenizer(of: file)
    if file.bool("tokenizer.ggml.add_space_prefix") == true {
      throw ModelFileError(
        path,
        .unsupported(
          part: "'tokenizer.ggml.add_space_prefix'", value: "true", supported: "text as it comes"))
    }
    guard let tokens = try file.texts("tokenizer.ggml.tokens") else {
      throw ModelFileError(
        path, .malformed(part: "'tokenizer.ggml.tokens'", expected: "a list of strings"))
    }
    let isLlama3 = preTokenizer == .llama3
    let begin = file.integer("tokenizer.ggml.bos_token_id")
    let ends = ["eos", "eot"].compactMap { file.integer("tokenizer.ggml.\($0)_token_id") }
    let addsBegin = file.bool("tokenizer.ggml.add_bos_token") ?? isLlama3
    let merges = try merges(of: file)
    let added = try added(of: file, tokens: tokens, controls: ends + [begin].compactMap { $0 })
    do {
      return try ByteLevelBPE(
        vocabulary: tokens, merges: merges, added: added, preTokenizer: preTokenizer,
        normalizesToNFC: normalizes, ignoresMerges: isLlama3, endOfSequence: ends,
        beginOfSequence: addsBegin ? begin : nil)
    } catch {
      throw ModelFileError(path, .tokenizer(error))
    }
  }

  private static func preTokenizer(
    of file: GGUFFile
  ) throws(ModelFileError) -> (PreTokenizer, normalizes: Bool) {
    let name = file.text("tokenizer.ggml.pre") ?? "absent"
    switch name {
    case "gpt-2": return (.gpt2, false)
    case "smollm", "starcoder", "refact": return (.digits, false)
    case "qwen2": return (.qwen2, true)
    case "llama-bpe", "llama3", "llama-v3": return (.llama3, false)
    default:
      throw ModelFileError(
        file.file.path,
        .unsupported(
          part: "'tokenizer.ggml.pre'", value: name,
          supported: "gpt-2, smollm, starcoder, refact, qwen2 or llama-bpe"))
    }
  }

  private static func merges(
    of file: GGUFFile
  ) throws(ModelFileError) -> [(left: String, right: String)] {
    var merges: [(left: String, right: String)] = []
    for merge in try file.texts("tokenizer.ggml.merges") ?? [] {
      let parts = merge.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw ModelFileError(
          file.file.path,
          .malformed(
            part: "'tokenizer.ggml.merges[\(merges.count)]'",
            expected: "two tokens with a space between"))
      }
      merges.append((String(parts[0]), String(parts[1])))
    }
    return merges
  }

  /// Tokens of the types unknown (2), control (3) and user-defined (4).
  private static func added(
    of file: GGUFFile, tokens: [String], controls: [Int]
  ) throws(ModelFileError) -> [AddedToken] {
    guard let types = try file.integers("tokenizer.ggml.token_type") else {
      return Set(controls).sorted().filter(tokens.indices.contains)
        .map { AddedToken(id: $0, text: tokens[$0], isSpecial: true) }
    }
    guard types.count == tokens.count else {
      throw ModelFileError(
        file.file.path,
        .malformed(
          part: "'tokenizer.ggml.token_type'",
          expected: "\(tokens.count) numbers, one a token, not \(types.count)"))
    }
    return tokens.indices.compactMap { id in
      switch types[id] {
      case 2, 3: AddedToken(id: id, text: tokens[id], isSpecial: true)
      case 4: AddedToken(id: id, text: tokens[id], isSpecial: false)
      default: nil
      }
    }
  }
}
