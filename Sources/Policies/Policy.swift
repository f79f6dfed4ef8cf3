import Tensors
package import Tokenizers
package import Transformers

/// A language model that writes answers: a transformer, its tokenizer and the frame of its prompts.
package final class Policy {
  package let transformer: Transformer
  package let tokenizer: any Tokenizer
  package let template: ChatTemplate
  /// The system text of every prompt; `nil` for the template's default.
  package let system: String?
  /// Tokens that end a completion; never empty.
  package let endOfSequence: Set<Int32>

  /// Joins the parts.
  ///
  /// - Throws: ``PolicyError`` where the tokenizer has ids that the transformer has not, or no token
  ///   ends a completion.
  package init(
    parameters: Parameters, tokenizer: any Tokenizer, template: ChatTemplate,
    system: String? = nil
  ) throws(PolicyError) {
    guard tokenizer.vocabularySize <= parameters.shape.vocabularySize else {
      throw .vocabularyTooSmall(
        tokens: tokenizer.vocabularySize, model: parameters.shape.vocabularySize)
    }
    var ends = Set(tokenizer.endOfSequence.map { Int32($0) })
    if let end = template.assistantEnd {
      guard let id = tokenizer.id(ofSpecial: end) else {
        throw .missingToken(text: end, template: template.rawValue)
      }
      ends.insert(Int32(id))
    }
    guard !ends.isEmpty else { throw .noEndOfSequence }
    transformer = Transformer(parameters)
    (self.tokenizer, self.template, self.system) = (tokenizer, template, system)
    endOfSequence = ends
  }

  /// The token that a demonstration ends with.
  package var end: Int32 {
    if let text = template.assistantEnd, let id = tokenizer.id(ofSpecial: text) {
      return Int32(id)
    }
    return endOfSequence.min() ?? 0
  }

  package var shape: TransformerShape { transformer.shape }
  /// Token ids are `0..<vocabularySize`.
  package var vocabularySize: Int { shape.vocabularySize }
  /// The longest sequence that the model was made for, in tokens.
  package var maxPositions: Int { shape.maxPositions }
  package var parameters: Parameters { transformer.parameters }

  /// The tokens of a prompt: the question in its frame.
  package func promptTokens(_ question: String) throws(TokenizerError) -> [Int32] {
    let begin = tokenizer.beginOfSequence.map { [Int32($0)] } ?? []
    return try begin
      + tokenizer.encode(template.pieces(system: system, user: question)).map { Int32($0) }
  }

  /// The tokens of an answer as a demonstration shows it: the text, then the end.
  package func answerTokens(_ answer: String) throws(TokenizerError) -> [Int32] {
    try tokenizer.encode(answer).map { Int32($0) } + [end]
  }

  /// The text of sampled tokens, without the one that ended them.
  package func text(of tokens: [Int32]) -> String {
    let ended = tokens.last.map { endOfSequence.contains($0) } ?? false
    return tokenizer.decode((ended ? tokens.dropLast() : tokens[...]).map { Int($0) })
  }

  /// A copy with weights of its own, such as the reference of a KL term.
  package func copy() throws(PolicyError) -> Policy {
    let copied = Parameters(shape)
    copied.values.copy(from: parameters.values)
    return try Policy(
      parameters: copied, tokenizer: tokenizer, template: template, system: system)
  }
}

/// A policy that cannot be put together, or a request that it cannot meet.
package enum PolicyError: Error, Equatable, CustomStringConvertible {
  case vocabularyTooSmall(tokens: Int, model: Int)
  case missingToken(text: String, template: String)
  case noEndOfSequence
  case noTokenizer(path: String)
  case noModel(reference: String, embedded: [String])
  case unreadableNote(path: String)
  case promptTooLong(problem: String, tokens: Int, limit: Int, positions: Int)

  package var description: String {
    switch self {
    case .vocabularyTooSmall(let tokens, let model):
      """
      The tokenizer has ids up to \(tokens - 1), but the model has only \(model) tokens. \
      They belong to different models: put the matching tokenizer.json beside the weights.
      """
    case .missingToken(let text, let template):
      """
      Template '\(template)' ends a turn with '\(text)', which the tokenizer does not have. \
      Name another template with 'policy.template'.
      """
    case .noEndOfSequence:
      """
      The tokenizer has no end-of-sequence token, so a completion would never end. \
      Name it as 'eos_token' in tokenizer_config.json.
      """
    case .noTokenizer(let path):
      "'\(path)' has no tokenizer. Put a tokenizer.json beside the weights."
    case .noModel(let reference, let embedded):
      """
      There is no model at '\(reference)', and no embedded policy of that name \
      (\(embedded.joined(separator: ", "))). 'hone model fetch' brings one.
      """
    case .unreadableNote(let path):
      "'\(path)' is damaged. Delete it, and name the system text with 'policy.system'."
    case .promptTooLong(let problem, let tokens, let limit, let positions):
      """
      Problem '\(problem)' needs \(tokens) prompt tokens and up to \(limit) for the completion, \
      but the model was made for \(positions) positions. Lower 'maxCompletionTokens' or drop the \
      problem from its task set.
      """
    }
  }
}
