import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SamplingTests {
  @Test(arguments: [3, 16, 23, 300])
  func `of equal values the first is the largest`(columns: Int) {
    for first in 0..<columns {
      var row = [Float](repeating: -1, count: columns)
      for place in stride(from: first, to: columns, by: 2) { row[place] = 5 }
      #expect(argmax(Matrix(row, rows: 1, columns: columns)) == [Int32(first)])
    }
    #expect(argmax(Matrix([Float](repeating: 0, count: columns), rows: 1, columns: columns)) == [0])
  }

  @Test func `a value that is no number is never the largest`() {
    var row = [Float](repeating: -5, count: 40)
    row[33] = -4
    for place in [0, 7, 16, 39] {
      var broken = row
      broken[place] = .nan
      #expect(argmax(Matrix(broken, rows: 1, columns: 40)) == [33])
    }
  }

  /// Pearson's statistic of 40,000 draws against the softmax; with `k` cells it exceeds
  /// `k - 1 + 5 sqrt(2 (k - 1))` less than once in a million (five deviations).
  @Test(arguments: [5, 16, 37], [0.5, 1, 2] as [Float])
  func `draws have the frequencies of the softmax at the temperature`(
    columns: Int, temperature: Float
  ) {
    var numbers = TestNumbers(seed: UInt64(columns) * 10 + UInt64(temperature * 2))
    let row = numbers.floats(columns, scale: 1.5)
    let draws = 40_000
    let x = Matrix(rows: 1000, columns: columns)
    for index in 0..<1000 {
      copy(Matrix(row, rows: 1, columns: columns), to: x.rows(index..<index + 1))
    }
    var counts = [Double](repeating: 0, count: columns)
    for _ in 0..<draws / 1000 {
      let uniforms = (0..<1000).map { _ in numbers.uniform() }
      for draw in sample(x, temperature: temperature, uniforms: uniforms).draws {
        counts[Int(draw.token)] += 1
      }
    }
    let weights = row.map { exp(Double($0) / Double(temperature)) }
    let total = weights.reduce(0, +)
    let statistic = zip(counts, weights).reduce(0.0) { sum, pair in
      let expected = Double(draws) * pair.1 / total
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    let freedom = Double(columns - 1)
    #expect(statistic < freedom + 5 * (2 * freedom).squareRoot())
  }

  @Test func `a draw between two roundings of a sum is not what the policy all but excludes`() {
    // Of 1 and 15 times 0.76 * 2^-23, the sum in pairs of float32 is 0.6 * 2^-23 above the exact one.
    let row = [0] + [Float](repeating: -16.2168, count: 15) + [-80]
    let draw = sample(
      Matrix(row, rows: 1, columns: 17), temperature: 1, uniforms: [1 - 0x1p-40]
    ).draws[0]
    #expect(draw.token < 16)
    #expect(draw.logProb > -17)
  }

  @Test func `a draw reports what scoring the token gives`() {
    var numbers = TestNumbers(seed: 4)
    let x = Matrix(numbers.floats(50 * 70, scale: 4), rows: 50, columns: 70)
    let draws = sample(
      x, temperature: 0.7, uniforms: (0..<50).map { _ in numbers.uniform() }
    ).draws
    let scored = logSoftmax(x, targets: draws.map(\.token), temperature: 0.7)
    #expect(draws.map(\.logProb) == scored.logProbs)
    #expect(draws.map(\.entropy) == scored.entropies)
  }

  @Test(arguments: [2, 16, 40])
  func `the ends of the unit interval draw the ends of the vocabulary`(columns: Int) {
    let x = Matrix([Float](repeating: 1, count: 2 * columns), rows: 2, columns: columns)
    let draws = sample(x, temperature: 1, uniforms: [0, 1 - 0x1p-53]).draws
    #expect(draws[0].token == 0)
    #expect(Int(draws[1].token) == columns - 1)
  }

  @Test func `what has no chance is not drawn`() {
    let row: [Float] = [-1e30, 2, -1e30, 2, -1e30]
    var numbers = TestNumbers(seed: 8)
    for _ in 0..<1000 {
      let draw = sample(
        Matrix(row, rows: 1, columns: 5), temperature: 1, uniforms: [numbers.uniform()]
      ).draws[0]
      #expect([1, 3].contains(draw.token))
      #expect(abs(draw.logProb + Float(log(2.0))) < 1e-6)
    }
  }
}
