/// One question with its reference answer, as a task set holds it and a verifier receives it.
public struct Problem: Codable, Hashable, Sendable {
  /// Unique within its task set.
  public var id: String
  /// What the policy is asked.
  public var prompt: String
  /// The reference answer, where the verifier needs one.
  public var answer: String?
  /// Whatever else the verifier needs, by name.
  public var metadata: [String: JSONValue]

  /// A problem from its parts.
  public init(
    id: String, prompt: String, answer: String? = nil, metadata: [String: JSONValue] = [:]
  ) {
    self.id = id
    self.prompt = prompt
    self.answer = answer
    self.metadata = metadata
  }

  /// Reads a problem; an absent `metadata` is empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    prompt = try container.decode(String.self, forKey: .prompt)
    answer = try container.decodeIfPresent(String.self, forKey: .answer)
    metadata = try container.decodeIfPresent([String: JSONValue].self, forKey: .metadata) ?? [:]
  }
}
