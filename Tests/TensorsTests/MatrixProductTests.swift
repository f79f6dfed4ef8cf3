import Tensors
import TestSupport
import Testing

@Suite struct MatrixProductTests {
  /// Sizes of a product: `[rows, inner] x [inner, columns]`.
  struct Size: CustomTestStringConvertible, Sendable {
    let rows: Int
    let inner: Int
    let columns: Int
    var testDescription: String { "\(rows) x \(inner) x \(columns)" }
  }

  /// One row and column, odd sizes, and sizes that are cut into tiles: by columns at 15 x 129 x 523,
  /// by rows at 259 x 67 x 65, into four at 1030 x 33 x 47.
  static let sizes = [
    Size(rows: 1, inner: 1, columns: 1), Size(rows: 1, inner: 37, columns: 19),
    Size(rows: 17, inner: 1, columns: 3), Size(rows: 5, inner: 33, columns: 31),
    Size(rows: 15, inner: 129, columns: 523), Size(rows: 259, inner: 67, columns: 65),
    Size(rows: 1030, inner: 33, columns: 47), Size(rows: 7, inner: 65, columns: 1537),
  ]

  /// `[rows, columns]` of random numbers, as columns `2..<2 + columns` of something wider.
  private func view(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = TestNumbers(seed: seed)
    return Matrix(numbers.floats(rows * (columns + 5)), rows: rows, columns: columns + 5)
      .columns(2..<2 + columns)
  }

  /// Expects products, summed in double precision the shortest way, at each position; at every 7th of
  /// large results, which is apart from all their widths and tiles.
  private func expectProducts(
    _ size: Size, in c: Matrix, keep: [Float]? = nil, _ a: (Int, Int) -> Float,
    _ b: (Int, Int) -> Float, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let values = c.array
    let positions = Array(stride(from: 0, to: values.count, by: values.count > 5000 ? 7 : 1))
    let expected = positions.map { position in
      let (row, column) = position.quotientAndRemainder(dividingBy: size.columns)
      let sum = (0..<size.inner).reduce(0.0) { $0 + Double(a(row, $1)) * Double(b($1, column)) }
      return Float(sum + Double(keep?[position] ?? 0))
    }
    expectClose(
      positions.map { values[$0] }, expected, .accumulated(terms: size.inner),
      keep == nil ? "keep 0" : "keep 1", sourceLocation: sourceLocation)
  }

  /// Rows of the arrays, so that the naive sums do not pay for checked views.
  private func rows(_ x: Matrix) -> [[Float]] { (0..<x.rows).map { x.rows($0..<$0 + 1).array } }

  @Test(arguments: sizes)
  func `inputs times a transposed weight are the sums of products`(size: Size) {
    let a = view(size.rows, size.inner, seed: 1)
    let b = view(size.columns, size.inner, seed: 2)
    let c = view(size.rows, size.columns, seed: 3)
    let (x, y, before) = (rows(a), rows(b), c.array)
    multiply(a, transposed: b, into: c, keep: true)
    expectProducts(size, in: c, keep: before, { x[$0][$1] }, { y[$1][$0] })
    multiply(a, transposed: b, into: c)
    expectProducts(size, in: c, { x[$0][$1] }, { y[$1][$0] })
  }

  @Test(arguments: sizes)
  func `gradients times a weight are the sums of products`(size: Size) {
    let a = view(size.rows, size.inner, seed: 4)
    let b = view(size.inner, size.columns, seed: 5)
    let c = view(size.rows, size.columns, seed: 6)
    let (x, y, before) = (rows(a), rows(b), c.array)
    multiply(a, b, into: c, keep: true)
    expectProducts(size, in: c, keep: before, { x[$0][$1] }, { y[$0][$1] })
  }

  @Test(arguments: sizes)
  func `the gradient of a weight is a sum over rows`(size: Size) {
    let a = view(size.inner, size.rows, seed: 7)
    let b = view(size.inner, size.columns, seed: 8)
    let c = view(size.rows, size.columns, seed: 9)
    let (x, y, before) = (rows(a), rows(b), c.array)
    multiply(transposed: a, b, into: c)
    expectProducts(size, in: c, keep: before, { x[$1][$0] }, { y[$0][$1] })
  }

  @Test(arguments: [1, 3, 40])
  func `what stood in an overwritten product does not matter`(rows: Int) {
    let a = view(rows, 40, seed: 1)
    let c = Matrix([Float](repeating: .nan, count: rows * 24), rows: rows, columns: 24)
    multiply(a, transposed: view(24, 40, seed: 2), into: c)
    #expect(c.array.allSatisfy { $0.isFinite })
    let d = Matrix([Float](repeating: .infinity, count: rows * 24), rows: rows, columns: 24)
    multiply(a, view(40, 24, seed: 2), into: d)
    #expect(d.array.allSatisfy { $0.isFinite })
  }

  @Test func `values beside a view are left alone`() {
    let wide = Matrix([Float](repeating: 7, count: 5 * 50), rows: 5, columns: 50)
    multiply(
      view(5, 33, seed: 1), transposed: view(19, 33, seed: 2), into: wide.columns(11..<30))
    #expect(wide.columns(0..<11).array.allSatisfy { $0 == 7 })
    #expect(wide.columns(30..<50).array.allSatisfy { $0 == 7 })
  }
}
