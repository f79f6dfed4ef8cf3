import Tensors
import TestSupport
import Testing

/// No bit of a result depends on how many threads compute, or on who else computes.
///
/// The pool is one for the process, so these tests take turns; others may run beside them, and must
/// not notice.
@Suite(.serialized) struct WorkersTests {
  private func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var numbers = TestNumbers(seed: seed)
    return Matrix(numbers.floats(rows * columns), rows: rows, columns: columns)
  }

  /// A bit of everything that is spread over threads, and sums that a split could reorder.
  private func work() -> [[Float]] {
    let (rows, width) = (300, 96)
    let x = random(rows, width, 1)
    let weight = random(400, width, 2)
    let product = Matrix(rows: rows, columns: 400)
    multiply(x, transposed: weight, into: product)
    let dWeight = Matrix(rows: 400, columns: width)
    multiply(transposed: product, x, into: dWeight)
    let (rounded, dRounded) = (Matrix(rows: rows, columns: 400), Matrix(rows: 400, columns: width))
    multiply(x, transposed: weight, into: rounded, as: .int8)
    multiply(transposed: rounded, x, into: dRounded, as: .int8)
    let (normed, inverse) = (Matrix(rows: rows, columns: width), Matrix(rows: rows, columns: 1))
    let gain = random(1, width, 3)
    rmsNorm(x, gain: gain, epsilon: 1e-5, into: normed, inverse: inverse)
    let (dx, dGain) = (Matrix(rows: rows, columns: width), Matrix(rows: 1, columns: width))
    rmsNormBackward(normed, x: x, gain: gain, inverse: inverse, into: dx, dGain: dGain)
    let table = Matrix(rows: 9, columns: width)
    scatterAdd(x, to: (0..<Int32(rows)).map { $0 % 9 }, of: table)
    let attention = SegmentedAttention(heads: 4, kvHeads: 2, width: 12)
    let segments = [
      AttentionSegment(rows: 0..<100), AttentionSegment(rows: 100..<220, prefix: 0..<100),
      AttentionSegment(rows: 220..<300, prefix: 0..<100),
    ]
    let (output, logSums) = (Matrix(rows: rows, columns: 48), Matrix(rows: rows, columns: 4))
    attention.forward(x, segments: segments, into: output, logSums: logSums)
    let dQKV = Matrix(rows: rows, columns: width)
    attention.backward(
      random(rows, 48, 4), qkv: x, segments: segments, groups: [0..<3], output: output,
      logSums: logSums, into: dQKV)
    let scored = logSoftmax(
      product, targets: (0..<Int32(rows)).map { $0 }, temperature: 0.7)
    let drawn = sample(
      product, temperature: 0.7, uniforms: (0..<rows).map { Double($0) / Double(rows) })
    return [
      product.array, dWeight.array, rounded.array, dRounded.array, dx.array, dGain.array,
      table.array, output.array, dQKV.array,
      scored.logProbs, scored.entropies, drawn.draws.map { Float($0.token) },
      [Float(dWeight.buffer.sumOfSquares)],
    ]
  }

  @Test func `results have the same bits for any number of workers`() {
    let usual = Workers.count
    defer { Workers.count = usual }
    Workers.count = 1
    let alone = work()
    for count in [2, 3, 5, 1] {
      Workers.count = count
      #expect(Workers.count == count)
      let result = work()
      for (index, pair) in zip(result, alone).enumerated() {
        #expect(
          pair.0.map(\.bitPattern) == pair.1.map(\.bitPattern),
          "result \(index) of \(count) workers")
      }
    }
  }

  @Test func `there is at least one worker`() {
    let usual = Workers.count
    defer { Workers.count = usual }
    Workers.count = 0
    #expect(Workers.count == 1)
    Workers.count = -3
    #expect(Workers.count == 1)
  }

  @Test func `callers at the same time do not disturb each other`() async {
    let alone = work()
    let results = await withTaskGroup(of: [[Float]].self) { group in
      for _ in 0..<4 { group.addTask { work() } }
      return await group.reduce(into: [[[Float]]]()) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == alone })
  }
}
