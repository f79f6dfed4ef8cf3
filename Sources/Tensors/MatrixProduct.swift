import CKernels

/// Writes `a bᵀ`, or `c + a bᵀ`, into `c`: inputs times a weight matrix.
///
/// - Parameters:
///   - a: `[rows, in]`.
///   - b: `[out, in]`, as checkpoints store weights.
///   - c: `[rows, out]`; overwritten, or added to where `keep` is true.
///   - keep: Whether the values that were there are added to.
package func multiply(_ a: Matrix, transposed b: Matrix, into c: Matrix, keep: Bool = false) {
  checkProduct(a, rows: b.rows, columns: b.columns, c)
  let span = KernelProfile.product("a bᵀ", a.columns, b.rows, rows: a.rows)
  defer { span.end() }
  unsafe hone_matmul(
    0, 1, Int32(a.rows), Int32(b.rows), Int32(a.columns), a.base, Int32(a.stride), b.base,
    Int32(b.stride), keep ? 1 : 0, c.base, Int32(c.stride))
}

/// Writes `a b`, or `c + a b`, into `c`: gradients of outputs times a weight matrix.
///
/// - Parameters:
///   - a: `[rows, out]`.
///   - b: `[out, in]`.
///   - c: `[rows, in]`; overwritten, or added to where `keep` is true.
///   - keep: Whether the values that were there are added to.
package func multiply(_ a: Matrix, _ b: Matrix, into c: Matrix, keep: Bool = false) {
  precondition(
    a.columns == b.rows && c.rows == a.rows && c.columns == b.columns,
    "[\(a.rows), \(a.columns)] x [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  let span = KernelProfile.product("a b", a.columns, b.columns, rows: a.rows)
  defer { span.end() }
  unsafe hone_matmul(
    0, 0, Int32(a.rows), Int32(b.columns), Int32(a.columns), a.base, Int32(a.stride), b.base,
    Int32(b.stride), keep ? 1 : 0, c.base, Int32(c.stride))
}

/// Writes `c + aᵀ b`, or `aᵀ b`, into `c`: the gradient of a weight matrix.
///
/// - Parameters:
///   - a: `[rows, out]`, gradients of the outputs.
///   - b: `[rows, in]`, the inputs.
///   - c: `[out, in]`; added to, or overwritten where `keep` is false.
///   - keep: Whether the values that were there are added to.
package func multiply(transposed a: Matrix, _ b: Matrix, into c: Matrix, keep: Bool = true) {
  precondition(
    a.rows == b.rows && c.rows == a.columns && c.columns == b.columns,
    "[\(a.rows), \(a.columns)]ᵀ x [\(b.rows), \(b.columns)] into [\(c.rows), \(c.columns)]")
  let span = KernelProfile.product("aᵀ b", a.columns, b.columns, rows: a.rows)
  defer { span.end() }
  unsafe hone_matmul(
    1, 0, Int32(a.columns), Int32(b.columns), Int32(a.rows), a.base, Int32(a.stride), b.base,
    Int32(b.stride), keep ? 1 : 0, c.base, Int32(c.stride))
}

/// Holds `a bᵀ` to its shapes, with `b` of `rows` and `columns`, packed or not.
func checkProduct(_ a: Matrix, rows: Int, columns: Int, _ c: Matrix) {
  precondition(
    a.columns == columns && c.rows == a.rows && c.columns == rows,
    "[\(a.rows), \(a.columns)] x [\(rows), \(columns)]ᵀ into [\(c.rows), \(c.columns)]")
}
