import Tensors

/// What a forward pass leaves for the backward pass.
///
/// The outputs of norms are not among it: they are made again, at the cost of reading their inputs.
package struct Activations {
  /// One block's.
  struct Block {
    /// Input of the block, `[rows, width]`.
    let input: Matrix
    /// Queries, keys and values as they attend (normed, rotated), `[rows, queryWidth + 2 kvWidth]`.
    let qkv: Matrix
    /// Queries and keys before their norms (Qwen3), `[rows, queryWidth + kvWidth]`.
    let unnormedQueryKey: Matrix?
    let queryInverse: Matrix?
    let keyInverse: Matrix?
    let attended: Matrix
    let logSums: Matrix
    /// After attention was added, `[rows, width]`.
    let middle: Matrix
    let gateUp: Matrix
  }

  let batch: PackedRows
  /// Of the products of the pass, and of those of its backward pass.
  let precision: ProductPrecision
  let dropout: DropoutPlan?
  /// Empty where no backward pass was to follow; those whose backward pass is done are gone.
  var blocks: [Block]
  /// Output of the last block, `[rows, width]`.
  let output: Matrix
}

extension Activations {
  /// Bytes that a pass of `rows` rows keeps for the backward pass.
  package static func bytes(_ shape: TransformerShape, rows: Int) -> Int {
    let qkv = shape.queryWidth + 2 * shape.kvWidth
    let unnormed =
      shape.queryKeyNorm ? shape.queryWidth + shape.kvWidth + shape.heads + shape.kvHeads : 0
    let block =
      2 * shape.width + qkv + unnormed + shape.queryWidth + shape.heads + 2 * shape.feedForwardWidth
    return rows * (block * shape.blocks + shape.width) * MemoryLayout<Float>.stride
  }

  /// Bytes that the backward pass of a block takes beside them.
  package static func backwardBytes(_ shape: TransformerShape, rows: Int) -> Int {
    let qkv = shape.queryWidth + 2 * shape.kvWidth
    let columns = 3 * shape.width + shape.queryWidth + qkv + 2 * shape.feedForwardWidth + 1
    return rows * columns * MemoryLayout<Float>.stride
  }
}
