package import Tensors

/// Keys and values of prompts and of the completions that continue them, for decoding.
///
/// Prompts lie in a buffer of their own, once for each group; a completion has a slot of `capacity`
/// rows. Both are `[rows, 2 * kvWidth]` in each block: keys, then values.
package final class KVCache {
  let prompts: [CachedRows]
  let completions: [CachedRows]
  /// Rows of a completion's slot.
  package let capacity: Int
  /// Completions that fit.
  package let slots: Int
  /// Prompt rows that fit.
  package let promptRows: Int

  /// An empty cache, in memory from `pool`, or of its own.
  package init(
    shape: TransformerShape, slots: Int, capacity: Int, promptRows: Int,
    precision: CachePrecision = .float32, from pool: MemoryPool? = nil
  ) {
    self.slots = slots
    self.capacity = capacity
    self.promptRows = promptRows
    func rows(_ count: Int) -> [CachedRows] {
      (0..<shape.blocks).map { _ in
        CachedRows(
          rows: max(count, 1), columns: 2 * shape.kvWidth, precision: precision, from: pool)
      }
    }
    prompts = rows(promptRows)
    completions = rows(slots * capacity)
  }

  /// Bytes that a cache of these sizes takes.
  package static func bytes(
    shape: TransformerShape, slots: Int, capacity: Int, promptRows: Int,
    precision: CachePrecision = .float32
  ) -> Int {
    (slots * capacity + promptRows) * 2 * shape.kvWidth * shape.blocks * precision.bytes
  }

  /// Bytes that a pass over `promptRows` rows, or a step of `slots` completions with its logits,
  /// takes beside a cache: the larger one.
  package static func stepBytes(shape: TransformerShape, slots: Int, promptRows: Int) -> Int {
    let qkv = shape.queryWidth + 2 * shape.kvWidth
    let columns = 2 * shape.width + qkv + shape.queryWidth + 3 * shape.feedForwardWidth
    let step = slots * (columns + shape.width + shape.vocabularySize)
    let prefill = promptRows * (columns + 2 * shape.width)
    return max(step, prefill) * MemoryLayout<Float>.stride
  }
}

/// One completion that takes a token in a decoding step.
package struct DecodingRow: Equatable, Sendable {
  /// The token that is fed.
  package var token: Int32
  /// Its position in the whole sequence.
  package var position: Int32
  /// Rows of the prompt in the cache.
  package var prompt: Range<Int>
  /// The completion's slot.
  package var slot: Int
  /// Tokens of the completion that are already in the cache.
  package var count: Int

  package init(token: Int32, position: Int32, prompt: Range<Int>, slot: Int, count: Int) {
    (self.token, self.position, self.prompt) = (token, position, prompt)
    (self.slot, self.count) = (slot, count)
  }
}

extension Transformer {
  /// Runs prompts, stores their keys and values, and gives the logits after each one's last token.
  ///
  /// - Parameters:
  ///   - prompts: Tokens of each prompt with the first row of the cache that it takes.
  ///   - cache: Filled with keys and values.
  ///   - packed: The same weights packed, for speed or in another precision.
  /// - Returns: `[prompts.count, vocabulary]`.
  package func prefill(
    _ prompts: [(tokens: [Int32], firstRow: Int)], cache: KVCache, packed: PackedWeights? = nil
  ) -> Matrix {
    let phase = KernelProfile.begin("prefill")
    defer { phase.end() }
    var batch = PackedRows()
    let rows = prompts.map { batch.append(prompt: $0.tokens).prompt }
    let activations = forward(batch, keep: false, packed: packed) { block, kv in
      for (prompt, rows) in zip(prompts, rows) {
        cache.prompts[block].store(kv.rows(rows), from: prompt.firstRow)
      }
    }
    let last = Matrix(rows: prompts.count, columns: shape.width, from: memory)
    gather(rows.map { Int32($0.upperBound - 1) }, of: activations.output, into: last)
    return stepLogits(last, packed)
  }

  /// Feeds one token to each row, and gives the logits of the next.
  ///
  /// - Parameters:
  ///   - rows: Completions that take a token, each in a slot of its own.
  ///   - cache: Read, and extended by the tokens.
  ///   - packed: The same weights packed, for speed or in another precision.
  /// - Returns: `[rows.count, vocabulary]`.
  package func step(
    _ rows: [DecodingRow], cache: KVCache, packed: PackedWeights? = nil
  ) -> Matrix {
    let phase = KernelProfile.begin("decode")
    defer { phase.end() }
    precondition(!rows.isEmpty)
    precondition(
      rows.allSatisfy { $0.slot < cache.slots && $0.count < cache.capacity }, "a slot is full")
    let count = rows.count
    func matrix(_ columns: Int) -> Matrix { Matrix(rows: count, columns: columns, from: memory) }
    let positions = rows.map(\.position)
    let table = angles(positions: Int(positions.max() ?? 0) + 1)
    let (x, normed, inverse) = (matrix(shape.width), matrix(shape.width), matrix(1))
    let qkv = matrix(shape.queryWidth + 2 * shape.kvWidth)
    let attended = matrix(shape.queryWidth)
    let gateUp = matrix(2 * shape.feedForwardWidth)
    let gated = matrix(shape.feedForwardWidth)
    let own = rows.map { $0.slot * cache.capacity..<$0.slot * cache.capacity + $0.count + 1 }
    let last = own.map { Int32($0.upperBound - 1) }
    let prompts = rows.map(\.prompt)
    gather(rows.map(\.token), of: parameters.matrix("model.embed_tokens.weight"), into: x)
    for (index, weights) in blocks.enumerated() {
      let projections = packed?.blocks[index] ?? weights.projections(as: .float32)
      rmsNorm(
        x, gain: weights.attentionNorm, epsilon: shape.normEpsilon, into: normed, inverse: inverse)
      multiply(normed, transposed: projections.qkv, into: qkv)
      _ = prepare(qkv, weights, positions: positions, table: table)
      let kv = qkv.columns(shape.queryWidth..<qkv.columns)
      cache.completions[index].store(kv, at: last)
      attention.step(
        qkv.columns(0..<shape.queryWidth), prompts: cache.prompts[index],
        promptRows: prompts, completions: cache.completions[index],
        completionRows: own, into: attended)
      multiply(attended, transposed: projections.output, into: x, keep: true)
      rmsNorm(
        x, gain: weights.feedForwardNorm, epsilon: shape.normEpsilon, into: normed,
        inverse: inverse)
      multiply(normed, transposed: projections.gateUp, into: gateUp)
      gatedUnit(gateUp, into: gated)
      multiply(gated, transposed: projections.down, into: x, keep: true)
    }
    return stepLogits(x, packed)
  }

  private func stepLogits(_ x: Matrix, _ packed: PackedWeights?) -> Matrix {
    let phase = KernelProfile.begin("head")
    defer { phase.end() }
    let normed = Matrix(rows: x.rows, columns: shape.width, from: memory)
    let inverse = Matrix(rows: x.rows, columns: 1, from: memory)
    rmsNorm(
      x, gain: parameters.matrix("model.norm.weight"), epsilon: shape.normEpsilon, into: normed,
      inverse: inverse)
    let logits = Matrix(rows: x.rows, columns: shape.vocabularySize, from: memory)
    multiply(normed, transposed: packed?.head ?? .plain(parameters.head, .float32), into: logits)
    return logits
  }
}
