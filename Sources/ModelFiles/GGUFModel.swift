import Foundation
import Tensors
import Tokenizers
import Transformers

/// A GGUF file read as a model: shape, weights under Hugging Face's names, tokenizer.
struct GGUFModel {
  let file: GGUFFile
  let shape: TransformerShape
  let weights: StoredWeights

  /// Reads a file's header and checks it.
  ///
  /// - Throws: ``ModelFileError`` that says what is wrong, missing or not supported.
  init(_ path: String) throws(ModelFileError) {
    file = try GGUFFile(path)
    let name = file.text("general.architecture") ?? "absent"
    guard let architecture = Architecture.allCases.first(where: { $0.modelType == name }) else {
      throw ModelFileError(
        path,
        .unsupported(
          part: "'general.architecture'", value: name,
          supported: Architecture.allCases.map(\.modelType).joined(separator: ", ")))
    }
    let reader = GGUFShapeReader(file: file, architecture: architecture)
    let shape = try reader.shape()
    self.shape = shape
    let tensors = file.tensors.filter { $0.name != GGUFShapeReader.frequencyFactors }
    var named: [StoredTensor] = []
    for tensor in tensors {
      guard let name = Self.name(of: tensor.name) else {
        throw ModelFileError(path, .extraTensor(tensor.name))
      }
      // llama.cpp's converter reorders the rows of queries and keys for this architecture only.
      let isInterleaved =
        architecture == .llama
        && (name.hasSuffix(".q_proj.weight") || name.hasSuffix(".k_proj.weight"))
      named.append(
        StoredTensor(
          name: name, shape: tensor.shape, type: tensor.type, file: tensor.file,
          range: tensor.range, interleavedHeadWidth: isInterleaved ? shape.headWidth : nil))
    }
    weights = try StoredWeights(named, shape: shape, path: path)
  }

  /// The Hugging Face key of a GGUF tensor.
  private static func name(of name: String) -> String? {
    switch name {
    case "token_embd.weight": return "model.embed_tokens.weight"
    case "output_norm.weight": return "model.norm.weight"
    case "output.weight": return "lm_head.weight"
    default: break
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 4, parts[0] == "blk", let block = Int(parts[1]), "\(block)" == parts[1],
      let module = modules[parts[2]], parts[3] == "weight" || parts[3] == "bias"
    else { return nil }
    return "model.layers.\(block).\(module).\(parts[3])"
  }

  private static let modules = [
    "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
  ]
}

/// Reads a ``TransformerShape`` from GGUF metadata.
struct GGUFShapeReader {
  let file: GGUFFile
  let architecture: Architecture
  static let frequencyFactors = "rope_freqs.weight"

  func shape() throws(ModelFileError) -> TransformerShape {
    let heads = try integer("attention.head_count")
    let width = try integer("embedding_length")
    guard heads > 0, width > 0 else {
      throw malformed("attention.head_count", "positive, as the width")
    }
    if let experts = file.integer(key("expert_count")), experts > 0 {
      throw unsupported("expert_count", "\(experts)", "one dense feed-forward layer a block")
    }
    let headWidth = try optionalInteger("attention.key_length") ?? width / heads
    for (part, value) in [
      ("attention.value_length", try optionalInteger("attention.value_length")),
      ("rope.dimension_count", try optionalInteger("rope.dimension_count")),
    ] {
      guard let value, value != headWidth else { continue }
      throw unsupported(part, "\(value)", "the width of a head, \(headWidth)")
    }
    guard let embedding = file.tensors.first(where: { $0.name == "token_embd.weight" }) else {
      throw ModelFileError(file.file.path, .missingTensor("token_embd.weight"))
    }
    let shape = TransformerShape(
      vocabularySize: embedding.shape[0], width: width, blocks: try integer("block_count"),
      heads: heads, kvHeads: try optionalInteger("attention.head_count_kv") ?? heads,
      headWidth: headWidth, feedForwardWidth: try integer("feed_forward_length"),
      normEpsilon: Float(try number("attention.layer_norm_rms_epsilon")),
      rotary: try rotary(headWidth: headWidth),
      tiedHead: !file.tensors.contains { $0.name == "output.weight" },
      attentionBias: architecture == .qwen2, queryKeyNorm: architecture == .qwen3,
      maxPositions: try optionalInteger("context_length") ?? 2048)
    try ShapeLimits.check(shape, path: file.file.path)
    return shape
  }

  private func rotary(headWidth: Int) throws(ModelFileError) -> Rotary {
    let base = file.number(key("rope.freq_base")) ?? 10000
    if let factors = file.tensors.first(where: { $0.name == Self.frequencyFactors }) {
      return try rotary(base: base, headWidth: headWidth, factors: factors)
    }
    let type = file.text(key("rope.scaling.type")) ?? "none"
    switch type {
    case "none": return Rotary(base: base)
    case "linear":
      return Rotary(base: base, scaling: .linear(factor: try number("rope.scaling.factor")))
    default: throw unsupported("rope.scaling.type", type, "none or linear")
    }
  }

  /// Llama 3's scaling, of which a GGUF file holds the resulting factor of each pair only.
  private func rotary(
    base: Double, headWidth: Int, factors tensor: StoredTensor
  ) throws(ModelFileError) -> Rotary {
    let pairs = headWidth / 2
    guard tensor.shape == [pairs], base > 0 else {
      throw ModelFileError(
        file.file.path,
        .wrongShape(tensor: tensor.name, found: tensor.shape, expected: [pairs]))
    }
    let buffer = FloatBuffer(count: pairs)
    tensor.read(into: buffer, at: 0)
    let factors = buffer.array.map(Double.init)
    // Every model of that family has these three; the largest factor is the fourth number.
    let (low, high, positions) = (1.0, 4.0, 8192.0)
    let factor = factors.max() ?? 1
    for (pair, given) in factors.enumerated() {
      let wavelength = 2 * Double.pi * pow(base, 2 * Double(pair) / Double(headWidth))
      let smooth = min(max((positions / wavelength - low) / (high - low), 0), 1)
      let expected = 1 / ((1 - smooth) / factor + smooth)
      guard abs(given - expected) <= 1e-4 * expected else {
        throw ModelFileError(
          file.file.path,
          .unsupported(
            part: "'\(tensor.name)'", value: "\(given) for pair \(pair)",
            supported: "Llama 3's rotary scaling"))
      }
    }
    return Rotary(
      base: base,
      scaling: .llama3(
        factor: factor, lowFrequency: low, highFrequency: high, originalPositions: Int(positions)))
  }

  // MARK: - Keys

  private func key(_ name: String) -> String { "\(architecture.modelType).\(name)" }

  private func integer(_ name: String) throws(ModelFileError) -> Int {
    guard let value = try optionalInteger(name) else {
      throw malformed(name, "an integer, not absent")
    }
    return value
  }

  private func optionalInteger(_ name: String) throws(ModelFileError) -> Int? {
    if file.metadata[key(name)] == nil { return nil }
    if let value = file.integer(key(name)) { return value }
    // Some files give one number a layer.
    if let values = try file.integers(key(name)), let first = values.first {
      guard values.allSatisfy({ $0 == first }) else {
        throw unsupported(name, "different from layer to layer", "one number for all layers")
      }
      return first
    }
    throw malformed(name, "an integer")
  }

  private func number(_ name: String) throws(ModelFileError) -> Double {
    guard let value = file.number(key(name)) else { throw malformed(name, "a number") }
    return value
  }

  private func malformed(_ name: String, _ expected: String) -> ModelFileError {
    ModelFileError(file.file.path, .malformed(part: "'\(key(name))'", expected: expected))
  }

  private func unsupported(_ name: String, _ value: String, _ supported: String) -> ModelFileError {
    ModelFileError(
      file.file.path,
      .unsupported(part: "'\(key(name))'", value: value, supported: supported))
  }
}
