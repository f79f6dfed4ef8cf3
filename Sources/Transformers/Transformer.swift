package import Tensors

/// A decoder of the Llama family: forward and backward over packed rows.
///
/// `x ← x + attention(norm(x))`, `x ← x + feedForward(norm(x))` for each block, then a norm and a
/// head, which ``TokenHead`` runs on the rows that are scored.
package final class Transformer {
  package let parameters: Parameters
  package var shape: TransformerShape { parameters.shape }
  /// What passes, gradients, packed weights and caches take turns in.
  package let memory = MemoryPool()
  let attention: SegmentedAttention
  let blocks: [BlockWeights]
  private var angles: RotaryTable

  package init(_ parameters: Parameters) {
    self.parameters = parameters
    let shape = parameters.shape
    attention = SegmentedAttention(
      heads: shape.heads, kvHeads: shape.kvHeads, width: shape.headWidth)
    blocks = (0..<shape.blocks).map { BlockWeights(parameters, block: $0) }
    angles = shape.rotaryTable(positions: min(shape.maxPositions, 256))
  }

  /// Zeros to accumulate the gradients of a step in.
  ///
  /// - Parameter forOnePass: Whether one pass writes them all, from the last block to the first. Those
  ///   of the first half of the blocks get their memory meanwhile, from what the pass gives back.
  /// - Returns: Zeros, laid out like the parameters.
  package func zeroGradients(forOnePass: Bool = false) -> Parameters {
    let late = forOnePass ? parameters.table.range(ofBlocks: 0..<shape.blocks / 2) : 0..<0
    return Parameters(zerosLike: parameters, from: memory, late: late)
  }

  /// The weights as they are now, packed.
  package func packed(as precision: ProductPrecision) -> PackedWeights {
    PackedWeights(parameters, as: precision, from: memory)
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
  ///   - keep: Whether a backward pass will follow; otherwise no block's values are kept.
  ///   - precision: Of the products with plain weights, and of the backward pass.
  ///   - packed: The same weights packed, where no backward pass will follow.
  ///   - observe: Called with each block's index and its keys and values, `[rows, 2 * kvWidth]`.
  /// - Returns: The output of the last block, with what the backward pass needs.
  package func forward(
    _ batch: PackedRows, dropout: DropoutPlan? = nil, keep: Bool = true,
    as precision: ProductPrecision = .float32, packed: PackedWeights? = nil,
    observe: ((Int, Matrix) -> Void)? = nil
  ) -> Activations {
    let phase = KernelProfile.begin("forward")
    defer { phase.end() }
    let rows = batch.count
    let table = angles(positions: batch.longest)
    func matrix(_ columns: Int) -> Matrix { Matrix(rows: rows, columns: columns, from: memory) }
    var x = matrix(shape.width)
    gather(batch.tokens, of: parameters.matrix("model.embed_tokens.weight"), into: x)
    let (normed, inverse) = (matrix(shape.width), matrix(1))
    let gated = matrix(shape.feedForwardWidth)
    var kept: [Activations.Block] = []
    for (index, weights) in blocks.enumerated() {
      let projections = packed?.blocks[index] ?? weights.projections(as: precision)
      rmsNorm(
        x, gain: weights.attentionNorm, epsilon: shape.normEpsilon, into: normed, inverse: inverse)
      let qkv = matrix(weights.qkv.rows)
      multiply(normed, transposed: projections.qkv, into: qkv)
      let norms = prepare(qkv, weights, positions: batch.positions, table: table)
      observe?(index, qkv.columns(shape.queryWidth..<qkv.columns))
      let (attended, logSums) = (matrix(shape.queryWidth), matrix(shape.heads))
      attention.forward(qkv, segments: batch.segments, into: attended, logSums: logSums)
      let middle = matrix(shape.width)
      add(
        attended, times: projections.output, to: x, into: middle, dropout, index, .attention, batch)
      rmsNorm(
        middle, gain: weights.feedForwardNorm, epsilon: shape.normEpsilon, into: normed,
        inverse: inverse)
      let gateUp = matrix(2 * shape.feedForwardWidth)
      multiply(normed, transposed: projections.gateUp, into: gateUp)
      gatedUnit(gateUp, into: gated)
      let next = matrix(shape.width)
      add(
        gated, times: projections.down, to: middle, into: next, dropout, index, .feedForward, batch)
      if keep {
        kept.append(
          Activations.Block(
            input: x, qkv: qkv, unnormedQueryKey: norms?.unnormed,
            queryInverse: norms?.queryInverse, keyInverse: norms?.keyInverse, attended: attended,
            logSums: logSums, middle: middle, gateUp: gateUp))
      }
      x = next
    }
    return Activations(
      batch: batch, precision: precision, dropout: dropout, blocks: kept, output: x)
  }

  /// What the norms of queries and keys leave for the backward pass.
  struct QueryKeyNorms {
    let unnormed: Matrix
    let queryInverse: Matrix
    let keyInverse: Matrix
  }

  /// Adds biases, normalises queries and keys where the shape says so, and turns them.
  func prepare(
    _ qkv: Matrix, _ weights: BlockWeights, positions: [Int32], table: RotaryTable
  ) -> QueryKeyNorms? {
    if let bias = weights.qkvBias { addRow(bias, to: qkv) }
    let queries = qkv.columns(0..<shape.queryWidth)
    let keys = qkv.columns(shape.queryWidth..<shape.queryWidth + shape.kvWidth)
    let queryKey = qkv.columns(0..<shape.queryWidth + shape.kvWidth)
    var norms: QueryKeyNorms?
    if let queryGain = weights.queryNorm, let keyGain = weights.keyNorm {
      let kept = QueryKeyNorms(
        unnormed: Matrix(rows: qkv.rows, columns: queryKey.columns, from: memory),
        queryInverse: Matrix(rows: qkv.rows, columns: shape.heads, from: memory),
        keyInverse: Matrix(rows: qkv.rows, columns: shape.kvHeads, from: memory))
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
