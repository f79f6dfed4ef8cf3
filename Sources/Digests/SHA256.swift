import CDigests

/// The 256-bit secure hash of bytes that arrive in any number of pieces.
///
/// - SeeAlso: FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2.2.
package struct SHA256 {
  /// Eight words.
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Bytes of the block at hand; `[64]`, of which `filled` are there.
  private var block = [UInt8](repeating: 0, count: 64)
  private var filled = 0
  /// Bytes seen.
  private var length: UInt64 = 0

  package init() {}

  /// Takes in more bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    length += UInt64(bytes.count)
    var next = 0
    while next < bytes.count {
      if filled == 0, bytes.count - next >= 64 {
        let whole = (bytes.count - next) / 64 * 64
        compress(bytes.extracting(next..<next + whole))
        next += whole
      } else {
        append(bytes[next])
        next += 1
      }
    }
  }

  /// Takes in more bytes.
  package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// The hash of all bytes taken in, as 64 lower-case hexadecimal digits.
  package var hexadecimal: String {
    var last = self
    last.pad()
    let digits = Array("0123456789abcdef")
    var text = ""
    for word in last.state {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt32(shift)) & 15])
      }
    }
    return text
  }

  /// Hashes bytes that are there at once.
  package static func hexadecimal(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexadecimal
  }

  // MARK: - One block

  private mutating func append(_ byte: UInt8) {
    block[filled] = byte
    filled += 1
    if filled == 64 {
      let whole = block
      compress(whole.span)
      filled = 0
    }
  }

  /// Ends the message: a one bit, zeros, and its length in bits as 64 bits.
  private mutating func pad() {
    let bits = length << 3
    append(0x80)
    while filled != 56 { append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
  }

  /// Mixes whole blocks of 64 bytes into the state.
  private mutating func compress(_ blocks: Span<UInt8>) {
    precondition(blocks.count % 64 == 0, "\(blocks.count) bytes are no whole blocks")
    unsafe blocks.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return }
      state.withUnsafeMutableBufferPointer { words in
        guard let first = words.baseAddress else { return }
        unsafe hone_sha256(first, start, bytes.count / 64)
      }
    }
  }
}
