import CKernels

/// A block of float32 values with an identity, aligned for vector loads.
///
/// A buffer is shared by the views that are cut from it (``Matrix``), as the parameters of a
/// transformer share one block of memory. It is not `Sendable`: who computes owns it.
@safe package final class FloatBuffer {
  /// Number of values.
  package let count: Int
  /// First value; valid for `count` values as long as the buffer lives.
  let base: UnsafeMutablePointer<Float>
  /// Where the memory goes back to; nil for memory of its own.
  private let pool: MemoryPool?

  /// Allocates `count` zeros.
  package init(count: Int) {
    (self.count, pool) = (count, nil)
    unsafe base = Self.allocate(count)
  }

  /// Takes room for `count` values from `pool`, where there is one, and gives it back at its end.
  ///
  /// The values are whatever was there.
  package init(count: Int, from pool: MemoryPool?) {
    self.count = count
    if let pool, let block = unsafe pool.take(count) {
      self.pool = pool
      unsafe base = block
    } else {
      self.pool = nil
      unsafe base = Self.allocate(count)
    }
  }

  /// Takes room for `count` zeros from `pool`.
  ///
  /// Those of `late` get memory only where they are written, huge page by huge page: it is another's
  /// until then, at the cost of the system's clearing it.
  package convenience init(zeros count: Int, from pool: MemoryPool, late: Range<Int> = 0..<0) {
    precondition(late.lowerBound >= 0 && late.upperBound <= count, "\(late) of \(count) values")
    self.init(count: count, from: pool)
    let cleared = unsafe self.pool?.clear(base, late) ?? 0..<0
    clear(0..<cleared.lowerBound)
    clear(cleared.upperBound..<count)
  }

  /// Copies `values`.
  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { unsafe base[index] = value }
  }

  deinit {
    if let pool { unsafe pool.giveBack(base) } else { unsafe hone_release(base) }
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    precondition(count >= 0, "a buffer of \(count) values")
    guard let memory = unsafe hone_allocate(max(count, 1) * MemoryLayout<Float>.stride) else {
      preconditionFailure("out of memory: \(count) float32 values")
    }
    return unsafe memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// The value at `index`, checked.
  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count) values")
      return unsafe base[index]
    }
    set {
      precondition(index >= 0 && index < count, "index \(index) of \(count) values")
      unsafe base[index] = newValue
    }
  }

  /// A copy of all values.
  package var array: [Float] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// A copy of the bytes of `range`, as they lie in memory.
  package func bytes(of range: Range<Int>) -> [UInt8] {
    unsafe withBytes(of: range) { unsafe Array($0) }
  }

  /// Gives `body` the raw bytes of `range`, for a file to fill or to write.
  package func withBytes<R, E: Error>(
    of range: Range<Int>, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) values")
    return try unsafe body(
      UnsafeMutableRawBufferPointer(
        start: base + range.lowerBound, count: range.count * MemoryLayout<Float>.stride))
  }
}
