import CKernelLevels
import CKernels
import TestSupport
import Testing

/// As ``KernelLevelTests``: rows, the head, parameters, and stored numbers.
@Suite struct KernelLevelRowTests {
  typealias Level = KernelLevelTests.Level

  /// One value, less than a vector, whole vectors and some beyond.
  static let widths: [Int32] = [1, 7, 16, 33, 64, 100]

  private let naive = naive_kernels()
  private func random(_ count: Int32, _ seed: UInt64, scale: Float = 1) -> [Float] {
    var numbers = TestNumbers(seed: seed)
    return numbers.floats(Int(count), scale: scale)
  }

  private func compare(
    _ level: Level, _ tolerance: Tolerance, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (hone_kernels) -> [[Float]]
  ) throws {
    let (actual, expected) = (body(try #require(level.kernels)), body(naive))
    for (index, pair) in zip(actual, expected).enumerated() {
      expectClose(pair.0, pair.1, tolerance, "\(what) \(index)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: Level.present, widths)
  func `norms, rotations and gates follow their formulas`(level: Level, width: Int32) throws {
    let (rows, heads): (Int32, Int32) = (3, 2)
    let (x, gain) = (random(rows * heads * width, 1), random(width, 2))
    let slope = random(rows * heads * width, 3)
    try compare(level, .accumulated(terms: Int(width)), "norm") { it in
      var (y, inverse) = (x, random(rows * heads, 4))
      it.norm(x, heads * width, gain, 1e-5, rows, heads, width, &y, heads * width, &inverse)
      var (dx, dGain) = (slope, gain)
      it.norm_backward(
        x, heads * width, gain, inverse, slope, heads * width, rows, heads, width, &dx,
        heads * width, &dGain, 0)
      return [y, inverse, dx, dGain]
    }
    let (cosines, sines) = (random(4 * width, 5), random(4 * width, 6))
    try compare(level, .elementwise, "rotation") { it in
      var y = random(rows * heads * 2 * width, 7)
      it.rotate(&y, heads * 2 * width, [3, 0, 1], cosines, sines, rows, heads, 2 * width, -1)
      return [y]
    }
    try compare(level, .accumulated(terms: 4), "gate") { it in
      var (gateUp, y) = (random(2 * rows * width, 8, scale: 9), random(rows * width, 9))
      var forward = y
      it.gate(gateUp, rows, width, &forward)
      it.gate_backward(&gateUp, slope, rows, width, &y)
      return [forward, y, gateUp]
    }
  }

  @Test(arguments: Level.present, widths)
  func `what only adds or copies is as usual`(level: Level, width: Int32) throws {
    try compare(level, .elementwise, "rows") { it in
      var (x, sums, table) = (random(5 * width, 1), random(width, 2), random(3 * width, 3))
      it.add_rows(&x, width, sums, 5, width)
      it.sum_rows(x, width, 5, width, &sums)
      var y = x
      it.gather(table, width, [2, 0, 2, 1, 1], 5, &y)
      it.scatter_add(&table, width, [2, 0, 2, 1, 1], x, width, 5, 0, width)
      var dropped = x
      it.dropout(&dropped, width, y, 3, 4, 0.4)
      return [x, sums, y, table, dropped]
    }
  }

  @Test(arguments: Level.present, widths.dropFirst() + [5000])
  func `scores, draws and gradients of the head follow the softmax`(
    level: Level, count: Int32
  ) throws {
    let logits = random(count, 1, scale: 6)
    try compare(level, .accumulated(terms: 20), "head") { it in
      var (logProb, entropy, logSum): (Float, Float, Float) = (0, 0, 0)
      it.log_softmax(logits, count, 0.8, count / 2, &logProb, &entropy, &logSum)
      var gradient = logits
      it.log_softmax_backward(
        &gradient, count, 0.8, count / 2, logSum, entropy, 0.3, -0.2)
      return [[logProb], [entropy], [logSum], gradient]
    }
    let it = try #require(level.kernels)
    #expect(it.argmax(logits, count) == naive.argmax(logits, count))
    var draw: (Float, Float) = (0, 0)
    for u in [0, 0.11, 0.4, 0.73, 0.99] {
      let token = it.sample(logits, count, 0.8, u, &draw.0, &draw.1)
      #expect(token == naive.sample(logits, count, 0.8, u, &draw.0, &draw.1), "at \(u)")
    }
  }

  @Test(arguments: Level.present, widths + [5000])
  func `steps and sums over parameters follow their formulas`(level: Level, count: Int32) throws {
    let (gradient, squares) = (random(count, 1), random(count, 2).map(abs))
    try compare(level, .accumulated(terms: 4), "AdamW") { it in
      var (p, m, v) = (random(count, 3), random(count, 4), squares)
      it.adamw(&p, gradient, &m, &v, Int(count), 0.5, 0.01, 0.1, 0.9, 0.99, 1e-8, 0.1, 0.01)
      return [p, m, v, [Float(it.sum_of_squares(gradient, Int(count)))]]
    }
  }

  @Test(arguments: Level.present)
  func `every processor reads the same weights from a file`(level: Level) throws {
    let blocks = 40
    var numbers = TestNumbers(seed: 1)
    // Scales of about 2^-4, as models have them: half-precision numbers with few bits of exponent.
    let bytes = (0..<blocks * 210).map { _ in UInt8(truncatingIfNeeded: numbers.next()) & 0x3F }
    func weights(_ it: hone_kernels) -> [[UInt32]] {
      [
        it.from_f16, it.from_bf16, it.from_q8_0, it.from_q4_0, it.from_q4_1, it.from_q5_0,
        it.from_q5_1, it.from_q4_k, it.from_q5_k, it.from_q6_k,
      ].map { read in
        var values = [Float](repeating: 0, count: blocks * 256)
        read(bytes, &values, blocks)
        return values.map(\.bitPattern)
      }
    }
    let expected = weights(try #require(Level.portable.kernels))
    for (format, pair) in zip(weights(try #require(level.kernels)), expected).enumerated() {
      #expect(pair.0 == pair.1, "format \(format)")
    }
  }
}
