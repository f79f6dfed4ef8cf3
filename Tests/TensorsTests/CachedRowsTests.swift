import Testing
import TestSupport

@testable import Tensors

@Suite struct CachedRowsTests {
  /// What a head of width 1 reads of a row: with one key the output is its value.
  private func values(_ cached: CachedRows) -> [Float] {
    let attention = SegmentedAttention(
      heads: cached.columns / 2, kvHeads: cached.columns / 2, width: 1)
    let output = Matrix(rows: cached.rows, columns: cached.columns / 2)
    attention.step(
      Matrix(rows: cached.rows, columns: cached.columns / 2), prompts: cached,
      promptRows: (0..<cached.rows).map { _ in 0..<0 }, completions: cached,
      completionRows: (0..<cached.rows).map { $0..<$0 + 1 }, into: output)
    return output.array
  }

  @Test(arguments: CachePrecision.allCases)
  func `rows lie where they were stored`(precision: CachePrecision) {
    let cached = CachedRows(rows: 5, columns: 6, precision: precision)
    let x = Matrix((0..<12).map { Float($0) }, rows: 2, columns: 6)
    cached.store(x, at: [4, 1])
    cached.store(x, from: 2)
    #expect(values(cached) == [0, 0, 0, 9, 10, 11, 3, 4, 5, 9, 10, 11, 3, 4, 5])
    // Every other column of a wider matrix.
    let wide = Matrix((0..<24).map { Float($0) }, rows: 2, columns: 12)
    cached.store(wide.columns(6..<12), from: 0)
    #expect(values(cached).prefix(6) == [9, 10, 11, 21, 22, 23])
  }

  @Test func `sixteen bits are the nearest ones, ties to even, and never infinite`() {
    let x: [Float] = [1 + 0x1p-11, 1 + 0x3p-11, 1 / 3, -2048.7, 1e6, -1e6, 6e-8, 1e-9, -0.0, 65504]
    let cached = CachedRows(rows: 1, columns: 2 * x.count, precision: .float16)
    cached.store(
      Matrix([Float](repeating: 0, count: x.count) + x, rows: 1, columns: 2 * x.count), from: 0)
    #expect(
      values(cached) == [1, 1.0019531, 0.33325195, -2048, 65504, -65504, 5.9604645e-8, 0, 0, 65504])
  }

  @Test func `sixteen bits take half the memory`() {
    #expect(CachePrecision.float32.bytes == 2 * CachePrecision.float16.bytes)
  }
}
