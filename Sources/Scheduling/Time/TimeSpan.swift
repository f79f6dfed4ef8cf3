/// Seconds, as people write them: `90s`, `15m`, `6h`, `1h30m`, `2d`.
package struct TimeSpan: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
  package let seconds: Int

  package init(seconds: Int) { self.seconds = seconds }

  /// The longest that may be asked for: a year of 365 days.
  package static let longest = TimeSpan(seconds: 365 * 86_400)

  private static let units: [(letter: Character, seconds: Int)] = [
    ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  /// Parses numbers with their units, the largest first; `nil` for anything else, and for more
  /// than ``longest``.
  package init?(_ text: String) {
    var (rest, sum) = (Substring(text), 0)
    for (letter, unit) in Self.units {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      guard !digits.isEmpty, rest.dropFirst(digits.count).first == letter else { continue }
      guard digits.count <= 9, let number = Int(digits) else { return nil }
      sum += number * unit
      rest = rest.dropFirst(digits.count + 1)
    }
    guard rest.isEmpty, !text.isEmpty, sum <= Self.longest.seconds else { return nil }
    seconds = sum
  }

  package var description: String {
    var (rest, text) = (seconds, "")
    for (letter, unit) in Self.units where rest >= unit {
      text += "\(rest / unit)\(letter)"
      rest %= unit
    }
    return text.isEmpty ? "0s" : text
  }

  package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.seconds < right.seconds }

  package init(from decoder: any Decoder) throws {
    seconds = try decoder.singleValueContainer().decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }
}

/// Bytes, as people write them: `8GiB`, `500MB`, `65536`.
package struct ByteSize: Codable, Hashable, Sendable, CustomStringConvertible {
  package let bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  private static let units: [(name: String, bytes: Int)] = [
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1), ("", 1),
  ]

  /// Parses a whole number of bytes of one unit; `nil` for anything else.
  package init?(_ text: String) {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let name = text.dropFirst(digits.count)
    guard !digits.isEmpty, digits.count <= 18, let number = Int(digits),
      let unit = Self.units.first(where: { $0.name == name })
    else { return nil }
    let (bytes, isOver) = number.multipliedReportingOverflow(by: unit.bytes)
    guard !isOver, bytes > 0 else { return nil }
    self.bytes = bytes
  }

  package var description: String {
    let unit = Self.units.first { $0.bytes <= bytes && bytes % $0.bytes == 0 }
    return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)B"
  }

  package init(from decoder: any Decoder) throws {
    bytes = try decoder.singleValueContainer().decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }
}
