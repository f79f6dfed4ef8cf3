/// The last bytes of a stream.
struct ByteRing {
  let capacity: Int
  private var bytes: [UInt8] = []

  init(capacity: Int) { self.capacity = capacity }

  /// Adds bytes, and forgets the oldest beyond the capacity.
  mutating func append(_ more: ArraySlice<UInt8>) {
    bytes += more
    if bytes.count > capacity { bytes.removeFirst(bytes.count - capacity) }
  }

  /// The bytes as text, control characters but line feeds and tabs replaced.
  var text: String {
    String(
      String.UnicodeScalarView(
        String(decoding: bytes, as: UTF8.self).unicodeScalars.map {
          ($0.value < 0x20 && $0 != "\n" && $0 != "\t") || $0.value == 0x7F ? "\u{FFFD}" : $0
        }))
  }
}
