import Foundation
import Testing
import Tokenizers

@Suite struct CharacterTokenizerTests {
  @Test func `the standard vocabulary has 64 tokens, the last of which ends`() {
    let tokenizer = CharacterTokenizer.standard
    #expect(tokenizer.vocabularySize == 64)
    #expect(tokenizer.endOfSequence == [63])
    #expect(tokenizer.beginOfSequence == nil)
  }

  @Test func `each character is one id and comes back`() throws {
    let tokenizer = CharacterTokenizer.standard
    let text = "3+8=11, 4*(2-1)/5. A: why?\nq#1"
    let ids = try tokenizer.encode(text)
    #expect(ids.count == text.unicodeScalars.count)
    #expect(ids[0] == 3 && ids[1] == 10)
    #expect(tokenizer.decode(ids + [63, -1, 64]) == text)
    #expect(tokenizer.bytes(of: 63).isEmpty)
  }

  @Test func `an unknown character is named with its place`() {
    let error = #expect(throws: TokenizerError.self) {
      try CharacterTokenizer.standard.encode("1+é")
    }
    #expect(error == .unknownCharacter("é", position: 2))
    #expect(error?.description.contains("U+E9") == true)
  }

  @Test func `the end is a piece and never text`() throws {
    let tokenizer = CharacterTokenizer.standard
    #expect(try tokenizer.encode([.text("1"), .special("<|endoftext|>")]) == [1, 63])
    #expect(throws: TokenizerError.unknownSpecial("<|im_end|>")) {
      try tokenizer.encode([.special("<|im_end|>")])
    }
    #expect(throws: TokenizerError.self) { try tokenizer.encode("<|endoftext|>") }
  }

  @Test func `a character that occurs twice is refused`() {
    #expect(throws: TokenizerError.duplicateToken(text: "a", first: 0, second: 2)) {
      try CharacterTokenizer(characters: "aba")
    }
  }

  @Test func `both spellings of a letter are characters of their own`() throws {
    let tokenizer = try CharacterTokenizer(characters: "\u{C5}\u{212B}")
    #expect(try tokenizer.encode("\u{212B}\u{C5}") == [1, 0])
    let copy = try TokenizerFile.read(tokenizer.tokenizerJSON())
    #expect(try copy.encode("\u{212B}\u{C5}") == [1, 0])
  }

  @Test func `the file reads back as the same tokenizer`() throws {
    let tokenizer = CharacterTokenizer.standard
    let copy = try #require(
      try TokenizerFile.read(tokenizer.tokenizerJSON()) as? CharacterTokenizer)
    #expect(copy.characters == tokenizer.characters)
    #expect(copy.endText == tokenizer.endText)
    #expect(copy.endOfSequence == tokenizer.endOfSequence)
  }
}
