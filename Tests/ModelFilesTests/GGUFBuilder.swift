import Foundation
import Tensors
import Transformers

/// Writes GGUF files for tests, right ones and lying ones.
struct GGUFBuilder {
  enum Value {
    case uint32(UInt32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case strings([String])
    case int32s([Int32])
  }

  struct Tensor {
    var name: String
    /// Innermost first, as in the file.
    var dimensions: [UInt64]
    var type: UInt32 = 0
    var bytes: Data
    /// Where the file says that it is; `nil` for where it is.
    var offset: UInt64?
  }

  var version: UInt32 = 3
  var metadata: [(key: String, value: Value)] = []
  var tensors: [Tensor] = []
  var tensorCount: UInt64?
  var metadataCount: UInt64?

  func data() -> Data {
    var data = Data("GGUF".utf8)
    append(version, to: &data)
    append(tensorCount ?? UInt64(tensors.count), to: &data)
    append(metadataCount ?? UInt64(metadata.count), to: &data)
    for (key, value) in metadata {
      append(key, to: &data)
      append(value, to: &data)
    }
    var offset: UInt64 = 0
    for tensor in tensors {
      append(tensor.name, to: &data)
      append(UInt32(tensor.dimensions.count), to: &data)
      for size in tensor.dimensions { append(size, to: &data) }
      append(tensor.type, to: &data)
      append(tensor.offset ?? offset, to: &data)
      offset += UInt64(tensor.bytes.count + -tensor.bytes.count & 31)
    }
    for tensor in tensors {
      data.append(Data(count: -data.count & 31))
      data.append(tensor.bytes)
    }
    return data
  }

  private func append(_ value: Value, to data: inout Data) {
    switch value {
    case .uint32(let value):
      append(UInt32(4), to: &data)
      append(value, to: &data)
    case .float32(let value):
      append(UInt32(6), to: &data)
      append(value.bitPattern, to: &data)
    case .bool(let value):
      append(UInt32(7), to: &data)
      data.append(value ? 1 : 0)
    case .string(let value):
      append(UInt32(8), to: &data)
      append(value, to: &data)
    case .strings(let values):
      append(UInt32(9), to: &data)
      append(UInt32(8), to: &data)
      append(UInt64(values.count), to: &data)
      for value in values { append(value, to: &data) }
    case .int32s(let values):
      append(UInt32(9), to: &data)
      append(UInt32(5), to: &data)
      append(UInt64(values.count), to: &data)
      for value in values { append(value, to: &data) }
    }
  }

  private func append(_ text: String, to data: inout Data) {
    append(UInt64(text.utf8.count), to: &data)
    data.append(contentsOf: text.utf8)
  }

  private func append<T: FixedWidthInteger>(_ value: T, to data: inout Data) {
    for byte in 0..<MemoryLayout<T>.size {
      data.append(UInt8(truncatingIfNeeded: value >> T(8 * byte)))
    }
  }

  // MARK: - A whole model

  /// A float32 file of `parameters`, with the rows of queries and keys reordered for `llama`.
  static func model(_ parameters: Parameters, architecture: String) -> GGUFBuilder {
    let shape = parameters.shape
    var builder = GGUFBuilder(metadata: [
      ("general.architecture", .string(architecture)),
      ("\(architecture).block_count", .uint32(UInt32(shape.blocks))),
      ("\(architecture).context_length", .uint32(UInt32(shape.maxPositions))),
      ("\(architecture).embedding_length", .uint32(UInt32(shape.width))),
      ("\(architecture).feed_forward_length", .uint32(UInt32(shape.feedForwardWidth))),
      ("\(architecture).attention.head_count", .uint32(UInt32(shape.heads))),
      ("\(architecture).attention.head_count_kv", .uint32(UInt32(shape.kvHeads))),
      ("\(architecture).attention.key_length", .uint32(UInt32(shape.headWidth))),
      ("\(architecture).attention.layer_norm_rms_epsilon", .float32(shape.normEpsilon)),
      ("\(architecture).rope.freq_base", .float32(Float(shape.rotary.base))),
    ])
    for entry in parameters.table.entries {
      var values = Array(parameters.values.array[entry.range])
      let isRotated = entry.name.hasSuffix("q_proj.weight") || entry.name.hasSuffix("k_proj.weight")
      if architecture == "llama", isRotated {
        values = interleaved(values, columns: entry.shape[1], headWidth: shape.headWidth)
      }
      builder.tensors.append(
        Tensor(
          name: name(of: entry.name), dimensions: entry.shape.reversed().map(UInt64.init),
          bytes: bytes(values)))
    }
    return builder
  }

  static func bytes(_ values: [Float]) -> Data {
    Data(values.flatMap { value in (0..<4).map { UInt8(value.bitPattern >> (8 * $0) & 255) } })
  }

  /// llama.cpp's converter: `reshape(heads, 2, width / 2, columns).swapaxes(1, 2)`.
  private static func interleaved(_ values: [Float], columns: Int, headWidth: Int) -> [Float] {
    let heads = values.count / columns / headWidth
    return (0..<heads).flatMap { head in
      (0..<headWidth / 2).flatMap { pair in
        (0..<2).flatMap { half in
          let row = head * headWidth + half * (headWidth / 2) + pair
          return values[row * columns..<(row + 1) * columns]
        }
      }
    }
  }

  private static func name(of key: String) -> String {
    let names = [
      ("model.embed_tokens", "token_embd"), ("model.norm", "output_norm"), ("lm_head", "output"),
      ("model.layers.", "blk."), ("post_attention_layernorm", "ffn_norm"),
      ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"),
      ("self_attn.k_proj", "attn_k"), ("self_attn.v_proj", "attn_v"),
      ("self_attn.o_proj", "attn_output"), ("self_attn.q_norm", "attn_q_norm"),
      ("self_attn.k_norm", "attn_k_norm"), ("mlp.gate_proj", "ffn_gate"),
      ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ]
    return names.reduce(key) { $0.replacing($1.0, with: $1.1) }
  }
}
