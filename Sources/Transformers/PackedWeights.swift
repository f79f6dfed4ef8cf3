package import Tensors

/// The weight matrices of a transformer, packed for passes that only read them: sampling and scoring.
///
/// It is a copy of the weights as they were, so it is made anew after each update. In `float32`
/// passes give the same bits with it as without; other precisions are a choice of the one who samples.
package final class PackedWeights {
  package let precision: ProductPrecision
  let blocks: [Projections]
  let head: Projection

  /// Packs the weights of `parameters`, into memory from `pool`, or of its own.
  package init(
    _ parameters: Parameters, as precision: ProductPrecision = .float32,
    from pool: MemoryPool? = nil
  ) {
    self.precision = precision
    func packed(_ weights: Matrix) -> Projection {
      .packed(PackedMatrix(weights, as: precision, from: pool))
    }
    blocks = (0..<parameters.shape.blocks).map { index in
      let weights = BlockWeights(parameters, block: index)
      return Projections(
        qkv: packed(weights.qkv), output: packed(weights.output), gateUp: packed(weights.gateUp),
        down: packed(weights.down))
    }
    head = packed(parameters.head)
  }

  /// Bytes that the packed weights of a transformer of this shape take.
  package static func bytes(_ shape: TransformerShape, as precision: ProductPrecision) -> Int {
    func bytes(_ rows: Int, _ columns: Int) -> Int {
      PackedMatrix.bytes(rows: rows, columns: columns, as: precision)
    }
    return shape.blocks
      * (bytes(shape.queryWidth + 2 * shape.kvWidth, shape.width)
        + bytes(shape.width, shape.queryWidth) + bytes(2 * shape.feedForwardWidth, shape.width)
        + bytes(shape.width, shape.feedForwardWidth)) + bytes(shape.vocabularySize, shape.width)
  }
}

/// A weight matrix that inputs are multiplied by, as it is or packed.
enum Projection {
  case plain(Matrix, ProductPrecision)
  case packed(PackedMatrix)
}

/// Those of one block.
struct Projections {
  let qkv: Projection
  let output: Projection
  let gateUp: Projection
  let down: Projection
}

extension BlockWeights {
  func projections(as precision: ProductPrecision) -> Projections {
    Projections(
      qkv: .plain(qkv, precision), output: .plain(output, precision),
      gateUp: .plain(gateUp, precision), down: .plain(down, precision))
  }
}

extension Parameters {
  /// The weights of the head, `[vocabulary, width]`: the token embedding where they are tied.
  var head: Matrix { matrix(shape.tiedHead ? "model.embed_tokens.weight" : "lm_head.weight") }
}

/// Writes `a bᵀ`, or `c + a bᵀ`, into `c`.
func multiply(_ a: Matrix, transposed b: Projection, into c: Matrix, keep: Bool = false) {
  switch b {
  case .plain(let matrix, let precision):
    multiply(a, transposed: matrix, into: c, keep: keep, as: precision)
  case .packed(let matrix): multiply(a, transposed: matrix, into: c, keep: keep)
  }
}
