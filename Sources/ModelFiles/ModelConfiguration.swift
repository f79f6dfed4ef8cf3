import Foundation
import Tokenizers
import Transformers

/// A Hugging Face `config.json`: the shape of a transformer and the ids that end a sequence.
struct ModelConfiguration {
  let shape: TransformerShape
  /// Empty where the file names none.
  let endOfSequence: [Int]

  /// Reads a file.
  ///
  /// - Throws: ``ModelFileError`` that names the key which is wrong or not supported.
  init(_ file: OrderedJSON, path: String) throws(ModelFileError) {
    let reader = ConfigurationReader(file: file, path: path)
    let architecture = try reader.architecture()
    try reader.refuseUnsupported(architecture)
    let heads = try reader.integer("num_attention_heads")
    let width = try reader.integer("hidden_size")
    let headWidth: Int
    if let given = try reader.optionalInteger("head_dim") {
      headWidth = given
    } else if architecture == .qwen3 {
      headWidth = 128  // the default of that family, whatever its width
    } else {
      guard heads > 0, width.isMultiple(of: heads) else {
        throw reader.malformed("hidden_size", "a multiple of the \(heads) heads, not \(width)")
      }
      headWidth = width / heads
    }
    shape = TransformerShape(
      vocabularySize: try reader.integer("vocab_size"), width: width,
      blocks: try reader.integer("num_hidden_layers"), heads: heads,
      kvHeads: try reader.optionalInteger("num_key_value_heads") ?? heads, headWidth: headWidth,
      feedForwardWidth: try reader.integer("intermediate_size"),
      normEpsilon: Float(try reader.optionalNumber("rms_norm_eps") ?? 1e-6),
      rotary: try reader.rotary(),
      tiedHead: try reader.optionalBool("tie_word_embeddings") ?? false,
      attentionBias: architecture == .qwen2, queryKeyNorm: architecture == .qwen3,
      maxPositions: try reader.optionalInteger("max_position_embeddings") ?? 2048)
    try ShapeLimits.check(shape, path: path)
    endOfSequence = Self.ids(file["eos_token_id"])
  }

  /// The ids of a key that holds one, a list, or `null`.
  static func ids(_ value: OrderedJSON) -> [Int] {
    value.integer.map { [$0] } ?? value.array?.compactMap(\.integer) ?? []
  }

  /// A file that Hugging Face transformers loads, with old and new spellings of the rotary settings.
  static func document(
    _ shape: TransformerShape, endOfSequence: [Int], beginOfSequence: Int?
  ) -> OrderedJSON {
    let architecture = Architecture(shape)
    let rotary = rotaryMembers(shape.rotary)
    let base = OrderedJSON.Member("rope_theta", .number(shape.rotary.base))
    var members: [OrderedJSON.Member] = [
      .init("architectures", .array([.string(architecture.rawValue)])),
      .init("model_type", .string(architecture.modelType)),
      .init("vocab_size", .integer(shape.vocabularySize)),
      .init("hidden_size", .integer(shape.width)),
      .init("intermediate_size", .integer(shape.feedForwardWidth)),
      .init("num_hidden_layers", .integer(shape.blocks)),
      .init("num_attention_heads", .integer(shape.heads)),
      .init("num_key_value_heads", .integer(shape.kvHeads)),
      .init("head_dim", .integer(shape.headWidth)),
      .init("hidden_act", .string("silu")),
      .init("max_position_embeddings", .integer(shape.maxPositions)),
      // The shortest decimal that reads back as the same float32.
      .init("rms_norm_eps", .number(Double("\(shape.normEpsilon)") ?? Double(shape.normEpsilon))),
      base,
      .init("rope_scaling", shape.rotary.scaling == .none ? .null : .object(rotary)),
      .init("rope_parameters", .object([base] + rotary)),
      .init("tie_word_embeddings", .bool(shape.tiedHead)),
      .init("attention_dropout", .integer(0)),
    ]
    switch architecture {
    case .llama:
      members += [.init("attention_bias", .bool(false)), .init("mlp_bias", .bool(false))]
    case .qwen2:
      members += [.init("use_sliding_window", .bool(false)), .init("sliding_window", .null)]
    case .qwen3:
      members += [
        .init("attention_bias", .bool(false)), .init("use_sliding_window", .bool(false)),
        .init("sliding_window", .null),
      ]
    }
    let ends = endOfSequence.map(OrderedJSON.integer)
    members += [
      .init("bos_token_id", beginOfSequence.map(OrderedJSON.integer) ?? .null),
      .init("eos_token_id", ends.isEmpty ? .null : ends.count == 1 ? ends[0] : .array(ends)),
      .init("dtype", .string("float32")), .init("torch_dtype", .string("float32")),
    ]
    return .object(members)
  }

  private static func rotaryMembers(_ rotary: Rotary) -> [OrderedJSON.Member] {
    switch rotary.scaling {
    case .none: [.init("rope_type", .string("default"))]
    case .linear(let factor):
      [.init("rope_type", .string("linear")), .init("factor", .number(factor))]
    case .llama3(let factor, let low, let high, let positions):
      [
        .init("rope_type", .string("llama3")), .init("factor", .number(factor)),
        .init("low_freq_factor", .number(low)), .init("high_freq_factor", .number(high)),
        .init("original_max_position_embeddings", .integer(positions)),
      ]
    }
  }
}

/// The architectures that a ``TransformerShape`` covers; raw values are Hugging Face's names.
enum Architecture: String, CaseIterable {
  case llama = "LlamaForCausalLM"
  case qwen2 = "Qwen2ForCausalLM"
  case qwen3 = "Qwen3ForCausalLM"

  init(_ shape: TransformerShape) {
    self = shape.queryKeyNorm ? .qwen3 : shape.attentionBias ? .qwen2 : .llama
  }

  /// The name in `model_type`, and GGUF's `general.architecture`.
  var modelType: String {
    switch self {
    case .llama: "llama"
    case .qwen2: "qwen2"
    case .qwen3: "qwen3"
    }
  }
}
