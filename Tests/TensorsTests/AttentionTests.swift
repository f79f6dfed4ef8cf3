import Foundation
import Tensors
import TestSupport
import Testing

/// Attention over packed segments against the formula in double precision.
@Suite struct AttentionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let heads: Int
    let kvHeads: Int
    let width: Int
    /// Prompt rows of each group, then its continuations'.
    let groups: [[Int]]
    var testDescription: String { "\(heads)/\(kvHeads) heads of \(width), groups \(groups)" }
  }

  static let cases = [
    Case(heads: 1, kvHeads: 1, width: 1, groups: [[1]]),
    Case(heads: 4, kvHeads: 4, width: 16, groups: [[3, 1, 2], [1, 1], [5]]),
    Case(heads: 6, kvHeads: 2, width: 32, groups: [[9, 4, 5, 3]]),
    Case(heads: 3, kvHeads: 1, width: 48, groups: [[2, 7], [33]]),
    Case(heads: 2, kvHeads: 1, width: 64, groups: [[31, 2, 35]]),
    Case(heads: 2, kvHeads: 2, width: 128, groups: [[4, 1, 1, 1]]),
    Case(heads: 2, kvHeads: 1, width: 10, groups: [[6, 3], [2, 2]]),
    Case(heads: 2, kvHeads: 1, width: 16, groups: [[130, 70]]),
  ]

  static let small = [
    Case(heads: 2, kvHeads: 1, width: 3, groups: [[2, 1, 2], [1]]),
    Case(heads: 2, kvHeads: 2, width: 18, groups: [[3, 2]]),
  ]

  /// The segments of a case, as its groups lie one behind the other.
  private func layout(_ groups: [[Int]]) -> (segments: [AttentionSegment], groups: [Range<Int>]) {
    var (segments, ranges, row): ([AttentionSegment], [Range<Int>], Int) = ([], [], 0)
    for group in groups {
      let first = segments.count
      let prompt = row..<row + group[0]
      for (index, count) in group.enumerated() {
        segments.append(
          AttentionSegment(rows: row..<row + count, prefix: index == 0 ? 0..<0 : prompt))
        row += count
      }
      ranges.append(first..<segments.count)
    }
    return (segments, ranges)
  }

  /// Outputs `[rows, heads * width]` by the formula, in double precision.
  private func naive(_ qkv: [Double], _ it: Case, _ segments: [AttentionSegment]) -> [Double] {
    let columns = (it.heads + 2 * it.kvHeads) * it.width
    var output = [Double](repeating: 0, count: qkv.count / columns * it.heads * it.width)
    for segment in segments {
      for row in segment.rows {
        let seen = Array(segment.prefix) + Array(segment.rows.lowerBound...row)
        for head in 0..<it.heads {
          let keys = (it.heads + head / (it.heads / it.kvHeads)) * it.width
          let values = keys + it.kvHeads * it.width
          let scores = seen.map { other in
            (0..<it.width).reduce(0.0) {
              $0 + qkv[row * columns + head * it.width + $1] * qkv[other * columns + keys + $1]
            } / Double(it.width).squareRoot()
          }
          let peak = scores.max() ?? 0
          let total = scores.reduce(0) { $0 + exp($1 - peak) }
          for (score, other) in zip(scores, seen) {
            let share = exp(score - peak) / total
            for d in 0..<it.width {
              output[(row * it.heads + head) * it.width + d] +=
                share * qkv[other * columns + values + d]
            }
          }
        }
      }
    }
    return output
  }

  private struct Inputs {
    let attention: SegmentedAttention
    let segments: [AttentionSegment]
    let groups: [Range<Int>]
    let values: [Float]
    let qkv: Matrix
    let output: Matrix
    let logSums: Matrix
  }

  private func run(_ it: Case, scale: Float = 1.5) -> Inputs {
    let (segments, groups) = layout(it.groups)
    let rows = it.groups.reduce(0) { $0 + $1.reduce(0, +) }
    let columns = (it.heads + 2 * it.kvHeads) * it.width
    var numbers = TestNumbers(seed: UInt64(rows * columns))
    let values = numbers.floats(rows * columns, scale: scale)
    let inputs = Inputs(
      attention: SegmentedAttention(heads: it.heads, kvHeads: it.kvHeads, width: it.width),
      segments: segments, groups: groups, values: values,
      qkv: Matrix(values, rows: rows, columns: columns),
      output: Matrix(
        [Float](repeating: .nan, count: rows * it.heads * it.width), rows: rows,
        columns: it.heads * it.width), logSums: Matrix(rows: rows, columns: it.heads))
    inputs.attention.forward(
      inputs.qkv, segments: segments, into: inputs.output, logSums: inputs.logSums)
    return inputs
  }

  private func backward(_ inputs: Inputs, _ slopes: [Float]) -> Matrix {
    let dQKV = Matrix(
      [Float](repeating: .nan, count: inputs.values.count), rows: inputs.qkv.rows,
      columns: inputs.qkv.columns)
    inputs.attention.backward(
      Matrix(slopes, rows: inputs.output.rows, columns: inputs.output.columns), qkv: inputs.qkv,
      segments: inputs.segments, groups: inputs.groups, output: inputs.output,
      logSums: inputs.logSums, into: dQKV)
    return dQKV
  }

  @Test(arguments: cases + small)
  func `each row sees its prefix and what came before it`(it: Case) {
    let inputs = run(it)
    let expected = naive(inputs.values.map(Double.init), it, inputs.segments)
    expectClose(inputs.output.array, expected.map { Float($0) }, .accumulated(terms: 256))
  }

  @Test(arguments: [Float(30), 200])
  func `large scores overflow nothing`(scale: Float) {
    let it = Case(heads: 2, kvHeads: 1, width: 16, groups: [[5, 3]])
    let inputs = run(it, scale: scale)
    #expect(inputs.output.array.allSatisfy { abs($0) <= scale })
    #expect(backward(inputs, inputs.output.array.map { _ in 1 }).array.allSatisfy { $0.isFinite })
  }

  @Test(arguments: small)
  func `the gradient of attention is its difference quotient`(it: Case) {
    let inputs = run(it)
    var numbers = TestNumbers(seed: 77)
    let slopes = numbers.floats(inputs.output.count)
    expectGradient(
      backward(inputs, slopes).array,
      of: { values in
        zip(naive(values.map(Double.init), it, inputs.segments), slopes)
          .reduce(0) { $0 + $1.0 * Double($1.1) }
      }, at: inputs.values)
  }

  /// `dq`, `dk` and `dv` by the chain rule in double precision.
  private func naiveBackward(
    _ qkv: [Double], _ it: Case, _ segments: [AttentionSegment], _ slopes: [Float]
  ) -> [Double] {
    let columns = (it.heads + 2 * it.kvHeads) * it.width
    let scale = 1 / Double(it.width).squareRoot()
    var gradient = [Double](repeating: 0, count: qkv.count)
    for segment in segments {
      for row in segment.rows {
        let seen = Array(segment.prefix) + Array(segment.rows.lowerBound...row)
        for head in 0..<it.heads {
          let query = row * columns + head * it.width
          let keys = (it.heads + head / (it.heads / it.kvHeads)) * it.width
          let values = keys + it.kvHeads * it.width
          let out = (row * it.heads + head) * it.width
          let scores = seen.map { other in
            (0..<it.width).reduce(0.0) { $0 + qkv[query + $1] * qkv[other * columns + keys + $1] }
              * scale
          }
          let peak = scores.max() ?? 0
          let total = scores.reduce(0) { $0 + exp($1 - peak) }
          let shares = scores.map { exp($0 - peak) / total }
          let dShares = seen.map { other in
            (0..<it.width).reduce(0.0) {
              $0 + Double(slopes[out + $1]) * qkv[other * columns + values + $1]
            }
          }
          let pull = zip(shares, dShares).reduce(0) { $0 + $1.0 * $1.1 }
          for (index, other) in seen.enumerated() {
            let dScore = shares[index] * (dShares[index] - pull) * scale
            for d in 0..<it.width {
              gradient[query + d] += dScore * qkv[other * columns + keys + d]
              gradient[other * columns + keys + d] += dScore * qkv[query + d]
              gradient[other * columns + values + d] += shares[index] * Double(slopes[out + d])
            }
          }
        }
      }
    }
    return gradient
  }

  @Test(arguments: cases)
  func `every gradient is the chain rule's`(it: Case) {
    let inputs = run(it)
    var numbers = TestNumbers(seed: 78)
    let slopes = numbers.floats(inputs.output.count)
    let expected = naiveBackward(inputs.values.map(Double.init), it, inputs.segments, slopes)
    expectClose(
      backward(inputs, slopes).array, expected.map { Float($0) }, .accumulated(terms: 512))
  }

  @Test(
    arguments: [(4, 4, 16), (6, 2, 32), (4, 2, 64), (1, 1, 128), (3, 1, 48), (2, 1, 10)],
    CachePrecision.allCases)
  func `a decoding step attends like the last row of a segment`(
    size: (heads: Int, kvHeads: Int, width: Int), precision: CachePrecision
  ) {
    let (heads, kvHeads, width) = size
    let it = Case(heads: heads, kvHeads: kvHeads, width: width, groups: [[7, 5, 1], [3, 4]])
    let inputs = run(it)
    // The last row of each continuation asks; its keys and values lie where the segments are.
    let last = inputs.segments.filter { !$0.prefix.isEmpty }
    let rows = last.map { Int32($0.rows.upperBound - 1) }
    let columns = (heads + 2 * kvHeads) * width
    let asking = Matrix(rows: last.count, columns: columns)
    gather(rows, of: inputs.qkv, into: asking)
    let kv = CachedRows(
      rows: inputs.qkv.rows, columns: 2 * kvHeads * width, precision: precision)
    kv.store(inputs.qkv.columns(heads * width..<columns), from: 0)
    let output = Matrix(rows: last.count, columns: heads * width)
    inputs.attention.step(
      asking.columns(0..<heads * width), prompts: kv, promptRows: last.map(\.prefix),
      completions: kv, completionRows: last.map(\.rows), into: output)
    let expected = Matrix(rows: last.count, columns: heads * width)
    gather(rows, of: inputs.output, into: expected)
    expectClose(
      output.array, expected.array,
      precision == .float32 ? .accumulated(terms: 64) : .rounded(bits: 11))
  }
}
