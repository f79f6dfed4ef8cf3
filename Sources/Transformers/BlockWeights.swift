import Tensors

/// The matrices of one block, cut from the flat buffer of weights or of gradients.
struct BlockWeights {
  let attentionNorm: Matrix
  /// Query, key and value matrices, one below the other: `[queryWidth + 2 * kvWidth, width]`.
  let qkv: Matrix
  /// Their biases, `[1, queryWidth + 2 * kvWidth]` (Qwen2).
  let qkvBias: Matrix?
  /// Gains of the norms of each query and key head, `[1, headWidth]` (Qwen3).
  let queryNorm: Matrix?
  let keyNorm: Matrix?
  let output: Matrix
  let feedForwardNorm: Matrix
  /// Gate and up matrices, one below the other: `[2 * feedForwardWidth, width]`.
  let gateUp: Matrix
  let down: Matrix

  init(_ parameters: Parameters, block: Int) {
    let (shape, table) = (parameters.shape, parameters.table)
    func named(_ name: String) -> Matrix { parameters.matrix("model.layers.\(block).\(name)") }
    func from(_ name: String, rows: Int, columns: Int) -> Matrix {
      guard let entry = table["model.layers.\(block).\(name)"] else {
        preconditionFailure("no parameter '\(name)' in block \(block)")
      }
      return Matrix(parameters.values, offset: entry.offset, rows: rows, columns: columns)
    }
    let qkvWidth = shape.queryWidth + 2 * shape.kvWidth
    attentionNorm = named("input_layernorm.weight")
    qkv = from("self_attn.q_proj.weight", rows: qkvWidth, columns: shape.width)
    qkvBias =
      shape.attentionBias ? from("self_attn.q_proj.bias", rows: 1, columns: qkvWidth) : nil
    queryNorm = shape.queryKeyNorm ? named("self_attn.q_norm.weight") : nil
    keyNorm = shape.queryKeyNorm ? named("self_attn.k_norm.weight") : nil
    output = named("self_attn.o_proj.weight")
    feedForwardNorm = named("post_attention_layernorm.weight")
    gateUp = from(
      "mlp.gate_proj.weight", rows: 2 * shape.feedForwardWidth, columns: shape.width)
    down = named("mlp.down_proj.weight")
  }
}
