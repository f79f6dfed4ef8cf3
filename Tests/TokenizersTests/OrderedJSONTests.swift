import Foundation
import Testing
import Tokenizers

@Suite struct OrderedJSONTests {
  private func parse(_ text: String) throws(JSONError) -> OrderedJSON {
    try OrderedJSON(parsing: Data(text.utf8))
  }

  @Test func `values of all kinds are read in order`() throws {
    let value = try parse(
      #" {"b": [1, -2.5e1, true, null], "a": {"é\n\u00e9\ud83d\ude80": "/\/"}} "#)
    #expect(value.members?.map(\.key) == ["b", "a"])
    #expect(value["b"] == .array([.integer(1), .number(-25), .bool(true), .null]))
    #expect(value["a"].members?.first?.key == "é\né🚀")
    #expect(value["a"]["é\né🚀"].string == "//")
    #expect(value["absent"].isNull && !value.has("absent"))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "-", "+1", "1e", "1e999", "nul", "\"\\x\"",
    "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a", "\"\n\"", "[1] 2", "{\"a\" 1}", "{a:1}",
    "\"\\u12\"",
    "{\"a\":1,\"a\":2}",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test func `a repeated key is named with its place`() {
    let error = #expect(throws: JSONError.self) { try parse("{\"a\":1,\"a\":2}") }
    #expect(error?.description == "not valid JSON: byte 7 repeats the key 'a'.")
  }

  @Test func `both spellings of a letter are keys of their own`() throws {
    #expect(try parse("{\"\u{C5}\":1,\"\u{212B}\":2}").members?.count == 2)
  }

  @Test func `depth is bounded`() {
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 100_000)) }
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    #expect(throws: JSONError.self) { try OrderedJSON(parsing: Data([0x22, 0xFF, 0x22])) }
    #expect(throws: JSONError.self) {
      try OrderedJSON(parsing: Data([0x22, 0x5C, 0x6E, 0xFF, 0x22]))
    }
  }

  @Test func `what is written reads back`() throws {
    let value = OrderedJSON.object([
      "text": .string("\"\\\n\r\t\u{1}\u{7F}é🚀\0"),
      "numbers": .array([.integer(.min), .number(1e-5)]),
      "nested": .array([.object([]), .array([]), .object(["x": .null])]), "yes": .bool(true),
    ])
    #expect(try OrderedJSON(parsing: value.serialized()) == value)
  }
}
