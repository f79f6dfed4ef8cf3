/// One named parameter in the flat buffer.
package struct ParameterEntry: Equatable, Sendable {
  /// Where in the transformer a parameter stands.
  package enum Place: Equatable, Sendable {
    case embedding
    case block(Int)
    case finalNorm
    case head
  }

  /// The key of Hugging Face checkpoints.
  package let name: String
  /// `[out, in]` for matrices, `[width]` for gains and biases.
  package let shape: [Int]
  package let place: Place
  /// Position of the first value in the flat buffer.
  package let offset: Int
  /// Number of values.
  package var count: Int { shape.reduce(1, *) }
  /// Positions in the flat buffer.
  package var range: Range<Int> { offset..<offset + count }
}

/// The names, shapes and places of all parameters of a shape, in buffer order.
///
/// Query, key and value matrices lie one behind the other, as do gate and up, so that each set is
/// one matrix product.
package struct ParameterTable: Equatable, Sendable {
  package let entries: [ParameterEntry]
  /// Number of values of all parameters.
  package let count: Int
  private let indexByName: [String: Int]

  package init(_ shape: TransformerShape) {
    var entries: [ParameterEntry] = []
    var offset = 0
    func add(_ name: String, _ dimensions: [Int], _ place: ParameterEntry.Place) {
      let entry = ParameterEntry(name: name, shape: dimensions, place: place, offset: offset)
      entries.append(entry)
      offset += entry.count
    }
    add("model.embed_tokens.weight", [shape.vocabularySize, shape.width], .embedding)
    for index in 0..<shape.blocks {
      func block(_ name: String, _ dimensions: [Int]) {
        add("model.layers.\(index).\(name)", dimensions, .block(index))
      }
      block("input_layernorm.weight", [shape.width])
      block("self_attn.q_proj.weight", [shape.queryWidth, shape.width])
      block("self_attn.k_proj.weight", [shape.kvWidth, shape.width])
      block("self_attn.v_proj.weight", [shape.kvWidth, shape.width])
      if shape.attentionBias {
        block("self_attn.q_proj.bias", [shape.queryWidth])
        block("self_attn.k_proj.bias", [shape.kvWidth])
        block("self_attn.v_proj.bias", [shape.kvWidth])
      }
      if shape.queryKeyNorm {
        block("self_attn.q_norm.weight", [shape.headWidth])
        block("self_attn.k_norm.weight", [shape.headWidth])
      }
      block("self_attn.o_proj.weight", [shape.width, shape.queryWidth])
      block("post_attention_layernorm.weight", [shape.width])
      block("mlp.gate_proj.weight", [shape.feedForwardWidth, shape.width])
      block("mlp.up_proj.weight", [shape.feedForwardWidth, shape.width])
      block("mlp.down_proj.weight", [shape.width, shape.feedForwardWidth])
    }
    add("model.norm.weight", [shape.width], .finalNorm)
    if !shape.tiedHead { add("lm_head.weight", [shape.vocabularySize, shape.width], .head) }
    self.entries = entries
    count = offset
    indexByName = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// Positions of all parameters of neighbouring blocks in the flat buffer.
  package func range(ofBlocks blocks: Range<Int>) -> Range<Int> {
    let entries = entries.filter {
      if case .block(let index) = $0.place { blocks.contains(index) } else { false }
    }
    guard let first = entries.first, let last = entries.last else { return 0..<0 }
    return first.range.lowerBound..<last.range.upperBound
  }

  /// The entry of a checkpoint key, or `nil` if the shape has no such parameter.
  package subscript(name: String) -> ParameterEntry? { indexByName[name].map { entries[$0] } }
}
