package import Foundation

/// Text to token ids and back.
///
/// Ids are `0..<vocabularySize`. Text is decoded from ids and never encoded again, so a tokenizer
/// is only asked to encode prompts and demonstrations.
package protocol Tokenizer: Sendable {
  /// The largest id plus one.
  var vocabularySize: Int { get }

  /// Turns pieces into ids, each piece on its own.
  ///
  /// - Throws: A ``TokenizerError`` that names the character, byte or special token without an id.
  func encode(_ pieces: [TextPiece]) throws(TokenizerError) -> [Int]

  /// Turns ids into text: special tokens are left out and invalid UTF-8 is repaired.
  func decode(_ tokens: [Int]) -> String

  /// The bytes that `token` stands for; empty for special tokens and for ids without a token.
  func bytes(of token: Int) -> [UInt8]

  /// Every id that ends a completion, in ascending order.
  var endOfSequence: [Int] { get }

  /// The id that the model wants in front of every prompt, if it wants one.
  var beginOfSequence: Int? { get }

  /// The id of an added token such as `<|im_end|>`.
  func id(ofSpecial text: String) -> Int?

  /// The text of an added token; `nil` for all other ids.
  func text(ofSpecial id: Int) -> String?

  /// The same tokenizer, also ending completions at `tokens`.
  func ending(at tokens: [Int]) -> Self

  /// A Hugging Face `tokenizer.json` that reads back as the same tokenizer.
  func tokenizerJSON() throws -> Data
}

extension Tokenizer {
  /// Turns plain text into ids; nothing in it is read as a special token.
  package func encode(_ text: String) throws(TokenizerError) -> [Int] {
    try encode([.text(text)])
  }
}

/// A stretch of a prompt.
///
/// The text of a problem is always `.text`, so that `<|im_end|>` in it is never a control token.
package enum TextPiece: Equatable, Sendable {
  case text(String)
  case special(String)
}
