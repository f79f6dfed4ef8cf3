/// GPT-2's way of writing any byte as a visible character.
///
/// Printable Latin-1 bytes stand for themselves; the other 68, in ascending order, are written as
/// U+0100, U+0101 and so on. A space is `Ġ` and a newline is `Ċ`.
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var others: UInt32 = 0
    return (0..<256).map { (byte: UInt32) in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
      default:
        defer { others += 1 }
        return Unicode.Scalar(0x100 + others) ?? " "  // 0x100...0x143 are all scalars
      }
    }
  }()

  /// The byte of each character up to U+0143.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The byte that `scalar` stands for, or `nil` where it is not of the alphabet.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    scalar.value < bytes.count ? bytes[Int(scalar.value)] : nil
  }

  /// The bytes that a token's `text` stands for; text outside the alphabet stands for itself.
  static func bytes(of text: String) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = byte(of: scalar) else { return Array(text.utf8) }
      result.append(byte)
    }
    return result
  }
}
