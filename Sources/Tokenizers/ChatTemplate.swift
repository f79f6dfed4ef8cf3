/// How a conversation is written for a policy that was taught to chat.
///
/// A policy sees one question, so a template is the frame around an optional system text and one
/// user's text, up to and including the opening of the assistant's turn. A token that belongs in
/// front of every prompt is not part of it: ``Tokenizer/beginOfSequence`` says whether there is one.
package enum ChatTemplate: String, Codable, Sendable, CaseIterable {
  /// The text as it is, the system text in front with an empty line between.
  case plain
  /// ChatML with SmolLM2's default system line.
  case chatML
  case llama3
  /// ChatML with Qwen2.5's default system line.
  case qwen
  /// ChatML with Qwen2's default system line.
  case qwen2
  /// ChatML without a default system line.
  case qwen3

  /// The pieces of a prompt.
  ///
  /// - Parameters:
  ///   - system: The system text; `nil` for the template's default, empty for none.
  ///   - user: The question.
  /// - Returns: Pieces for ``Tokenizer/encode(_:)``; both texts are `.text`, whatever is in them.
  package func pieces(system: String?, user: String) -> [TextPiece] {
    let system = system ?? defaultSystem
    switch self {
    case .plain: return [.text(system.isEmpty ? user : system + "\n\n" + user)]
    case .chatML, .qwen, .qwen2, .qwen3:
      return (system.isEmpty ? [] : Self.chatMLTurn("system", system))
        + Self.chatMLTurn("user", user)
        + [.special("<|im_start|>"), .text("assistant\n")]
    case .llama3:
      return (system.isEmpty ? [] : Self.llama3Turn("system", system))
        + Self.llama3Turn("user", user) + Self.llama3Opening("assistant") + [.text("\n\n")]
    }
  }

  /// The special token that ends the assistant's turn; `nil` where end-of-sequence does.
  package var assistantEnd: String? {
    switch self {
    case .plain: nil
    case .chatML, .qwen, .qwen2, .qwen3: "<|im_end|>"
    case .llama3: "<|eot_id|>"
    }
  }

  /// The system text that stands where none is given; empty for none.
  package var defaultSystem: String {
    switch self {
    case .plain, .llama3, .qwen3: ""
    case .chatML: "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    case .qwen: "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    case .qwen2: "You are a helpful assistant."
    }
  }

  /// All names, for messages.
  package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The template that a model's Jinja program stands for.
  ///
  /// Programs are told apart by the special tokens and the system line in them; none is run.
  ///
  /// - Throws: ``TokenizerError/unrecognizedTemplate(opening:)``.
  package static func recognize(jinja: String) throws(TokenizerError) -> ChatTemplate {
    let unrecognized = TokenizerError.unrecognizedTemplate(opening: String(jinja.prefix(80)))
    if jinja.contains("<|start_header_id|>"), jinja.contains("<|eot_id|>") {
      // Llama 3.1 and later write dates and tools into the system turn.
      guard !jinja.contains("Cutting Knowledge Date") else { throw unrecognized }
      return .llama3
    }
    guard jinja.contains("<|im_start|>"), jinja.contains("<|im_end|>") else { throw unrecognized }
    for template in [ChatTemplate.chatML, .qwen] where jinja.contains(template.defaultSystem) {
      return template
    }
    if jinja.contains(ChatTemplate.qwen2.defaultSystem + "<|im_end|>") { return .qwen2 }
    guard !jinja.contains("You are") else { throw unrecognized }
    return .qwen3
  }

  /// A Jinja program for Hugging Face transformers; `nil` for plain text.
  package var jinja: String? {
    switch self {
    case .plain: return nil
    case .llama3:
      return """
        {% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}\
        {{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] \
        | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}\
        {{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """
    case .chatML, .qwen, .qwen2, .qwen3:
      let opening =
        defaultSystem.isEmpty
        ? ""
        : """
        {% if loop.first and messages[0]['role'] != 'system' %}\
        {{ '<|im_start|>system\n\(defaultSystem)<|im_end|>\n' }}{% endif %}
        """
      return """
        {% for message in messages %}\(opening)\
        {{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}\
        {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
        """
    }
  }

  // MARK: - Turns

  private static func chatMLTurn(_ role: String, _ text: String) -> [TextPiece] {
    [.special("<|im_start|>"), .text(role + "\n" + text), .special("<|im_end|>"), .text("\n")]
  }

  private static func llama3Turn(_ role: String, _ text: String) -> [TextPiece] {
    llama3Opening(role) + [.text("\n\n" + trimmed(text)), .special("<|eot_id|>")]
  }

  private static func llama3Opening(_ role: String) -> [TextPiece] {
    [.special("<|start_header_id|>"), .text(role), .special("<|end_header_id|>")]
  }

  /// `text` without white space at its ends, as Llama 3's template writes it.
  private static func trimmed(_ text: String) -> String {
    let kept = text.drop(while: \.isWhitespace)
    return String(kept.reversed().drop(while: \.isWhitespace).reversed())
  }
}
