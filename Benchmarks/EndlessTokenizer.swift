import Foundation
import Tokenizers

/// Characters for a model of any vocabulary, without a token that ends a completion, so that the work
/// of a round is the same each time.
struct EndlessTokenizer: Tokenizer {
  /// The model's; ids beyond the characters stand for one each.
  let vocabularySize: Int
  private let characters = CharacterTokenizer.standard

  init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

  /// An id that the model cannot draw.
  var endOfSequence: [Int] { [vocabularySize] }
  var beginOfSequence: Int? { nil }

  func encode(_ pieces: [TextPiece]) throws(TokenizerError) -> [Int] {
    try characters.encode(pieces)
  }

  func decode(_ tokens: [Int]) -> String {
    characters.decode(tokens.map { $0 % characters.characters.count })
  }

  func bytes(of token: Int) -> [UInt8] { Array(decode([token]).utf8) }
  func id(ofSpecial text: String) -> Int? { nil }
  func text(ofSpecial id: Int) -> String? { nil }
  func ending(at tokens: [Int]) -> EndlessTokenizer { self }
  func tokenizerJSON() throws -> Data { characters.tokenizerJSON() }
}
