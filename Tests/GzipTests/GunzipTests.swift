import Testing

@testable import Gzip

@Suite struct GunzipTests {
  /// `printf 'hello hello hello hello\n' | gzip -n`.
  private static let hello: [UInt8] = [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57,
    0xC8, 0x40, 0x27, 0xB9, 0x00, 0x00, 0x88, 0x59, 0x0B, 0x18, 0x00, 0x00, 0x00,
  ]
  private static let text = "hello hello hello hello\n"

  private func text(of pieces: [[UInt8]]) throws -> String {
    var gunzip = try Gunzip()
    var bytes: [UInt8] = []
    for piece in pieces { try gunzip.append(piece) { bytes += $0 } }
    try gunzip.finish()
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a member is read whole, and byte by byte`() throws {
    #expect(try text(of: [Self.hello]) == Self.text)
    #expect(try text(of: Self.hello.map { [$0] }) == Self.text)
  }

  @Test func `members follow one another`() throws {
    #expect(try text(of: [Self.hello + Self.hello]) == Self.text + Self.text)
  }

  @Test func `each shorter text is refused as cut off`() throws {
    for count in 1..<Self.hello.count {
      #expect(throws: GzipError.truncated, "\(count) bytes") {
        try text(of: [Array(Self.hello.prefix(count))])
      }
    }
  }

  @Test func `a changed byte is refused, but where the header does not matter`() throws {
    for place in Self.hello.indices where !(4...9).contains(place) {
      var bytes = Self.hello
      bytes[place] ^= 0x40
      #expect(throws: GzipError.self, "byte \(place)") { try text(of: [bytes]) }
    }
  }

  @Test func `what the caller throws ends the work`() throws {
    struct Enough: Error {}
    var gunzip = try Gunzip()
    #expect(throws: Enough.self) {
      try gunzip.append(Self.hello) { (_: ArraySlice<UInt8>) in throw Enough() }
    }
  }
}
