import CKernels

/// In what precision keys and values are kept while decoding.
package enum CachePrecision: String, Codable, CaseIterable, Sendable {
  case float32
  /// Rounded to 16 bits (IEEE binary16), each by itself; sums are float32 nevertheless.
  case float16

  /// Bytes of a value.
  package var bytes: Int { self == .float32 ? 4 : 2 }
}

/// Keys and values of tokens, a row each, that steps of decoding read.
@safe package final class CachedRows {
  package let rows: Int
  package let columns: Int
  package let precision: CachePrecision
  /// One value after the other, in whole floats.
  private let buffer: FloatBuffer

  /// Rows to be stored, in memory from `pool`, or of its own.
  package init(
    rows: Int, columns: Int, precision: CachePrecision = .float32, from pool: MemoryPool? = nil
  ) {
    (self.rows, self.columns, self.precision) = (rows, columns, precision)
    buffer = FloatBuffer(count: (rows * columns * precision.bytes + 3) / 4, from: pool)
  }

  /// Stores row `i` of `x` as row `indices[i]`; no row may be named twice.
  package func store(_ x: Matrix, at indices: [Int32]) {
    precondition(indices.count == x.rows && x.columns == columns)
    precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "an index beyond \(rows)")
    forRows(x.rows, columns: columns) { range in
      for row in range { unsafe store(x.base + row * x.stride, at: Int(indices[row])) }
    }
  }

  /// Stores the rows of `x` one behind the other, from row `first` on.
  package func store(_ x: Matrix, from first: Int) {
    precondition(x.columns == columns && first >= 0 && x.rows <= rows - first)
    forRows(x.rows, columns: columns) { range in
      for row in range { unsafe store(x.base + row * x.stride, at: first + row) }
    }
  }

  private func store(_ values: UnsafePointer<Float>, at row: Int) {
    switch precision {
    case .float32: unsafe (buffer.base + row * columns).update(from: values, count: columns)
    case .float16: unsafe hone_to_f16(values, columns, UnsafeMutableRawPointer(mutating: self[row]))
    }
  }

  /// The first value of a row, or what follows the last one; valid as long as the rows live.
  @unsafe subscript(row: Int) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(buffer.base) + row * columns * precision.bytes
  }
}
