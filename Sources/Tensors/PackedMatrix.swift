import CKernels

/// A weight matrix `[out, in]` laid out once for many products with few rows.
///
/// It is a copy: it does not follow the weights that it was made from.
@safe package final class PackedMatrix {
  /// Rows of the matrix, columns of its products.
  package let rows: Int
  package let columns: Int
  package let precision: ProductPrecision
  /// Panels as `hone_pack` or `hone_pack_int8` lays them out, in whole values.
  private let panels: FloatBuffer

  /// Packs a matrix.
  ///
  /// - Parameters:
  ///   - weights: `[out, in]`.
  ///   - isTurned: Whether its transpose is packed, `[in, out]`, for products with gradients of the
  ///     outputs.
  ///   - precision: Of the products.
  ///   - pool: Where memory is from; nil for its own.
  package init(
    _ weights: Matrix, turned isTurned: Bool = false, as precision: ProductPrecision = .float32,
    from pool: MemoryPool? = nil
  ) {
    (rows, columns) = isTurned ? (weights.columns, weights.rows) : (weights.rows, weights.columns)
    self.precision = precision
    let count = (Self.bytes(rows: rows, columns: columns, as: precision) + 3) / 4
    panels = FloatBuffer(count: count, from: pool)
    let (n, k, transposed) = (Int32(rows), Int32(columns), Int32(isTurned ? 0 : 1))
    switch precision {
    case .float32:
      unsafe hone_pack(transposed, n, k, weights.base, Int32(weights.stride), panels.base)
    case .int8:
      unsafe UnsafeMutableRawPointer(panels.base).withMemoryRebound(
        to: UInt8.self, capacity: 4 * panels.count
      ) { unsafe hone_pack_int8(transposed, n, k, weights.base, Int32(weights.stride), $0) }
    }
  }

  /// Bytes that a matrix takes when it is packed.
  package static func bytes(rows: Int, columns: Int, as precision: ProductPrecision) -> Int {
    let (n, k) = (Int32(rows), Int32(columns))
    return switch precision {
    case .float32: 4 * hone_packed_size(n, k)
    case .int8: hone_packed_int8_size(n, k)
    }
  }

  func multiply(_ a: Matrix, into c: Matrix, keep: Bool) {
    let (m, n, k) = (Int32(a.rows), Int32(rows), Int32(columns))
    switch precision {
    case .float32:
      unsafe hone_matmul_packed(
        m, n, k, a.base, Int32(a.stride), panels.base, keep ? 1 : 0, c.base, Int32(c.stride))
    case .int8:
      unsafe UnsafeRawPointer(panels.base).withMemoryRebound(
        to: UInt8.self, capacity: 4 * panels.count
      ) { panels in
        unsafe hone_matmul_packed_int8(
          m, n, k, a.base, Int32(a.stride), panels, keep ? 1 : 0, c.base, Int32(c.stride))
      }
    }
  }
}

/// Writes `a bᵀ`, or `c + a bᵀ`, into `c`: inputs times a packed weight matrix.
///
/// - Parameters:
///   - a: `[rows, in]`.
///   - b: `[out, in]`.
///   - c: `[rows, out]`; overwritten, or added to where `keep` is true.
///   - keep: Whether the values that were there are added to.
package func multiply(_ a: Matrix, transposed b: PackedMatrix, into c: Matrix, keep: Bool = false) {
  checkProduct(a, rows: b.rows, columns: b.columns, c)
  let span = KernelProfile.product("a bᵀ", a.columns, b.rows, rows: a.rows, as: b.precision)
  defer { span.end() }
  b.multiply(a, into: c, keep: keep)
}
