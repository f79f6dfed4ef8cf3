import Limits
import Tensors
import Transformers

/// What a transformer needs at least, counted from its shape.
///
/// A product `[rows, in] x [in, out]` is `2 · rows · in · out` multiplications and additions. Norms,
/// rotations, gates, softmax and the optimiser are left out: a few in a hundred. Bytes are float32
/// where nothing else is said.
struct TransformerWork {
  let shape: TransformerShape

  /// Values of the matrices of all blocks.
  var blockParameters: Double {
    let attention = shape.width * (shape.queryWidth + 2 * shape.kvWidth)
    let output = shape.queryWidth * shape.width
    return Double(shape.blocks * (attention + output + 3 * shape.width * shape.feedForwardWidth))
  }

  /// Values of the head.
  var headParameters: Double { Double(shape.width * shape.vocabularySize) }

  /// Operations of a forward pass: `2 · parameters · rows` in the blocks, `2 · width · vocabulary` for
  /// each row with logits, and `4 · heads · headWidth` a block for each pair of a query and a key.
  func forward(rows: Double, scored: Double, pairs: Double) -> Double {
    let attention = 4 * Double(shape.blocks * shape.queryWidth) * pairs
    return 2 * blockParameters * rows + 2 * headParameters * scored + attention
  }

  /// Pairs of a query and a key where positions `range` of a sequence attend to all before them, and
  /// to themselves.
  static func pairs(_ range: Range<Int>) -> Double {
    range.reduce(0) { $0 + Double($1 + 1) }
  }

  /// Forward and backward; backward is twice forward, once for the inputs and once for the weights.
  func training(rows: Double, scored: Double, pairs: Double) -> WorkPart {
    WorkPart(operations: 3 * forward(rows: rows, scored: scored, pairs: pairs))
  }

  /// Running `count` prompts of `length` tokens, with logits after each one's last.
  func prefill(count: Int, length: Int) -> WorkPart {
    let (count, pairs) = (Double(count), Self.pairs(0..<length))
    return WorkPart(
      operations: forward(rows: count * Double(length), scored: count, pairs: count * pairs),
      bytes: 4 * (blockParameters + headParameters),
      workingSet: 4 * (blockParameters + headParameters))
  }

  /// `steps` steps of decoding with `rows` completions each, after prompts of `prompt` tokens.
  ///
  /// Each step reads all weights once, and the keys and values of each row's context.
  func decode(rows: Int, prompt: Int, steps: Int) -> WorkPart {
    let pairs = Double(rows) * Self.pairs(prompt..<prompt + steps)
    let tokens = Double(rows * steps)
    let weights = 4 * (blockParameters + headParameters)
    let cache = 4 * 2 * Double(shape.kvWidth * shape.blocks) * pairs
    return WorkPart(
      operations: forward(rows: tokens, scored: tokens, pairs: pairs),
      bytes: weights * Double(steps) + cache, workingSet: weights + cache / Double(steps))
  }
}

// MARK: - Another precision

extension TransformerWork {
  /// ``prefill(count:length:)`` in `precision`.
  func prefill(count: Int, length: Int, as precision: WorkPrecision) -> [WorkPart] {
    let whole = prefill(count: count, length: length)
    return parts(
      whole, pairs: Double(count) * Self.pairs(0..<length), passes: 1, as: precision)
  }

  /// ``decode(rows:prompt:steps:)`` in `precision`.
  func decode(rows: Int, prompt: Int, steps: Int, as precision: WorkPrecision) -> [WorkPart] {
    let whole = decode(rows: rows, prompt: prompt, steps: steps)
    return parts(
      whole, pairs: Double(rows) * Self.pairs(prompt..<prompt + steps), passes: Double(steps),
      as: precision)
  }

  /// ``training(rows:scored:pairs:)`` in `precision`.
  func training(
    rows: Double, scored: Double, pairs: Double, as precision: WorkPrecision
  ) -> [WorkPart] {
    let whole = training(rows: rows, scored: scored, pairs: pairs)
    guard precision == .reduced else { return [whole] }
    let attention = training(rows: 0, scored: 0, pairs: pairs)
    return [
      WorkPart(
        operations: whole.operations - attention.operations,
        arithmetic: ProcessorLimits.Arithmetic.int8.rawValue),
      attention,
    ]
  }

  /// In eight bits, products are limited by the peak of int8 or by reading the packed weights in each
  /// pass; attention, which is computed in float32, comes on top.
  private func parts(
    _ whole: WorkPart, pairs: Double, passes: Double, as precision: WorkPrecision
  ) -> [WorkPart] {
    guard precision == .reduced else { return [whole] }
    let attention = forward(rows: 0, scored: 0, pairs: pairs)
    let plain = 4 * (blockParameters + headParameters)
    let packed = Double(PackedWeights.bytes(shape, as: precision.weights))
    let cache = (whole.bytes - plain * passes) * Double(precision.cache.bytes) / 4
    let workingSet = packed + cache / passes
    return [
      WorkPart(
        operations: whole.operations - attention, bytes: packed * passes, workingSet: workingSet,
        arithmetic: ProcessorLimits.Arithmetic.int8.rawValue),
      WorkPart(
        operations: attention, bytes: cache, workingSet: workingSet),
    ]
  }
}
