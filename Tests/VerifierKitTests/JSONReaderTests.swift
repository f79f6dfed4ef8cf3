import Foundation
import Testing
@testable import VerifierKit

@Suite struct JSONReaderTests {
  @Test func `every kind of value is read`() throws {
    let text =
      #" { "a" : [ 1 , -2.5e3 , true , false , null ] , "b" : { } , "c" : "d" , "e" : [ ] } "#
    #expect(
      try JSONReader.value(in: text)
        == .object([
          "a": .array([.number(1), .number(-2500), .bool(true), .bool(false), .null]),
          "b": .object([:]), "c": .string("d"), "e": .array([]),
        ]))
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e9\u20AC""#, "Aé€"),
    (#""\uD83D\uDE00""#, "😀"),
    (#""\ud83d""#, "\u{FFFD}"),  // a lone half of a pair
    (#""\ud83dx\ude00""#, "\u{FFFD}x\u{FFFD}"),
    (#""\ud83d\u0041""#, "\u{FFFD}A"),
    (#""é€😀""#, "é€😀"),
    (#""a\u0000b""#, "a\0b"),
  ])
  func `strings are unescaped`(text: String, expected: String) throws {
    #expect(try JSONReader.value(in: text) == .string(expected))
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "[1 2]", #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}", "nul", "tru", "+1", "01",
    "1.", ".5",
    "1e", "1e999", "-", "--1", "NaN", "Infinity", "0x10", #"""#, #""\x""#, #""\u12""#, "\"\n\"",
    "1 2", #"{"a":1,"a":2}"#, "'a'", "[1]]", "\u{FEFF}1",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONReader.value(in: text) }
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
    #expect(throws: JSONSyntaxError(offset: 3, problem: "a string is not UTF-8")) {
      try JSONReader.value(in: bytes, 0..<4)
    }
  }

  @Test func `depth is bounded`() throws {
    let limit = JSONReader.depthLimit
    let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(throws: Never.self) { try JSONReader.value(in: deepest) }
    let bomb = String(repeating: #"{"a":"#, count: 500_000)
    #expect(throws: JSONSyntaxError.self) { try JSONReader.value(in: bomb) }
  }

  @Test func `an error says where and what`() {
    #expect(throws: JSONSyntaxError(offset: 7, problem: "the key 'a' occurs twice")) {
      try JSONReader.value(in: #"{"a":1,"a":2}"#)
    }
  }

  /// What Foundation writes we read, and what we write Foundation reads, for values of every kind.
  @Test func `Foundation agrees`() throws {
    let value = JSONValue.object([
      "numbers": .array([0, 1, -1, 0.1, 1e-7, 1e21, 123_456_789_012, -2.5].map(JSONValue.number)),
      "text": .string("quotes \" \\ / \u{1}\u{1F}\u{7F} é 😀 \u{2028}\r\n"),
      "words": .array([.bool(true), .bool(false), .null, .object([:])]),
    ])
    let theirs = Array(try JSONEncoder().encode(value))
    #expect(try JSONReader.value(in: theirs, 0..<theirs.count) == value)
    var ours: [UInt8] = []
    JSONWriter.append(value, to: &ours)
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(ours)) == value)
    #expect(try JSONReader.value(in: ours, 0..<ours.count) == value)
  }

  @Test func `written text holds no line break`() {
    var line: [UInt8] = []
    JSONWriter.append("a\n{\"id\":\"r1\"}\r\u{0}\u{85}", to: &line)
    #expect(line.allSatisfy { $0 >= 0x20 })
    #expect(
      String(decoding: line, as: UTF8.self) == #""a\n{\"id\":\"r1\"}\u000d\u0000"# + "\u{85}\"")
  }

  @Test func `a number that JSON lacks is written as null`() {
    var line: [UInt8] = []
    for number in [Double.nan, .infinity, 3, -0.5] { JSONWriter.append(number, to: &line) }
    #expect(String(decoding: line, as: UTF8.self) == "nullnull3-0.5")
  }
}
