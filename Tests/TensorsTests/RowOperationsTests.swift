import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Norms, rotations, gates and sums over rows, against the formula in double precision and, for the
/// backward passes, against difference quotients.
@Suite struct RowOperationsTests {
  /// Rows of `heads` vectors of `width` values.
  ///
  /// Widths are apart from multiples of 16, of which the kernels make lanes; 300 rows of 69 are more
  /// than one tile.
  struct Size: CustomTestStringConvertible, Sendable {
    let rows: Int
    let heads: Int
    let width: Int
    var columns: Int { heads * width }
    var testDescription: String { "\(rows) x \(heads) x \(width)" }
  }

  static let sizes = [
    Size(rows: 1, heads: 1, width: 1), Size(rows: 1, heads: 1, width: 16),
    Size(rows: 3, heads: 2, width: 18), Size(rows: 5, heads: 3, width: 7),
    Size(rows: 2, heads: 1, width: 33), Size(rows: 300, heads: 3, width: 23),
  ]

  static let small = sizes.filter { $0.rows * $0.columns < 150 }

  private func random(_ count: Int, _ seed: UInt64) -> [Float] {
    var numbers = TestNumbers(seed: seed)
    return numbers.floats(count)
  }

  /// A matrix with `margin` other values at the end of each row.
  private func strided(_ values: [Float], rows: Int, margin: Int = 3) -> Matrix {
    let columns = values.count / max(rows, 1)
    let x = Matrix(rows: rows, columns: columns + margin).columns(0..<columns)
    copy(Matrix(values, rows: rows, columns: columns), to: x)
    return x
  }

  // MARK: - Norm

  private func norm(
    _ x: [Float], gain: [Float], _ size: Size, epsilon: Double
  ) -> [Double] {
    stride(from: 0, to: x.count, by: size.width).flatMap { start -> [Double] in
      let vector = x[start..<start + size.width].map(Double.init)
      let mean = vector.reduce(0) { $0 + $1 * $1 } / Double(size.width)
      return zip(vector, gain).map { $0 / (mean + epsilon).squareRoot() * Double($1) }
    }
  }

  @Test(arguments: sizes)
  func `a norm divides by the root of the mean square`(size: Size) {
    let values = random(size.rows * size.columns, 1)
    let gain = random(size.width, 2)
    let x = strided(values, rows: size.rows)
    let y = strided(values.map { _ in .nan }, rows: size.rows, margin: 5)
    let inverse = Matrix(rows: size.rows, columns: size.heads)
    rmsNorm(
      x, gain: Matrix(gain, rows: 1, columns: size.width), epsilon: 1e-5, into: y, inverse: inverse)
    let expected = norm(values, gain: gain, size, epsilon: 1e-5).map { Float($0) }
    expectClose(y.array, expected, .accumulated(terms: size.width))
    rmsNorm(
      x, gain: Matrix(gain, rows: 1, columns: size.width), epsilon: 1e-5, into: x, inverse: inverse)
    #expect(x.array == y.array, "in place")
  }

  @Test func `a row of zeros stays finite`() {
    let (y, inverse) = (Matrix(rows: 1, columns: 20), Matrix(rows: 1, columns: 1))
    rmsNorm(
      Matrix(rows: 1, columns: 20), gain: Matrix(random(20, 1), rows: 1, columns: 20),
      epsilon: 1e-5, into: y, inverse: inverse)
    #expect(y.array.allSatisfy { $0 == 0 })
    #expect(abs(inverse[0, 0] - 1 / Float(1e-5).squareRoot()) < 1e-3)
  }

  @Test(arguments: small)
  func `the gradient of a norm is its difference quotient`(size: Size) {
    let values = random(size.rows * size.columns, 3)
    let (gain, slopes) = (random(size.width, 4), random(size.rows * size.columns, 5))
    func loss(_ x: [Float], _ gain: [Float]) -> Double {
      zip(norm(x, gain: gain, size, epsilon: 0.1), slopes).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let x = strided(values, rows: size.rows)
    let gainMatrix = Matrix(gain, rows: 1, columns: size.width)
    let (y, inverse) = (
      Matrix(rows: size.rows, columns: size.columns), Matrix(rows: size.rows, columns: size.heads)
    )
    rmsNorm(x, gain: gainMatrix, epsilon: 0.1, into: y, inverse: inverse)
    let dx = strided(slopes.map { _ in 1 }, rows: size.rows, margin: 1)
    let dGain = Matrix([Float](repeating: 2, count: size.width), rows: 1, columns: size.width)
    let dy = strided(slopes, rows: size.rows)
    rmsNormBackward(dy, x: x, gain: gainMatrix, inverse: inverse, into: dx, dGain: dGain)
    expectGradient(dx.array.map { $0 - 1 }, of: { loss($0, gain) }, at: values)
    expectGradient(dGain.array.map { $0 - 2 }, of: { loss(values, $0) }, at: gain)
    rmsNormBackward(
      dy, x: x, gain: gainMatrix, inverse: inverse, into: dy,
      dGain: Matrix(rows: 1, columns: size.width), overwrite: true)
    expectClose(dy.array, dx.array.map { $0 - 1 }, .accumulated(terms: 16), "overwritten")
  }

  // MARK: - Rotation

  @Test(arguments: sizes.filter { $0.width % 2 == 0 } + [Size(rows: 4, heads: 3, width: 34)])
  func `a rotation turns each pair by its angle, and back`(size: Size) {
    let values = random(size.rows * size.columns, 6)
    let frequencies = (0..<size.width / 2).map { 1 / Double($0 + 1) }
    let table = RotaryTable(frequencies: frequencies, positions: 40)
    let positions = (0..<size.rows).map { Int32(($0 * 7 + 3) % 40) }
    let x = strided(values, rows: size.rows)
    rotate(x, positions: positions, table: table)
    let half = size.width / 2
    let expected = (0..<values.count).map { index -> Float in
      let (row, inner) = (index / size.columns, index % size.width)
      let angle = Double(positions[row]) * frequencies[inner % half]
      let (c, s) = (cos(angle), sin(angle))
      let (own, partner) = (
        Double(values[index]), Double(values[inner < half ? index + half : index - half])
      )
      return Float(inner < half ? own * c - partner * s : own * c + partner * s)
    }
    expectClose(x.array, expected, .elementwise)
    rotate(x, positions: positions, table: table, backward: true)
    expectClose(x.array, values, .elementwise)
  }

  // MARK: - Gate

  private func gate(_ gateUp: [Float], rows: Int) -> [Double] {
    let width = gateUp.count / rows / 2
    return (0..<rows * width).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: width)
      let g = Double(gateUp[row * 2 * width + column])
      return g / (1 + exp(-g)) * Double(gateUp[row * 2 * width + width + column])
    }
  }

  @Test(arguments: [(1, 1), (3, 17), (700, 19)])
  func `a gated unit is silu times up`(rows: Int, width: Int) {
    // Also where the logistic function is all but 0 or 1.
    let values = random(rows * 2 * width, 7).enumerated().map { $1 * ($0 % 5 == 0 ? 60 : 4) }
    let y = Matrix(rows: rows, columns: width)
    gatedUnit(Matrix(values, rows: rows, columns: 2 * width), into: y)
    let expected = gate(values, rows: rows)
    for (value, right) in zip(y.array, expected) {
      #expect(abs(Double(value) - right) <= 1e-6 * abs(right) + 1e-30)
    }
  }

  @Test(arguments: [(1, 1), (3, 17)])
  func `the gradient of a gated unit is its difference quotient`(rows: Int, width: Int) {
    let values = random(rows * 2 * width, 8).map { $0 * 3 }
    let slopes = random(rows * width, 9)
    let gateUp = Matrix(values, rows: rows, columns: 2 * width)
    let (forward, again) = (Matrix(rows: rows, columns: width), Matrix(rows: rows, columns: width))
    gatedUnit(gateUp, into: forward)
    gatedUnitBackward(Matrix(slopes, rows: rows, columns: width), gateUp: gateUp, output: again)
    expectClose(again.array, forward.array, .elementwise, "made again")
    expectGradient(
      gateUp.array,
      of: { zip(gate($0, rows: rows), slopes).reduce(0) { $0 + $1.0 * Double($1.1) } }, at: values)
  }

  // MARK: - Sums and copies

  @Test(arguments: sizes)
  func `rows are added, summed, gathered and scattered`(size: Size) {
    let (values, row) = (random(size.rows * size.columns, 10), random(size.columns, 11))
    let x = strided(values, rows: size.rows)
    let sums = Matrix(row, rows: 1, columns: size.columns)
    sumRows(x, into: sums)
    expectClose(
      sums.array,
      row.indices.map { column in
        Float(
          (0..<size.rows).reduce(Double(row[column])) {
            $0 + Double(values[$1 * size.columns + column])
          })
      }, .accumulated(terms: size.rows), "sums")
    addRow(Matrix(row, rows: 1, columns: size.columns), to: x)
    #expect(x.array == values.indices.map { values[$0] + row[$0 % size.columns] })
    let indices = (0..<7).map { Int32($0 * $0 % size.rows) }
    let gathered = Matrix(rows: 7, columns: size.columns)
    gather(indices, of: Matrix(values, rows: size.rows, columns: size.columns), into: gathered)
    #expect(
      gathered.array
        == indices.flatMap { values[Int($0) * size.columns..<(Int($0) + 1) * size.columns] })
    // 0, 1, 4, 9 … fall on a row more than once.
    let table = Matrix(values, rows: size.rows, columns: size.columns)
    scatterAdd(gathered, to: indices, of: table)
    var expected = values
    for (index, target) in indices.enumerated() {
      for column in 0..<size.columns {
        expected[Int(target) * size.columns + column] +=
          gathered[index, column]
      }
    }
    #expect(table.array == expected)
  }

  @Test func `clearing a view leaves its neighbours`() {
    let x = Matrix([1, 2, 3, 4, 5, 6], rows: 2, columns: 3)
    clear(x.columns(1..<2))
    #expect(x.array == [1, 0, 3, 4, 0, 6])
  }
}
