import Tensors
import Testing

@Suite struct MatrixTests {
  @Test func `a view of columns sees its part of each row`() {
    let matrix = Matrix([1, 2, 3, 4, 5, 6], rows: 2, columns: 3)
    #expect(matrix.columns(1..<3).array == [2, 3, 5, 6])
  }

  @Test func `memory that cannot be had is told before the process ends`() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { _ = FloatBuffer(count: 1 << 50) }
    let told = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(told.contains("hone: out of memory: the system has no 4503599627370496 bytes more"))
  }
}
