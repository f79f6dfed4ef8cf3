/// What counts as the same output.
enum OutputNormaliser: String, CaseIterable {
  /// The same bytes.
  case exact
  /// The same lines: blanks at their ends, empty lines at the end and the kind of line end do not count.
  case lines
  /// The same words, whatever stands between them.
  case tokens

  /// Whether an output is the expected one.
  ///
  /// - Parameters:
  ///   - output: What the program wrote.
  ///   - expected: What it should have written.
  ///   - tolerance: How far numbers among the words may lie apart; of ``tokens`` only.
  /// - Returns: Whether both count as the same.
  func matches(_ output: [UInt8], _ expected: [UInt8], tolerance: Tolerance?) -> Bool {
    switch self {
    case .exact: return output == expected
    case .lines: return Self.lines(output) == Self.lines(expected)
    case .tokens:
      let (mine, theirs) = (Self.tokens(output), Self.tokens(expected))
      guard mine.count == theirs.count else { return false }
      return zip(mine, theirs).allSatisfy { a, b in
        if a == b { return true }
        guard let tolerance, let a = Self.number(a), let b = Self.number(b) else { return false }
        return tolerance.allows(a, b)
      }
    }
  }

  private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { line in
        var line = line
        while let last = line.last, isBlank(last) { line.removeLast() }
        return line
      }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func tokens(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    text.split { isBlank($0) || $0 == 0x0A }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0B || byte == 0x0C
  }

  private static func number(_ token: ArraySlice<UInt8>) -> Double? {
    guard token.count <= 40,
      token.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) })
    else { return nil }
    return Double(String(decoding: token, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
  }
}
