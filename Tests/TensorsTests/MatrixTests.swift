import Tensors
import Testing

@Suite struct MatrixTests {
  @Test func `a view of columns sees its part of each row`() {
    let matrix = Matrix([1, 2, 3, 4, 5, 6], rows: 2, columns: 3)
    #expect(matrix.columns(1..<3).array == [2, 3, 5, 6])
  }
}
