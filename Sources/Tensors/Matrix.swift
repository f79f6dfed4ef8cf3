import CKernels

/// A view of rows in a ``FloatBuffer``: row `i` starts at `offset + i * stride`.
///
/// Views of one buffer may overlap; a kernel says which of its arguments it overwrites.
package struct Matrix {
  package let buffer: FloatBuffer
  package let offset: Int
  package let rows: Int
  package let columns: Int
  /// Distance between the starts of two rows, in values; at least `columns`.
  package let stride: Int

  /// A view of `buffer`, which must hold all of it.
  package init(_ buffer: FloatBuffer, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil)
  {
    let stride = stride ?? columns
    precondition(
      rows >= 0 && columns >= 0 && offset >= 0 && stride >= columns
        && (rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count),
      "[\(rows), \(columns)] by \(stride) at \(offset) of \(buffer.count) values")
    (self.buffer, self.offset, self.rows, self.columns, self.stride) =
      (buffer, offset, rows, columns, stride)
  }

  /// Zeros of its own.
  package init(rows: Int, columns: Int) {
    self.init(FloatBuffer(count: rows * columns), rows: rows, columns: columns)
  }

  /// Room from `pool`, with whatever values were there.
  package init(rows: Int, columns: Int, from pool: MemoryPool) {
    self.init(FloatBuffer(count: rows * columns, from: pool), rows: rows, columns: columns)
  }

  /// A copy of `values`, row by row.
  package init(_ values: [Float], rows: Int, columns: Int) {
    precondition(values.count == rows * columns, "\(values.count) values for [\(rows), \(columns)]")
    self.init(FloatBuffer(values), rows: rows, columns: columns)
  }

  /// Number of values seen.
  package var count: Int { rows * columns }
  /// Whether the rows lie one behind the other without gaps.
  package var isContiguous: Bool { stride == columns || rows <= 1 }

  /// The rows in `range`.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      buffer, offset: offset + range.lowerBound * stride, rows: range.count, columns: columns,
      stride: stride)
  }

  /// The columns in `range`.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(
      buffer, offset: offset + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The value at a row and a column, checked.
  package subscript(row: Int, column: Int) -> Float {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return buffer[offset + row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      buffer[offset + row * stride + column] = newValue
    }
  }

  /// A copy of the values, row by row.
  package var array: [Float] {
    (0..<rows).flatMap { row in (0..<columns).map { self[row, $0] } }
  }

  /// First value; valid as long as the buffer lives.
  @unsafe var base: UnsafeMutablePointer<Float> { unsafe buffer.base + offset }
}
