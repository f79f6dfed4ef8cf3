import CKernels

/// Writes `a bᵀ`, or `c + a bᵀ`, into `c`: inputs times a weight matrix.
///
/// - Parameters:
///   - a: `[rows, in]`.
///   - b: `[out, in]`, as checkpoints store weights.
///   - c: `[rows, out]`; overwritten, or added to where `keep` is true.
///   - keep: Whether the values that were there are added to.
///   - precision: Of the terms.
package func multiply(
  _ a: Matrix, transposed b: Matrix, into c: Matrix, keep: Bool = false,
  as precision: ProductPrecision = .float32
) {
  checkProduct(a, rows: b.rows, columns: b.columns, c)
  let span = KernelProfile.product("a bᵀ", a.columns, b.rows, rows: a.rows, as: precision)
  defer { span.end() }
  multiply(a, b, transposed: (false, true), terms: a.columns, into: c, keep: keep, as: precision)
}

/// Writes `a b`, or `c + a b`, into `c`: gradients of outputs times a weight matrix.
///
/// - Parameters:
///   - a: `[rows, out]`.
///   - b: `[out, in]`.
///   - c: `[rows, in]`; overwritten, or added to where `keep` is true.
///   - keep: Whether the values that were there are added to.
///   - precision: Of the terms.
package func multiply(
  _ a: Matrix, _ b: Matrix, into c: Matrix, keep: Bool = false,
  as precision: ProductPrecision = .float32
) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
    "[\(a.rows), \(a.columns)] x [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  let span = KernelProfile.product("a b", a.columns, b.columns, rows: a.rows, as: precision)
  defer { span.end() }
  multiply(a, b, transposed: (false, false), terms: a.columns, into: c, keep: keep, as: precision)
}

/// Writes `c + aᵀ b`, or `aᵀ b`, into `c`: the gradient of a weight matrix.
///
/// - Parameters:
///   - a: `[rows, out]`, gradients of the outputs.
///   - b: `[rows, in]`, the inputs.
///   - c: `[out, in]`; added to, or overwritten where `keep` is false.
///   - keep: Whether the values that were there are added to.
///   - precision: Of the terms.
package func multiply(
  transposed a: Matrix, _ b: Matrix, into c: Matrix, keep: Bool = true,
  as precision: ProductPrecision = .float32
) {
  precondition(
    a.rows == b.rows && c.rows == a.columns && c.columns == b.columns,
    "[\(a.rows), \(a.columns)]ᵀ x [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  let span = KernelProfile.product("aᵀ b", a.columns, b.columns, rows: a.rows, as: precision)
  defer { span.end() }
  multiply(a, b, transposed: (true, false), terms: a.rows, into: c, keep: keep, as: precision)
}

/// Holds `a bᵀ` to its shapes, with `b` of `rows` and `columns`, packed or not.
func checkProduct(_ a: Matrix, rows: Int, columns: Int, _ c: Matrix) {
  precondition(
    a.columns == columns && c.rows == a.rows && c.columns == rows,
    "[\(a.rows), \(a.columns)] x [\(rows), \(columns)]ᵀ into [\(c.rows), \(c.columns)]")
}

/// The product of two matrices of which each may be transposed, over `terms` terms.
private func multiply(
  _ a: Matrix, _ b: Matrix, transposed: (a: Bool, b: Bool), terms: Int, into c: Matrix, keep: Bool,
  as precision: ProductPrecision
) {
  let (m, n, k) = (Int32(c.rows), Int32(c.columns), Int32(terms))
  let (ta, tb, kept) = (
    Int32(transposed.a ? 1 : 0), Int32(transposed.b ? 1 : 0), Int32(keep ? 1 : 0)
  )
  let (lda, ldb, ldc) = (Int32(a.stride), Int32(b.stride), Int32(c.stride))
  switch precision {
  case .float32: unsafe hone_matmul(ta, tb, m, n, k, a.base, lda, b.base, ldb, kept, c.base, ldc)
  case .int8: unsafe hone_matmul_int8(ta, tb, m, n, k, a.base, lda, b.base, ldb, kept, c.base, ldc)
  }
}
