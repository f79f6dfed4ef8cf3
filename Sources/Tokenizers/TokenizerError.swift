/// What a text, a chat template or a tokenizer's file can do wrong.
package enum TokenizerError: Error, Equatable, Sendable {
  /// A tokenizer's file is not JSON.
  case notJSON(JSONError)
  /// A part of a tokenizer's file is absent or has another form.
  case malformed(part: String, expected: String)
  /// A tokenizer's file asks for something that is not supported.
  case unsupported(part: String, value: String, supported: String)
  /// A token is listed twice.
  case duplicateToken(text: String, first: Int, second: Int)
  /// A merge names a token that the vocabulary does not have.
  case mergeWithoutToken(rank: Int, text: String)
  /// Text holds a character that the vocabulary does not have.
  case unknownCharacter(Unicode.Scalar, position: Int)
  /// Text holds a byte that the vocabulary does not have.
  case byteWithoutToken(UInt8)
  /// A prompt asks for a special token that the vocabulary does not have.
  case unknownSpecial(String)
  /// A chat template is none of those that are known.
  case unrecognizedTemplate(opening: String)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notJSON(let error):
      "The tokenizer's file is \(error)"
    case .malformed(let part, let expected):
      "'\(part)' of the tokenizer's file must be \(expected). Export the tokenizer again."
    case .unsupported(let part, let value, let supported):
      """
      '\(part)' of the tokenizer's file is \(value), which is not supported. \
      Use a tokenizer with \(supported).
      """
    case .duplicateToken(let text, let first, let second):
      """
      The token '\(text)' is listed as \(first) and again as \(second). \
      A text must have one id; export the tokenizer again.
      """
    case .mergeWithoutToken(let rank, let text):
      """
      Merge \(rank) of the tokenizer needs the token '\(text)', which its vocabulary does not have. \
      Export the tokenizer again.
      """
    case .unknownCharacter(let scalar, let position):
      """
      The character '\(scalar)' (U+\(String(scalar.value, radix: 16, uppercase: true))) at position \
      \(position) is not in the tokenizer's vocabulary. Leave it out or choose another policy.
      """
    case .byteWithoutToken(let byte):
      """
      The byte 0x\(String(byte, radix: 16)) is not in the tokenizer's vocabulary. \
      Leave out the character that holds it or choose another policy.
      """
    case .unknownSpecial(let text):
      """
      The special token '\(text)' is not in the tokenizer's vocabulary. \
      Choose a chat template that fits the policy, e.g. 'policy.template: plain'.
      """
    case .unrecognizedTemplate(let opening):
      """
      The model's chat template is not a known one; it opens with '\(opening)'. Name the nearest as \
      'policy.template: chatML' (known: \(ChatTemplate.names)).
      """
    }
  }
}
