import Transformers

/// What a file may say about a model's size, so that no product of its numbers overflows and no
/// memory is asked for that the file's own size does not bear out.
enum ShapeLimits {
  /// Refuses numbers that no model of this family has.
  static func check(_ shape: TransformerShape, path: String) throws(ModelFileError) {
    let numbers: [(part: String, value: Int, limit: Int)] = [
      ("the vocabulary", shape.vocabularySize, 1 << 21),
      ("the hidden width", shape.width, 1 << 16),
      ("the number of blocks", shape.blocks, 1 << 10),
      ("the number of heads", shape.heads, 1 << 10),
      ("the number of key and value heads", shape.kvHeads, 1 << 10),
      ("the width of a head", shape.headWidth, 1 << 10),
      ("the feed-forward width", shape.feedForwardWidth, 1 << 18),
      ("the number of positions", shape.maxPositions, 1 << 28),
    ]
    for (part, value, limit) in numbers where !(1...limit).contains(value) {
      throw ModelFileError(path, .malformed(part: part, expected: "in 1...\(limit), not \(value)"))
    }
    guard shape.heads.isMultiple(of: shape.kvHeads) else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the number of key and value heads",
          expected: "a divisor of the \(shape.heads) heads, not \(shape.kvHeads)"))
    }
    guard shape.headWidth.isMultiple(of: 2) else {
      throw ModelFileError(
        path, .malformed(part: "the width of a head", expected: "even, not \(shape.headWidth)"))
    }
    guard shape.normEpsilon.isFinite, shape.normEpsilon >= 0 else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the norm's epsilon", expected: "finite and positive, not \(shape.normEpsilon)"))
    }
    try check(shape.rotary, path: path)
  }

  private static func check(_ rotary: Rotary, path: String) throws(ModelFileError) {
    let isPositive: Bool
    switch rotary.scaling {
    case .none: isPositive = true
    case .linear(let factor): isPositive = factor > 0
    case .llama3(let factor, let low, let high, let positions):
      isPositive = factor > 0 && low > 0 && high > low && positions > 0
    }
    guard rotary.base > 0, isPositive else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the rotary base and scaling", expected: "positive, not \(rotary)"))
    }
  }
}
