import Foundation
import Tensors
import Transformers

/// A checkpoint of llama2.c: seven integers, then float32 values in a fixed order.
///
/// - SeeAlso: karpathy/llama2.c, `run.c`, `memory_map_weights`.
struct Llama2File {
  let shape: TransformerShape
  let weights: StoredWeights
  /// Size of the file.
  let bytes: Int

  /// Reads a file's header and checks that the file has just the values which it asks for.
  ///
  /// - Throws: ``ModelFileError``.
  init(_ path: String) throws(ModelFileError) {
    let file = try MappedFile(path)
    var cursor = FileCursor(file)
    var header: [Int] = []
    for _ in 0..<7 { header.append(Int(try cursor.integer(Int32.self, "the header"))) }
    let (width, heads) = (header[0], header[3])
    guard heads > 0, width > 0, width.isMultiple(of: heads) else {
      throw ModelFileError(
        path,
        .malformed(part: "the number of heads", expected: "a divisor of \(width), not \(heads)"))
    }
    shape = TransformerShape(
      vocabularySize: abs(header[5]), width: width, blocks: header[2], heads: heads,
      kvHeads: header[4], headWidth: width / heads, feedForwardWidth: header[1],
      // A negative vocabulary says that the head is stored apart.
      tiedHead: header[5] > 0, maxPositions: header[6])
    try ShapeLimits.check(shape, path: path)
    let tensors = try Self.tensors(of: shape, &cursor)
    guard cursor.available == 0 else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the file",
          expected: "a llama2.c checkpoint: \(cursor.available) bytes follow its last tensor"))
    }
    weights = try StoredWeights(tensors, shape: shape, path: path)
    bytes = file.count
  }

  private static func tensors(
    of shape: TransformerShape, _ cursor: inout FileCursor
  ) throws(ModelFileError) -> [StoredTensor] {
    var tensors: [StoredTensor] = []
    func take(
      _ name: String, _ dimensions: [Int], headWidth: Int? = nil
    ) throws(ModelFileError) {
      let bytes = dimensions.reduce(4, *)
      let range = try cursor.take(UInt64(bytes), "the tensor '\(name)'")
      tensors.append(
        StoredTensor(
          name: name, shape: dimensions, type: .f32, file: cursor.file, range: range,
          interleavedHeadWidth: headWidth))
    }
    func takeBlocks(
      _ name: String, _ dimensions: [Int], headWidth: Int? = nil
    ) throws(ModelFileError) {
      for block in 0..<shape.blocks {
        try take("model.layers.\(block).\(name).weight", dimensions, headWidth: headWidth)
      }
    }
    let width = shape.width
    try take("model.embed_tokens.weight", [shape.vocabularySize, width])
    try takeBlocks("input_layernorm", [width])
    try takeBlocks("self_attn.q_proj", [shape.queryWidth, width], headWidth: shape.headWidth)
    try takeBlocks("self_attn.k_proj", [shape.kvWidth, width], headWidth: shape.headWidth)
    try takeBlocks("self_attn.v_proj", [shape.kvWidth, width])
    try takeBlocks("self_attn.o_proj", [width, shape.queryWidth])
    try takeBlocks("post_attention_layernorm", [width])
    try takeBlocks("mlp.gate_proj", [shape.feedForwardWidth, width])
    try takeBlocks("mlp.down_proj", [width, shape.feedForwardWidth])
    try takeBlocks("mlp.up_proj", [shape.feedForwardWidth, width])
    try take("model.norm.weight", [width])
    // Cosines and sines of the rotary positions; they follow from the shape.
    let angles = UInt64(shape.maxPositions) * UInt64(shape.headWidth / 2) * 4
    _ = try cursor.take(2 * angles, "the rotary table")
    if !shape.tiedHead { try take("lm_head.weight", [shape.vocabularySize, width]) }
    return tensors
  }
}
