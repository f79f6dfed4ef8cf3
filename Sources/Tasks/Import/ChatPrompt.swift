import VerifierKit

/// The one question that a text or a list of chat messages asks.
///
/// A policy's own chat template frames a prompt, so messages become text: what the system says, an
/// empty line, what the user says. An assistant's message at the end is an answer to imitate.
struct ChatPrompt {
  let prompt: String
  let completion: String?

  /// Reads a prompt in whichever form a row has it.
  init(_ value: JSONValue, _ name: String) throws(Unplaced) {
    if case .string(let text) = value {
      guard text.contains(where: { !$0.isWhitespace }) else { throw Unplaced("'\(name)' is empty") }
      (prompt, completion) = (text, nil)
      return
    }
    guard case .array(let elements) = value, !elements.isEmpty else {
      throw Unplaced("'\(name)' is neither a text nor a list of messages")
    }
    var messages: [(role: String, text: String)] = []
    for element in elements { messages.append(try Self.message(element, name)) }
    var answer: String?
    if let last = messages.last, last.role == "assistant" || last.role == "model" {
      answer = last.text
      messages.removeLast()
    }
    guard let question = messages.last, question.role == "user" || question.role == "human" else {
      throw Unplaced("the last message that is asked is not the user's")
    }
    let others = messages.dropLast()
    guard others.allSatisfy({ $0.role == "system" || $0.role == "developer" }) else {
      throw Unplaced("the prompt is a conversation of several turns, and Hone asks one question")
    }
    let parts = (others.map(\.text) + [question.text]).filter { !$0.isEmpty }
    guard !question.text.allSatisfy(\.isWhitespace) else {
      throw Unplaced("the user's message is empty")
    }
    (prompt, completion) = (parts.joined(separator: "\n\n"), answer)
  }

  private static func message(
    _ value: JSONValue, _ name: String
  ) throws(Unplaced) -> (role: String, text: String) {
    guard case .object(let members) = value else {
      throw Unplaced("'\(name)' holds a message that is no object")
    }
    // 'from' and 'value' are ShareGPT's names.
    guard case .string(let role)? = members["role"] ?? members["from"] else {
      throw Unplaced("a message has no 'role'")
    }
    switch members["content"] ?? members["value"] {
    case .string(let text): return (role, text)
    case .null where members["tool_calls"] != nil, nil where members["tool_calls"] != nil:
      throw Unplaced("a message calls tools, which no policy has here")
    case .array(let parts):
      var texts: [String] = []
      for part in parts {
        guard case .object(let part) = part, case .string(let text)? = part["text"] else {
          throw Unplaced("a message has parts that are no text, such as images")
        }
        texts.append(text)
      }
      return (role, texts.joined())
    default: throw Unplaced("a message has no text as 'content'")
    }
  }
}

extension ImportRow {
  /// The prompt of the first of these members that is there.
  func prompt(_ names: String...) throws(Unplaced) -> ChatPrompt {
    guard let name = names.first(where: has), let value = self[name] else {
      throw Unplaced("there is no '\(names.joined(separator: "' or '"))'")
    }
    return try ChatPrompt(value, name)
  }

  /// Refuses a row that shows pictures, sounds or films beside its text.
  func refuseMedia() throws(Unplaced) {
    for name in ["image", "images", "video", "videos", "audio"] {
      switch self[name] {
      case nil, .array([]): continue
      default: throw Unplaced("the row has '\(name)', and policies here read text alone")
      }
    }
  }
}
