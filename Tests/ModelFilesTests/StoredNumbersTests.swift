import Foundation
import Tensors
import Testing

/// Formats against the numbers of gguf-py; the fixture names its recipe.
@Suite struct StoredNumbersTests {
  struct Blocks: Decodable {
    let types: [String: Block]
  }

  struct Block: Decodable {
    let bytes: String
    let bits: String
  }

  private func bytes(hexadecimal text: String) throws -> [UInt8] {
    try stride(from: 0, to: text.count, by: 2).map { offset in
      let start = text.index(text.startIndex, offsetBy: offset)
      return try #require(UInt8(text[start..<text.index(start, offsetBy: 2)], radix: 16))
    }
  }

  private func read(_ type: StoredNumbers, _ bytes: [UInt8], count: Int) -> [Float] {
    let buffer = FloatBuffer(count: count + 1)
    type.read(bytes.span.bytes, into: buffer, at: 1, count: count)
    #expect(buffer[0] == 0)
    return Array(buffer.array.dropFirst())
  }

  @Test(arguments: StoredNumbers.allCases.filter { $0.blockValues > 1 })
  func `blocks have the values of the reference, bit by bit`(type: StoredNumbers) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/blocks.json")
    let blocks = try JSONDecoder().decode(Blocks.self, from: Data(contentsOf: file))
    let block = try #require(blocks.types[type.rawValue])
    let bits = try bytes(hexadecimal: block.bits)
    let values = try read(type, bytes(hexadecimal: block.bytes), count: 2 * type.blockValues)
    let expected = stride(from: 0, to: bits.count, by: 4).map { offset in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bits[offset + $1]) << (8 * $1) })
    }
    #expect(values == expected)
  }

  @Test func `all half-precision numbers are exact`() {
    let patterns = (0...UInt16.max).map { $0 }
    let values = read(.f16, patterns.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, count: 65536)
    let wrong = zip(patterns, values).filter { pattern, value in
      let expected = Float(Float16(bitPattern: pattern))
      return value != expected && !(value.isNaN && expected.isNaN)
        || value.sign != expected.sign
    }
    #expect(wrong.isEmpty)
  }

  @Test func `all bfloat16 numbers are the upper half of a float32`() {
    let patterns = (0...UInt16.max).map { $0 }
    let values = read(.bf16, patterns.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, count: 65536)
    #expect(values.map(\.bitPattern) == patterns.map { UInt32($0) << 16 })
  }

  @Test func `sizes that are no whole blocks have no bytes`() {
    #expect(StoredNumbers.q4K.bytes(ofValues: 512) == 288)
    #expect(StoredNumbers.q4K.bytes(ofValues: 511) == nil)
    #expect(StoredNumbers.f32.bytes(ofValues: -1) == nil)
    #expect(StoredNumbers.f32.bytes(ofValues: Int.max) == nil)
  }
}
