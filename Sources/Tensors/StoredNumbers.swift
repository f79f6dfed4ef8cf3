import CKernels

/// A format of numbers in model files.
///
/// Raw values are the names that safetensors and GGUF share.
package enum StoredNumbers: String, CaseIterable, Codable, Sendable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case q80 = "Q8_0"
  case q40 = "Q4_0"
  case q41 = "Q4_1"
  case q50 = "Q5_0"
  case q51 = "Q5_1"
  case q4K = "Q4_K"
  case q5K = "Q5_K"
  case q6K = "Q6_K"

  /// Values in one block.
  package var blockValues: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q80, .q40, .q41, .q50, .q51: 32
    case .q4K, .q5K, .q6K: 256
    }
  }

  /// Bytes of one block.
  package var blockBytes: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q80: 34
    case .q40: 18
    case .q41: 20
    case .q50: 22
    case .q51: 24
    case .q4K: 144
    case .q5K: 176
    case .q6K: 210
    }
  }

  /// Bytes of `count` values, or `nil` where these are no whole blocks or too many to count.
  package func bytes(ofValues count: Int) -> Int? {
    guard count >= 0, count.isMultiple(of: blockValues) else { return nil }
    let (bytes, overflow) = (count / blockValues).multipliedReportingOverflow(by: blockBytes)
    return overflow ? nil : bytes
  }

  /// Turns stored bytes into float32.
  ///
  /// - Parameters:
  ///   - source: Whole blocks, little-endian, at any alignment.
  ///   - buffer: Where the values go; overwritten from `offset` on.
  ///   - offset: Position of the first value in `buffer`.
  ///   - count: Number of values.
  /// - Precondition: `source` holds exactly the bytes of `count` values, and `buffer` has room.
  package func read(
    _ source: RawSpan, into buffer: FloatBuffer, at offset: Int, count: Int
  ) {
    precondition(
      bytes(ofValues: count) == source.byteCount && offset >= 0 && count <= buffer.count - offset,
      "\(source.byteCount) bytes as \(count) \(rawValue) at \(offset) of \(buffer.count) values")
    guard count > 0 else { return }
    unsafe source.withUnsafeBytes { source in
      guard let bytes = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return
      }
      let values = unsafe buffer.base + offset
      let blocks = count / blockValues
      switch self {
      case .f32:
        unsafe UnsafeMutableRawPointer(values).copyMemory(from: bytes, byteCount: source.count)
      case .f16: unsafe hone_from_f16(bytes, values, blocks)
      case .bf16: unsafe hone_from_bf16(bytes, values, blocks)
      case .q80: unsafe hone_from_q8_0(bytes, values, blocks)
      case .q40: unsafe hone_from_q4_0(bytes, values, blocks)
      case .q41: unsafe hone_from_q4_1(bytes, values, blocks)
      case .q50: unsafe hone_from_q5_0(bytes, values, blocks)
      case .q51: unsafe hone_from_q5_1(bytes, values, blocks)
      case .q4K: unsafe hone_from_q4_k(bytes, values, blocks)
      case .q5K: unsafe hone_from_q5_k(bytes, values, blocks)
      case .q6K: unsafe hone_from_q6_k(bytes, values, blocks)
      }
    }
  }
}
