/// The 256-bit secure hash of bytes that arrive in any number of pieces.
///
/// - SeeAlso: FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2.2.
package struct SHA256 {
  private var state = SIMD8<UInt32>(
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)
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
        compress(bytes.extracting(next..<next + 64))
        next += 64
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
    for word in last.state.indices.map({ last.state[$0] }) {
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

  /// Mixes 64 bytes into the state.
  private mutating func compress(_ block: Span<UInt8>) {
    var schedule = InlineArray<64, UInt32>(repeating: 0)
    for t in 0..<16 {
      let high = UInt32(block[4 * t]) << 24 | UInt32(block[4 * t + 1]) << 16
      schedule[t] = high | UInt32(block[4 * t + 2]) << 8 | UInt32(block[4 * t + 3])
    }
    for t in 16..<64 {
      let (early, late) = (schedule[t - 15], schedule[t - 2])
      let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
      let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
      schedule[t] = sigma1 &+ schedule[t - 7] &+ sigma0 &+ schedule[t - 16]
    }
    let constants = roundConstants.span
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let chosen = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ chosen &+ constants[t] &+ schedule[t]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
    }
    state &+= SIMD8(a, b, c, d, e, f, g, h)
  }

  private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }
}

/// The fractional parts of the cube roots of the first 64 primes, 32 bits each; section 4.2.2.
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
  0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
  0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
  0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
  0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
  0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
  0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
  0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
  0xc671_78f2,
]
