import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct ByteLevelBPETests {
  struct Vector: Decodable {
    let text: String
    let ids: [Int]
    let ids_parse_special_false: [Int]
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `SmolLM2's vectors are met and come back`() throws {
    let tokenizer = try Fixture.smolLM2()
    let file = SharedFiles.root.appending(path: "data/tokenizer/smollm2_vectors.jsonl")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 57)
    for line in lines {
      let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
      #expect(try tokenizer.encode(vector.text) == vector.ids_parse_special_false)
      #expect(tokenizer.decode(vector.ids_parse_special_false) == vector.text)
    }
  }

  @Test func `a special token in text is text, and as a piece is one id`() throws {
    let tokenizer = try Fixture.smolLM2()
    #expect(try tokenizer.encode("<|endoftext|>") == [44, 108, 486, 1714, 2692, 108, 46])
    #expect(try tokenizer.encode([.special("<|endoftext|>")]) == [0])
    let pieces: [TextPiece] = [.special("<|im_start|>"), .text("user\n"), .special("<|im_end|>")]
    #expect(try tokenizer.encode(pieces) == [1, 4093, 198, 2])
  }

  @Test func `an unknown special token is named`() throws {
    let error = #expect(throws: TokenizerError.self) {
      try Fixture.smolLM2().encode([.special("<|eot_id|>")])
    }
    #expect(error == .unknownSpecial("<|eot_id|>"))
    #expect(error?.description.contains("'<|eot_id|>'") == true)
  }

  @Test func `the lowest rank merges first`() throws {
    let tokenizer = try tinyTokenizer()
    // "bc" has rank 0, "ab" rank 1, so "abc" is a + bc, which rank 2 joins.
    #expect(try tokenizer.encode("abc").map { tokenizer.bytes(of: $0) } == [Array("abc".utf8)])
    #expect(try tokenizer.encode("abab").count == 2)
    #expect(try tokenizer.encode("abbc").map { tokenizer.decode([$0]) } == ["ab", "bc"])
  }

  @Test func `a word that is a token is taken whole only where merges are ignored`() throws {
    #expect(try tinyTokenizer().encode("whole").count == 5)
    #expect(try tinyTokenizer(ignoresMerges: true).encode("whole") == [259])
  }

  @Test func `any Unicode text comes back`() throws {
    var generator = SeededGenerator(state: 1)
    for preTokenizer in PreTokenizer.allCases {
      let tokenizer = try tinyTokenizer(preTokenizer: preTokenizer)
      for _ in 0..<100 {
        let text = generator.text(scalars: 40)
        let decoded = tokenizer.decode(try tokenizer.encode(text))
        #expect(Array(decoded.utf8) == Array(text.utf8))
      }
    }
  }

  @Test func `canonical composition is made only where it is asked for`() throws {
    let decomposed = "e\u{301}"
    let plain = try tinyTokenizer().encode(decomposed)
    let composed = try tinyTokenizer(normalizesToNFC: true).encode(decomposed)
    #expect(try tinyTokenizer().decode(plain).unicodeScalars.count == 2)
    #expect(try tinyTokenizer().decode(composed).unicodeScalars.map(\.value) == [0xE9])
  }

  @Test func `composition never changes the text`() throws {
    let tokenizer = try tinyTokenizer(normalizesToNFC: true)
    for text in ["\u{10438}\u{300}", "\u{1D15E}", "\u{212B}", "각\u{300}", "🚀\u{301}"] {
      #expect(tokenizer.decode(try tokenizer.encode(text)) == text)
    }
  }

  @Test func `an added token that is not special is read from text and shown`() throws {
    let tokenizer = try tinyTokenizer()
    let ids = try tokenizer.encode("a<think>b<think")
    #expect(ids.filter { $0 == 261 }.count == 1)
    #expect(tokenizer.decode(ids) == "a<think>b<think")
    #expect(tokenizer.id(ofSpecial: "<think>") == 261)
  }

  @Test func `special tokens and ids out of range decode to nothing`() throws {
    let tokenizer = try tinyTokenizer()
    #expect(tokenizer.decode([260, -1, 262, Int.max, Int.min]) == "")
    #expect(tokenizer.bytes(of: 260).isEmpty)
    #expect(tokenizer.vocabularySize == 262)
  }

  @Test func `half a character decodes to the replacement character`() throws {
    let tokenizer = try tinyTokenizer()
    let ids = try tokenizer.encode("é")
    #expect(tokenizer.bytes(of: ids[0]) == [0xC3])
    #expect(tokenizer.decode([ids[0]]) == "\u{FFFD}")
  }

  @Test func `a missing byte is named and not dropped`() throws {
    let tokenizer = try ByteLevelBPE(
      vocabulary: ["a"], merges: [], added: [], preTokenizer: .gpt2)
    #expect(throws: TokenizerError.byteWithoutToken(0x62)) { try tokenizer.encode("ab") }
  }

  @Test func `ends are the known names and the given ids`() throws {
    let tokenizer = try Fixture.smolLM2()
    #expect(tokenizer.endOfSequence == [0, 2])
    #expect(tokenizer.ending(at: [46, -7, 1 << 40]).endOfSequence == [0, 2, 46])
    #expect(tokenizer.beginOfSequence == nil)
  }

  @Test func `a very long word is merged in bounded time`() throws {
    let tokenizer = try tinyTokenizer()
    let text = String(repeating: "abc", count: 20_000)
    #expect(try tokenizer.encode(text).count == 20_000)
  }

  @Test func `the file reads back as the same tokenizer`() throws {
    for preTokenizer in PreTokenizer.allCases {
      let tokenizer = try tinyTokenizer(
        preTokenizer: preTokenizer, normalizesToNFC: true, ignoresMerges: true,
        beginOfSequence: 260)
      let copy = try ByteLevelBPE(tokenizerJSON: tokenizer.tokenizerJSON())
      #expect(copy.beginOfSequence == 260)
      #expect(copy.endOfSequence == tokenizer.endOfSequence)
      #expect(copy.tokenizerJSON() == tokenizer.tokenizerJSON())
      let text = "whole abc 12345 e\u{301} <think> don't\n\n"
      #expect(try copy.encode(text) == tokenizer.encode(text))
    }
  }
}
