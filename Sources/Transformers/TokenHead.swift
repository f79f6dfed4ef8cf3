package import Tensors

/// The final norm and the head, on the rows whose next token is scored.
///
/// Logits exist only for a chunk of rows at a time, since `[rows, vocabulary]` is the widest matrix.
package struct TokenHead {
  private let transformer: Transformer
  /// Rows whose logits exist at once.
  private let chunk: Int
  /// Memory for the logits of a chunk.
  package static let chunkBytes = 64 << 20

  /// A head that makes logits in chunks.
  ///
  /// - Parameters:
  ///   - transformer: Whose norm and head are used.
  ///   - chunkBytes: Memory for the logits.
  package init(_ transformer: Transformer, chunkBytes: Int = Self.chunkBytes) {
    self.transformer = transformer
    chunk = Self.chunk(transformer.shape, chunkBytes)
  }

  /// Rows of a chunk.
  private static func chunk(_ shape: TransformerShape, _ bytes: Int) -> Int {
    max(16, bytes / (MemoryLayout<Float>.stride * shape.vocabularySize))
  }

  /// Bytes that ``backward(_:_:temperature:gradients:slopes:)`` takes for `count` targets.
  package static func bytes(
    _ shape: TransformerShape, targets count: Int, as precision: ProductPrecision = .float32
  ) -> Int {
    let chunk = chunk(shape, chunkBytes)
    let logits = min(chunk, count) * shape.vocabularySize
    let (vocabulary, width) = (shape.vocabularySize, shape.width)
    let packed =
      packs(count, chunk: chunk, precision)
      ? PackedMatrix.bytes(rows: vocabulary, columns: width, as: precision)
        + PackedMatrix.bytes(rows: width, columns: vocabulary, as: precision) : 0
    return (logits + count * (3 * shape.width + 1)) * MemoryLayout<Float>.stride + packed
  }

  /// One score: which row predicts which token.
  package struct Targets {
    package var rows: [Int32] = []
    package var tokens: [Int32] = []
    package init() {}
    package var count: Int { rows.count }
  }

  /// What is told about a chunk of targets, and what is asked of it.
  package struct Chunk {
    /// Indices into the targets.
    package let range: Range<Int>
    /// At the temperature, nats; one a target of the range.
    package let logProbs: [Float]
    package let entropies: [Float]
  }

  /// The gradient that a loss has at a chunk's log-probabilities and entropies.
  package struct Slopes {
    package var dLogProbs: [Float]
    package var dEntropies: [Float]

    package init(dLogProbs: [Float], dEntropies: [Float]) {
      self.dLogProbs = dLogProbs
      self.dEntropies = dEntropies
    }
  }

  /// Log-probabilities and entropies of all targets, at `temperature`.
  package func score(
    _ activations: Activations, _ targets: Targets, temperature: Float
  ) -> (logProbs: [Float], entropies: [Float]) {
    let phase = KernelProfile.begin("head")
    defer { phase.end() }
    var (logProbs, entropies): ([Float], [Float]) = ([], [])
    logProbs.reserveCapacity(targets.count)
    let hidden = normed(activations, targets)
    forChunks(targets, hidden: hidden, as: activations.precision) { range, logits in
      let result = logSoftmax(
        logits, targets: Array(targets.tokens[range]), temperature: temperature)
      logProbs += result.logProbs
      entropies += result.entropies
    }
    return (logProbs, entropies)
  }

  /// Logits of given rows, `[rows.count, vocabulary]`; for tests and for single prompts.
  package func logits(_ activations: Activations, rows: [Int32]) -> Matrix {
    var targets = Targets()
    targets.rows = rows
    targets.tokens = rows.map { _ in 0 }
    let logits = Matrix(rows: rows.count, columns: transformer.shape.vocabularySize)
    multiply(
      normed(activations, targets).values, transposed: weight, into: logits,
      as: activations.precision)
    return logits
  }

  /// Scores the targets chunk by chunk, asks for the loss's slopes, and propagates them to the last
  /// block's output.
  ///
  /// - Parameters:
  ///   - activations: Of a forward pass with `keep`.
  ///   - targets: What is scored.
  ///   - temperature: Divides the logits.
  ///   - gradients: Accumulated: head (or the tied embedding) and the final norm.
  ///   - slopes: Given a chunk, its slopes.
  /// - Returns: The gradient of the last block's output, `[rows, width]`.
  package func backward(
    _ activations: Activations, _ targets: Targets, temperature: Float, gradients: Parameters,
    slopes: (Chunk) -> Slopes
  ) -> Matrix {
    let phase = KernelProfile.begin("head forward and backward")
    defer { phase.end() }
    let shape = transformer.shape
    let hidden = normed(activations, targets)
    let dWeight = gradients.head
    let (precision, pool) = (activations.precision, transformer.memory)
    let turned =
      packs(targets, precision)
      ? PackedMatrix(weight, turned: true, as: precision, from: pool) : nil
    let dHidden = Matrix(rows: targets.count, columns: shape.width, from: pool)
    forChunks(targets, hidden: hidden, as: precision) { range, logits in
      let tokens = Array(targets.tokens[range])
      let result = logSoftmax(logits, targets: tokens, temperature: temperature)
      let wanted = slopes(
        Chunk(range: range, logProbs: result.logProbs, entropies: result.entropies))
      logSoftmaxBackward(
        logits, targets: tokens, temperature: temperature, result: result,
        dLogProbs: wanted.dLogProbs, dEntropies: wanted.dEntropies)
      if let turned {
        multiply(logits, transposed: turned, into: dHidden.rows(range))
      } else {
        multiply(logits, weight, into: dHidden.rows(range), as: precision)
      }
      multiply(
        transposed: logits, hidden.values.rows(range), into: dWeight, as: precision)
    }
    // Through the final norm, in the rows as they were gathered, and back to where they came from.
    rmsNormBackward(
      dHidden, x: hidden.gathered, gain: transformer.parameters.matrix("model.norm.weight"),
      inverse: hidden.inverse, into: dHidden, dGain: gradients.matrix("model.norm.weight"),
      overwrite: true)
    let dOutput = Matrix(rows: activations.batch.count, columns: shape.width, from: pool)
    clear(dOutput)
    scatterAdd(dHidden, to: targets.rows, of: dOutput)
    return dOutput
  }

  // MARK: - Parts

  private var weight: Matrix { transformer.parameters.head }

  private struct Hidden {
    let gathered: Matrix
    let values: Matrix
    let inverse: Matrix
  }

  private func normed(_ activations: Activations, _ targets: Targets) -> Hidden {
    let shape = transformer.shape
    func matrix(_ columns: Int) -> Matrix {
      Matrix(rows: targets.count, columns: columns, from: transformer.memory)
    }
    let hidden = Hidden(
      gathered: matrix(shape.width), values: matrix(shape.width), inverse: matrix(1))
    gather(targets.rows, of: activations.output, into: hidden.gathered)
    rmsNorm(
      hidden.gathered, gain: transformer.parameters.matrix("model.norm.weight"),
      epsilon: shape.normEpsilon, into: hidden.values, inverse: hidden.inverse)
    return hidden
  }

  /// Whether the weights are packed once for several chunks: in eight bits they are few bytes.
  private static func packs(_ count: Int, chunk: Int, _ precision: ProductPrecision) -> Bool {
    precision == .int8 && count > chunk
  }

  private func packs(_ targets: Targets, _ precision: ProductPrecision) -> Bool {
    Self.packs(targets.count, chunk: chunk, precision)
  }

  private func forChunks(
    _ targets: Targets, hidden: Hidden, as precision: ProductPrecision,
    _ body: (Range<Int>, Matrix) -> Void
  ) {
    precondition(targets.tokens.count == targets.rows.count)
    let whole = Matrix(
      rows: min(chunk, targets.count), columns: transformer.shape.vocabularySize,
      from: transformer.memory)
    let weight =
      packs(targets, precision)
      ? Projection.packed(PackedMatrix(weight, as: precision, from: transformer.memory))
      : .plain(weight, precision)
    for start in stride(from: 0, to: targets.count, by: chunk) {
      let range = start..<min(targets.count, start + chunk)
      let logits = whole.rows(0..<range.count)
      multiply(hidden.values.rows(range), transposed: weight, into: logits)
      body(range, logits)
    }
  }
}
