package import Tensors

extension Transformer {
  /// Propagates the gradient of the last block's output through all blocks.
  ///
  /// - Parameters:
  ///   - dOutput: Gradient of the output, `[rows, width]`; overwritten by that of the embeddings.
  ///   - activations: Of the pass before, made with `keep`, in the precision of which products are
  ///     made. A block's matrices are overwritten, and given back once the pass is through it.
  ///   - gradients: Accumulated, laid out like the parameters.
  ///   - isOnlyPass: Whether the gradients are of this pass alone. Then what the last third of the
  ///     blocks kept goes back to the system, before the gradients of the first half get memory
  ///     (``zeroGradients(forOnePass:)``). All of it could; but the system gives memory slowly.
  package func backward(
    _ dOutput: Matrix, activations: inout Activations, gradients: Parameters,
    isOnlyPass: Bool = false
  ) {
    let phase = KernelProfile.begin("backward")
    defer { phase.end() }
    precondition(gradients.shape == shape, "gradients of another shape")
    let rows = activations.batch.count
    let (batch, precision) = (activations.batch, activations.precision)
    let table = angles(positions: batch.longest)
    precondition(
      activations.blocks.count == blocks.count, "the pass kept nothing, or was propagated before")
    func matrix(_ columns: Int) -> Matrix { Matrix(rows: rows, columns: columns, from: memory) }
    let (normed, inverse, dNormed) = (matrix(shape.width), matrix(1), matrix(shape.width))
    let dAttended = matrix(shape.queryWidth)
    let dQKV = matrix(shape.queryWidth + 2 * shape.kvWidth)
    let (gated, dGated) = (matrix(shape.feedForwardWidth), matrix(shape.feedForwardWidth))
    // dX is the gradient of the residual stream; each layer adds its part to it.
    let dX = dOutput
    while let kept = activations.blocks.popLast() {
      let index = activations.blocks.count
      if isOnlyPass, index == blocks.count * 2 / 3 { memory.release() }
      let weights = blocks[index]
      let slopes = BlockWeights(gradients, block: index)

      let dDown = masked(dX, activations, index, .feedForward)
      multiply(dDown, weights.down, into: dGated, as: precision)
      gatedUnitBackward(dGated, gateUp: kept.gateUp, output: gated)
      multiply(transposed: dDown, gated, into: slopes.down, as: precision)
      rmsNorm(
        kept.middle, gain: weights.feedForwardNorm, epsilon: shape.normEpsilon, into: normed,
        inverse: inverse)
      multiply(transposed: kept.gateUp, normed, into: slopes.gateUp, as: precision)
      multiply(kept.gateUp, weights.gateUp, into: dNormed, as: precision)
      rmsNormBackward(
        dNormed, x: kept.middle, gain: weights.feedForwardNorm, inverse: inverse,
        into: dX, dGain: slopes.feedForwardNorm)

      let dAdded = masked(dX, activations, index, .attention)
      multiply(dAdded, weights.output, into: dAttended, as: precision)
      multiply(transposed: dAdded, kept.attended, into: slopes.output, as: precision)
      attention.backward(
        dAttended, qkv: kept.qkv, segments: batch.segments, groups: batch.groups,
        output: kept.attended, logSums: kept.logSums, into: dQKV)
      let dQueryKey = dQKV.columns(0..<shape.queryWidth + shape.kvWidth)
      rotate(dQueryKey, positions: batch.positions, table: table, backward: true)
      normsBackward(dQKV, kept, weights, slopes)
      if let dBias = slopes.qkvBias { sumRows(dQKV, into: dBias) }
      rmsNorm(
        kept.input, gain: weights.attentionNorm, epsilon: shape.normEpsilon, into: normed,
        inverse: inverse)
      multiply(transposed: dQKV, normed, into: slopes.qkv, as: precision)
      multiply(dQKV, weights.qkv, into: dNormed, as: precision)
      rmsNormBackward(
        dNormed, x: kept.input, gain: weights.attentionNorm, inverse: inverse,
        into: dX, dGain: slopes.attentionNorm)
    }
    scatterAdd(dX, to: batch.tokens, of: gradients.matrix("model.embed_tokens.weight"))
  }

  /// Through the norms of queries and keys, in place (Qwen3).
  private func normsBackward(
    _ dQKV: Matrix, _ kept: Activations.Block, _ weights: BlockWeights, _ slopes: BlockWeights
  ) {
    guard let unnormed = kept.unnormedQueryKey, let queryInverse = kept.queryInverse,
      let keyInverse = kept.keyInverse, let queryGain = weights.queryNorm,
      let keyGain = weights.keyNorm, let dQueryGain = slopes.queryNorm,
      let dKeyGain = slopes.keyNorm
    else { return }
    let (queries, keys) = (0..<shape.queryWidth, shape.queryWidth..<unnormed.columns)
    rmsNormBackward(
      dQKV.columns(queries), x: unnormed.columns(queries), gain: queryGain, inverse: queryInverse,
      into: dQKV.columns(queries), dGain: dQueryGain, overwrite: true)
    rmsNormBackward(
      dQKV.columns(keys), x: unnormed.columns(keys), gain: keyGain, inverse: keyInverse,
      into: dQKV.columns(keys), dGain: dKeyGain, overwrite: true)
  }

  /// `dX` with the dropout mask of the forward pass on it; `dX` itself where nothing was dropped.
  private func masked(
    _ dX: Matrix, _ activations: Activations, _ block: Int, _ site: DropoutPlan.Site
  ) -> Matrix {
    guard let plan = activations.dropout, plan.probability(block) > 0 else { return dX }
    let copied = Matrix(rows: dX.rows, columns: dX.columns, from: memory)
    copy(dX, to: copied)
    dropout(
      copied, key: plan.key(block, site), rowKeys: activations.batch.rowKeys,
      probability: plan.probability(block))
    return copied
  }
}
