import CKernels

/// The pool of threads that all numerical work runs on.
package enum Workers {
  /// Threads that compute, the caller included; by default as many as the machine has cores.
  ///
  /// No result depends on it: each sum is added in an order of its own.
  package static var count: Int {
    get { Int(hone_workers()) }
    set { hone_set_workers(Int32(clamping: newValue)) }
  }

  /// The kernels of matrix products that this processor gets: `avx512`, `avx2` or `portable`.
  package static var kernels: String { unsafe String(cString: hone_product_kernels()) }

  /// Whether this processor multiplies bytes, so that products in eight bits are fast.
  package static var multipliesBytes: Bool { hone_multiplies_bytes() != 0 }
}

/// Runs `body` for each tile of `0..<tiles`, spread over the pool, and waits for all.
///
/// Tiles must not touch the same values. A profile has the time under the caller's name.
package func inParallel(
  _ tiles: Int, file: StaticString = #fileID, function: StaticString = #function,
  _ body: (Int) -> Void
) {
  let span = KernelProfile.begin(KernelProfile.name(file, function))
  defer { span.end() }
  guard tiles > 1 else {
    if tiles == 1 { body(0) }
    return
  }
  withoutActuallyEscaping(body) { body in
    var body = body
    unsafe withUnsafeMutablePointer(to: &body) { pointer in
      unsafe hone_parallel(
        Int32(tiles),
        { context, tile in
          guard let context = unsafe context else { return }
          unsafe context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(tile))
        }, pointer)
    }
  }
}

/// Runs `body` for ranges of rows that hold about 16,384 values each, spread over the pool.
func forRows(
  _ rows: Int, columns: Int, file: StaticString = #fileID, function: StaticString = #function,
  _ body: (Range<Int>) -> Void
) {
  let size = max(1, 16384 / max(columns, 1))
  inParallel((rows + size - 1) / size, file: file, function: function) { tile in
    body(tile * size..<min(rows, (tile + 1) * size))
  }
}
