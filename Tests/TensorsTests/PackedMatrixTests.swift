import Tensors
import TestSupport
import Testing

@Suite struct PackedMatrixTests {
  /// Sizes of a product `[rows, inner] x [columns, inner]ᵀ`: whole and narrow panels, blocks of rows
  /// that are not full, and sums in more than one part.
  static let sizes = [
    [1, 1, 1], [1, 64, 48], [3, 100, 17], [8, 65, 96], [9, 33, 33], [13, 1100, 50], [70, 48, 300],
    [130, 129, 65],
  ]

  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = TestNumbers(seed: seed)
    return Matrix(numbers.floats(rows * columns), rows: rows, columns: columns)
  }

  @Test(arguments: sizes)
  func `a product with packed weights has the bits of one without`(size: [Int]) {
    let (x, weights) = (random(size[0], size[1], seed: 1), random(size[2], size[1], seed: 2))
    let packed = PackedMatrix(weights)
    for keep in [false, true] {
      let (a, b) = (random(size[0], size[2], seed: 3), random(size[0], size[2], seed: 3))
      multiply(x, transposed: weights, into: a, keep: keep)
      multiply(x, transposed: packed, into: b, keep: keep)
      #expect(a.array == b.array)
    }
  }

  @Test(arguments: sizes, ProductPrecision.allCases)
  func `a turned matrix makes the products of its transpose`(
    size: [Int], precision: ProductPrecision
  ) {
    let (x, weights) = (random(size[0], size[1], seed: 1), random(size[1], size[2], seed: 2))
    let packed = PackedMatrix(weights, turned: true, as: precision)
    let (a, b) = (
      Matrix(rows: size[0], columns: size[2]), Matrix(rows: size[0], columns: size[2])
    )
    multiply(x, weights, into: a, as: precision)
    multiply(x, transposed: packed, into: b)
    #expect(a.array == b.array)
  }

  @Test(arguments: [ProductPrecision.float32, .int8])
  func `a row's product does not depend on the rows beside it`(precision: ProductPrecision) {
    let x = random(70, 100, seed: 4)
    let packed = PackedMatrix(random(53, 100, seed: 5), as: precision)
    let all = Matrix(rows: 70, columns: 53)
    multiply(x, transposed: packed, into: all)
    for row in [0, 7, 8, 63, 69] {
      let alone = Matrix(rows: 1, columns: 53)
      multiply(x.rows(row..<row + 1), transposed: packed, into: alone)
      #expect(alone.array == all.rows(row..<row + 1).array, "row \(row)")
    }
  }

  @Test(arguments: sizes)
  func `weights of eight bits are those that rounding by groups gives`(size: [Int]) {
    let (x, weights) = (random(size[0], size[1], seed: 6), random(size[2], size[1], seed: 7))
    let product = random(size[0], size[2], seed: 8)
    let before = product.array
    multiply(x, transposed: PackedMatrix(weights, as: .int8), into: product, keep: true)
    let (rounded, roundedWeights) = (roundedByGroups(x), roundedByGroups(weights))
    let expected = (0..<size[0]).flatMap { row in
      (0..<size[2]).map { column in
        let sum = zip(rounded[row], roundedWeights[column]).reduce(0.0) { $0 + $1.0 * $1.1 }
        return Float(sum + Double(before[row * size[2] + column]))
      }
    }
    expectClose(product.array, expected, .accumulated(terms: size[1]), "rounded")
  }

  @Test func `rows of zeros and of tiny numbers have products of zero`() {
    let x = Matrix(rows: 2, columns: 70)
    for column in 0..<70 { x[1, column] = 1e-38 }
    let product = Matrix([Float](repeating: .nan, count: 2 * 20), rows: 2, columns: 20)
    multiply(x, transposed: PackedMatrix(random(20, 70, seed: 9), as: .int8), into: product)
    #expect(product.array.allSatisfy { $0 == 0 })
  }

  @Test func `what is no number makes its row no number in eight bits, and spares the others`() {
    let x = random(3, 128, seed: 10)
    let weights = random(20, 128, seed: 11)
    let packed = PackedMatrix(weights, as: .int8)
    let expected = Matrix(rows: 3, columns: 20)
    multiply(x, transposed: packed, into: expected)
    for (column, value) in [(5, Float.nan), (70, .infinity), (127, -.infinity)] {
      let kept = x[1, column]
      x[1, column] = value
      let product = Matrix(rows: 3, columns: 20)
      multiply(x, transposed: packed, into: product)
      x[1, column] = kept
      #expect(product.rows(1..<2).array.allSatisfy { $0.isNaN }, "\(value)")
      for row in [0, 2] {
        #expect(
          product.rows(row..<row + 1).array == expected.rows(row..<row + 1).array, "row \(row)")
      }
    }
  }

  @Test func `packed weights of eight bits take about a quarter of the memory`() {
    let whole = PackedMatrix.bytes(rows: 960, columns: 576, as: .float32)
    let rounded = PackedMatrix.bytes(rows: 960, columns: 576, as: .int8)
    #expect(whole == 960 * 576 * 4)
    #expect(rounded == 960 * 576 * 17 / 16)
  }

  /// The naive reference: each group of 64 of a row as whole multiples of its largest value / 127.
  private func roundedByGroups(_ x: Matrix) -> [[Double]] {
    (0..<x.rows).map { row in
      let values = x.rows(row..<row + 1).array
      return stride(from: 0, to: values.count, by: 64).flatMap { start -> [Double] in
        let group = values[start..<min(start + 64, values.count)]
        let largest = group.reduce(0) { max($0, abs($1)) }
        let inverse = 127 / largest
        return group.map {
          Double(($0 * inverse).rounded(.toNearestOrEven)) * Double(largest / 127)
        }
      }
    }
  }

  @Test func `eight bits on a processor that does not multiply bytes are told of`() {
    #expect(ProductPrecision.int8.notices(of: "weightPrecision", multipliesBytes: true) == [])
    let notices = ProductPrecision.int8.notices(of: "weightPrecision", multipliesBytes: false)
    #expect(notices.count == 1 && notices.allSatisfy { $0.contains("'float32'") })
    for answer in [false, true] {
      #expect(
        ProductPrecision.float32.notices(of: "weightPrecision", multipliesBytes: answer) == [])
    }
    // Bytes are multiplied by vectors of 512 bits.
    #expect(!Workers.multipliesBytes || Workers.kernels == "avx512")
  }
}
