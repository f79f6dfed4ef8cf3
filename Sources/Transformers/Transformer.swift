package import Tensors

/// A decoder of the Llama family: forward and backward over packed rows.
///
/// `x ← x + attention(norm(x))`, `x ← x + feedForward(norm(x))` for each block, then a norm and a
/// head, which ``TokenHead`` runs on the rows that are scored.
package final class Transformer {
  package let parameters: Parameters
  package var shape: TransformerShape { parameters.shape }
  let workspace = Workspace()
  let attention: SegmentedAttention
  let blocks: [BlockWeights]
  private var angles: RotaryTable
  /// Kept from one generation to the next for its memory, which takes longer to get than to fill.
  private var packedWeights: PackedWeights?

  package init(_ parameters: Parameters) {
    self.parameters = parameters
    let shape = parameters.shape
    attention = SegmentedAttention(
      heads: shape.heads, kvHeads: shape.kvHeads, width: shape.headWidth)
    blocks = (0..<shape.blocks).map { BlockWeights(parameters, block: $0) }
    angles = shape.rotaryTable(positions: min(shape.maxPositions, 256))
  }

  /// Gives back the memory of earlier passes; their activations are void.
  package func releaseMemory() {
    workspace.release()
    packedWeights = nil
  }

  /// The weights as they are now, packed: valid until they change, or are packed again.
  package func packed(as precision: WeightPrecision) -> PackedWeights {
    if let packedWeights, packedWeights.precision == precision {
      packedWeights.pack(parameters)
      return packedWeights
    }
    packedWeights = nil  // released before the other one is made
    let packed = PackedWeights(parameters, as: precision)
    packedWeights = packed
    return packed
  }

  /// The rotary angles of positions `0..<positions` at least.
  func angles(positions: Int) -> RotaryTable {
    if positions > angles.positions {
      angles = shape.rotaryTable(positions: max(positions, 2 * angles.positions))
    }
    return angles
  }

  /// Runs all blocks.
  ///
  /// - Parameters:
  ///   - batch: Rows of token ids below the vocabulary's size.
  ///   - dropout: `nil` outside training.
  ///   - keep: Whether a backward pass will follow; otherwise blocks share their memory.
  ///   - packed: The same weights packed, where no backward pass will follow.
  ///   - observe: Called with each block's index and its keys and values, `[rows, 2 * kvWidth]`.
  /// - Returns: The output of the last block, with what the backward pass needs.
  package func forward(
    _ batch: PackedRows, dropout: DropoutPlan? = nil, keep: Bool = true,
    packed: PackedWeights? = nil, observe: ((Int, Matrix) -> Void)? = nil
  ) -> Activations {
    let phase = KernelProfile.begin("forward")
    defer { phase.end() }
    let rows = batch.count
    let table = angles(positions: batch.longest)
    func matrix(_ name: String, _ block: Int, _ columns: Int) -> Matrix {
      workspace.matrix(keep ? "\(name).\(block)" : name, rows: rows, columns: columns)
    }
    /// The residual stream before a block; without a backward pass two matrices take turns.
    func stream(_ block: Int) -> Matrix {
      workspace.matrix("input.\(keep ? block : block % 2)", rows: rows, columns: shape.width)
    }
    var x = stream(0)
    gather(batch.tokens, of: parameters.matrix("model.embed_tokens.weight"), into: x)
    var kept: [Activations.Block] = []
    for (index, weights) in blocks.enumerated() {
      let projections = packed?.blocks[index] ?? weights.projections
      let normed = matrix("attentionNormed", index, shape.width)
      let inverse = matrix("attentionInverse", index, 1)
      rmsNorm(
        x, gain: weights.attentionNorm, epsilon: shape.normEpsilon, into: normed, inverse: inverse)
      let qkv = matrix("qkv", index, weights.qkv.rows)
      multiply(normed, transposed: projections.qkv, into: qkv)
      let norms = prepare(qkv, weights, positions: batch.positions, table: table) { name, columns in
        matrix(name, index, columns)
      }
      observe?(index, qkv.columns(shape.queryWidth..<qkv.columns))
      let attended = matrix("attended", index, shape.queryWidth)
      let logSums = matrix("logSums", index, shape.heads)
      attention.forward(qkv, segments: batch.segments, into: attended, logSums: logSums)
      let middle = matrix("middle", index, shape.width)
      add(
        attended, times: projections.output, to: x, into: middle, dropout, index, .attention, batch)
      let feedForwardNormed = matrix("feedForwardNormed", index, shape.width)
      let feedForwardInverse = matrix("feedForwardInverse", index, 1)
      rmsNorm(
        middle, gain: weights.feedForwardNorm, epsilon: shape.normEpsilon,
        into: feedForwardNormed, inverse: feedForwardInverse)
      let gateUp = matrix("gateUp", index, 2 * shape.feedForwardWidth)
      multiply(feedForwardNormed, transposed: projections.gateUp, into: gateUp)
      let gated = workspace.matrix("gated", rows: rows, columns: shape.feedForwardWidth)
      gatedUnit(gateUp, into: gated)
      let next = stream(index + 1)
      add(
        gated, times: projections.down, to: middle, into: next, dropout, index, .feedForward, batch)
      kept.append(
        Activations.Block(
          input: x, attentionNormed: normed, attentionInverse: inverse, qkv: qkv,
          unnormedQueryKey: norms?.unnormed, queryInverse: norms?.queryInverse,
          keyInverse: norms?.keyInverse, attended: attended, logSums: logSums, middle: middle,
          feedForwardNormed: feedForwardNormed, feedForwardInverse: feedForwardInverse,
          gateUp: gateUp))
      x = next
    }
    return Activations(batch: batch, dropout: dropout, blocks: kept, output: x)
  }

  /// What the norms of queries and keys leave for the backward pass.
  struct QueryKeyNorms {
    let unnormed: Matrix
    let queryInverse: Matrix
    let keyInverse: Matrix
  }

  /// Adds biases, normalises queries and keys where the shape says so, and turns them.
  func prepare(
    _ qkv: Matrix, _ weights: BlockWeights, positions: [Int32], table: RotaryTable,
    matrix: (String, Int) -> Matrix
  ) -> QueryKeyNorms? {
    if let bias = weights.qkvBias { addRow(bias, to: qkv) }
    let queries = qkv.columns(0..<shape.queryWidth)
    let keys = qkv.columns(shape.queryWidth..<shape.queryWidth + shape.kvWidth)
    let queryKey = qkv.columns(0..<shape.queryWidth + shape.kvWidth)
    var norms: QueryKeyNorms?
    if let queryGain = weights.queryNorm, let keyGain = weights.keyNorm {
      let kept = QueryKeyNorms(
        unnormed: matrix("unnormedQueryKey", queryKey.columns),
        queryInverse: matrix("queryInverse", shape.heads),
        keyInverse: matrix("keyInverse", shape.kvHeads))
      copy(queryKey, to: kept.unnormed)
      rmsNorm(
        queries, gain: queryGain, epsilon: shape.normEpsilon, into: queries,
        inverse: kept.queryInverse)
      rmsNorm(
        keys, gain: keyGain, epsilon: shape.normEpsilon, into: keys, inverse: kept.keyInverse)
      norms = kept
    }
    rotate(queryKey, positions: positions, table: table)
    return norms
  }

  /// Writes `x + dropout(input weightᵀ)` into `sum`.
  private func add(
    _ input: Matrix, times weight: Projection, to x: Matrix, into sum: Matrix,
    _ dropout: DropoutPlan?,
    _ block: Int, _ site: DropoutPlan.Site, _ batch: PackedRows
  ) {
    if let dropout, dropout.probability(block) > 0 {
      multiply(input, transposed: weight, into: sum)
      Tensors.dropout(
        sum, adding: x, key: dropout.key(block, site), rowKeys: batch.rowKeys,
        probability: dropout.probability(block))
    } else {
      copy(x, to: sum)
      multiply(input, transposed: weight, into: sum, keep: true)
    }
  }
}

extension TransformerShape {
  /// Cosines and sines of positions `0..<positions`.
  func rotaryTable(positions: Int) -> RotaryTable {
    RotaryTable(frequencies: rotary.frequencies(headWidth: headWidth), positions: positions)
  }
}

extension Rotary {
  /// The angle of one position, in radians, for each pair of a head.
  ///
  /// - SeeAlso: Su 2021, equation 15; the stretch "llama3" as in Hugging Face's
  ///   `_compute_llama3_parameters`.
  package func frequencies(headWidth: Int) -> [Double] {
    (0..<headWidth / 2).map { pair in
      let frequency = 1 / power(base, Double(2 * pair) / Double(headWidth))
      switch scaling {
      case .none: return frequency
      case .linear(let factor): return frequency / factor
      case .llama3(let factor, let low, let high, let original):
        let wavelength = 2 * Double.pi / frequency
        if wavelength < Double(original) / high { return frequency }
        if wavelength > Double(original) / low { return frequency / factor }
        let smooth = (Double(original) / wavelength - low) / (high - low)
        return (1 - smooth) * frequency / factor + smooth * frequency
      }
    }
  }
}
