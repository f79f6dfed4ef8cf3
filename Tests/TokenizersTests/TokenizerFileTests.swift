import Foundation
import Testing
import Tokenizers

@Suite struct TokenizerFileTests {
  /// A small valid file with one part replaced.
  private func file(replacing part: String = "", by other: String = "") throws -> Data {
    let text = """
      {"added_tokens":[{"id":3,"content":"<|im_end|>","special":true}],"normalizer":null,
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false},"post_processor":null,
      "decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},
      "merges":["a b"]}}
      """
    if !part.isEmpty { try #require(text.contains(part)) }
    return Data((part.isEmpty ? text : text.replacing(part, with: other)).utf8)
  }

  @Test func `a file of the older spelling is read`() throws {
    let tokenizer = try TokenizerFile.read(file())
    #expect(try tokenizer.encode("ab") == [2])
    #expect(tokenizer.endOfSequence == [3])
  }

  struct Lie: Sendable, CustomTestStringConvertible {
    let part: String
    let other: String
    let message: String
    var testDescription: String { "\(part) → \(other)" }
  }

  @Test(arguments: [
    Lie(part: "\"BPE\"", other: "\"Unigram\"", message: "'model.type'"),
    Lie(part: "\"a\":0", other: "\"a\":-1", message: "an id in 0"),
    Lie(part: "\"a\":0", other: "\"a\":9000000000", message: "an id in 0"),
    Lie(part: "\"a\":0", other: "\"a\":\"0\"", message: "an id in 0"),
    Lie(part: "\"a\":0", other: "\"a\":1", message: "an id of its own"),
    Lie(part: "\"a\":0", other: "\"b\":0", message: "repeats the key 'b'"),
    Lie(part: "\"a b\"", other: "\"a c\"", message: "Merge 0 of the tokenizer needs the token 'c'"),
    Lie(part: "\"a b\"", other: "\"b a\"", message: "'ba'"),
    Lie(part: "\"a b\"", other: "\"ab\"", message: "'model.merges[0]'"),
    Lie(part: "[\"a b\"]", other: "7", message: "'model.merges'"),
    Lie(part: "\"id\":3", other: "\"id\":0", message: "an id of its own"),
    Lie(part: "\"content\"", other: "\"contents\"", message: "'added_tokens'"),
    Lie(
      part: "\"add_prefix_space\":false", other: "\"add_prefix_space\":true",
      message: "add_prefix_space"),
    Lie(
      part: "{\"type\":\"ByteLevel\",\"add", other: "{\"type\":\"Metaspace\",\"add",
      message: "Metaspace"),
    Lie(
      part: "\"normalizer\":null", other: "\"normalizer\":{\"type\":\"Lowercase\"}",
      message: "Lowercase"),
    Lie(
      part: "\"post_processor\":null",
      other:
        "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\"}}]}",
      message: "'<s>'"),
    Lie(part: "\"merges\"", other: "\"byte_fallback\":true,\"merges\"", message: "byte_fallback"),
    Lie(part: "}}", other: "", message: "not valid JSON"),
    Lie(part: "{\"a\":0,\"b\":1,\"ab\":2}", other: "[]", message: "'model.vocab'"),
  ])
  func `each part that lies is named`(lie: Lie) throws {
    let data = try file(replacing: lie.part, by: lie.other)
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.read(data) }
    #expect(error?.description.contains(lie.message) == true, "\(String(describing: error))")
  }

  @Test func `flipped bytes give a tokenizer or an error, never a crash`() throws {
    var generator = SeededGenerator(state: 3)
    let originals = [try file(), CharacterTokenizer.standard.tokenizerJSON()]
    var refused = 0
    for round in 0..<3000 {
      var data = originals[round % 2]
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        data[data.indices.randomElement(using: &generator) ?? 0] = UInt8.random(
          in: 0...255, using: &generator)
      }
      do {
        _ = try TokenizerFile.read(data).decode([0, 1, 2, 3])
      } catch {
        refused += 1
      }
    }
    #expect(refused > 1000)
  }
}
