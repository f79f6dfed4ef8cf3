import Tensors

/// What a forward pass leaves for the backward pass; valid until the transformer's next pass.
package struct Activations {
  /// One block's.
  struct Block {
    /// Input of the block, `[rows, width]`.
    let input: Matrix
    let attentionNormed: Matrix
    let attentionInverse: Matrix
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
    let feedForwardNormed: Matrix
    let feedForwardInverse: Matrix
    let gateUp: Matrix
  }

  let batch: PackedRows
  let dropout: DropoutPlan?
  let blocks: [Block]
  /// Output of the last block, `[rows, width]`.
  let output: Matrix
}
