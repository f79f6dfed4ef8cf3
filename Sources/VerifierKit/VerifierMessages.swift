/// The numbers that both ends of the verifier protocol agree on.
package enum VerifierProtocol {
  /// The protocol's version, in the greeting and in a manifest.
  package static let version = 1
  /// Bytes in a line, at most, without its line feed.
  package static let lineLimit = 1 << 20
  /// Bytes of a verdict's details as JSON, at most; longer ones are not kept.
  package static let detailsLimit = 16 << 10
}

/// A line that breaks the verifier protocol.
package struct ProtocolViolation: Error, Equatable, CustomStringConvertible {
  /// The request that the line names, where it names one.
  package let id: String?
  /// What is wrong with the line.
  package let problem: String

  package init(id: String? = nil, problem: String) {
    (self.id, self.problem) = (id, problem)
  }

  package var description: String { id.map { "answer '\($0)': \(problem)" } ?? problem }
}

/// `{"hone":1,"settings":{…}}`, the host's first line.
package struct GreetingMessage: Equatable {
  package let settings: [String: JSONValue]

  package init(settings: [String: JSONValue]) { self.settings = settings }

  /// Reads the line, which must be of this protocol's version.
  package init(_ line: JSONValue) throws(ProtocolViolation) {
    let members = try line.members(of: "the greeting")
    guard members["hone"] == .number(Double(VerifierProtocol.version)) else {
      throw ProtocolViolation(
        problem: "the host does not speak version \(VerifierProtocol.version) of the protocol")
    }
    settings = try members["settings"]?.members(of: "'settings'") ?? [:]
  }

  /// Appends the line with its line feed.
  package func append(to output: inout [UInt8]) {
    output.append(contentsOf: "{\"hone\":\(VerifierProtocol.version),\"settings\":".utf8)
    JSONWriter.append(settings, to: &output)
    output.append(contentsOf: "}\n".utf8)
  }
}

/// `{"ready":true,"name":…,"version":…}`, the plugin's first line.
package struct ReadyMessage: Equatable {
  package let name: String
  package let version: String

  package init(name: String, version: String) { (self.name, self.version) = (name, version) }

  package init(_ line: JSONValue) throws(ProtocolViolation) {
    let members = try line.members(of: "the ready line")
    guard members["ready"] == .bool(true) else {
      throw ProtocolViolation(problem: "the first line lacks \"ready\":true")
    }
    name = try members.text("name", of: "the ready line")
    version = try members.text("version", of: "the ready line")
  }

  /// Appends the line with its line feed.
  package func append(to output: inout [UInt8]) {
    output.append(contentsOf: "{\"ready\":true,\"name\":".utf8)
    JSONWriter.append(name, to: &output)
    output.append(contentsOf: ",\"version\":".utf8)
    JSONWriter.append(version, to: &output)
    output.append(contentsOf: "}\n".utf8)
  }
}

/// `{"id":…,"problem":{…},"completion":…}`, a question of the host.
package struct QuestionMessage: Equatable {
  package let id: String
  package let problem: Problem
  package let completion: String

  package init(id: String, problem: Problem, completion: String) {
    (self.id, self.problem, self.completion) = (id, problem, completion)
  }

  package init(_ line: JSONValue) throws(ProtocolViolation) {
    let members = try line.members(of: "a request")
    id = try members.text("id", of: "a request")
    completion = try members.text("completion", of: "a request")
    let fields = try members["problem", default: .null].members(of: "'problem'")
    let answer: String? =
      switch fields["answer"] {
      case nil, .null: nil
      default: try fields.text("answer", of: "'problem'")
      }
    problem = Problem(
      id: try fields.text("id", of: "'problem'"),
      prompt: try fields.text("prompt", of: "'problem'"),
      answer: answer, metadata: try fields["metadata"]?.members(of: "'metadata'") ?? [:])
  }

  /// Appends the line with its line feed.
  package func append(to output: inout [UInt8]) {
    output.append(contentsOf: "{\"id\":".utf8)
    JSONWriter.append(id, to: &output)
    output.append(contentsOf: ",\"problem\":{\"id\":".utf8)
    JSONWriter.append(problem.id, to: &output)
    output.append(contentsOf: ",\"prompt\":".utf8)
    JSONWriter.append(problem.prompt, to: &output)
    if let answer = problem.answer {
      output.append(contentsOf: ",\"answer\":".utf8)
      JSONWriter.append(answer, to: &output)
    }
    output.append(contentsOf: ",\"metadata\":".utf8)
    JSONWriter.append(problem.metadata, to: &output)
    output.append(contentsOf: "},\"completion\":".utf8)
    JSONWriter.append(completion, to: &output)
    output.append(contentsOf: "}\n".utf8)
  }
}

/// `{"id":…,"outcome":…,"score":…,"reason":…,"answer":…,"details":{…}}`, a plugin's answer to one
/// question; the last two are optional.
package struct AnswerMessage: Equatable {
  package let id: String
  package let verdict: Verdict

  package init(id: String, verdict: Verdict) { (self.id, self.verdict) = (id, verdict) }

  /// Reads the line; nothing in it is repaired, so that a broken plugin is seen as broken.
  package init(_ line: JSONValue) throws(ProtocolViolation) {
    let members = try line.members(of: "an answer")
    let id = try members.text("id", of: "an answer")
    self.id = id
    guard case .string(let word)? = members["outcome"],
      let outcome = VerifierOutcome(rawValue: word)
    else {
      throw ProtocolViolation(id: id, problem: "'outcome' is not passed, wrong or unscored")
    }
    guard case .string(let reason)? = members["reason"] else {
      throw ProtocolViolation(id: id, problem: "'reason' is not a string")
    }
    let verdict: Verdict
    switch (outcome, members["score"]) {
    case (.unscored, nil), (.unscored, .null): verdict = .unscored(reason: reason)
    case (.unscored, _):
      throw ProtocolViolation(id: id, problem: "an unscored answer has a score")
    case (.passed, .number(let score)) where (0...1).contains(score):
      verdict = .passed(score: score, reason: reason)
    case (.wrong, .number(let score)) where (0...1).contains(score):
      verdict = .wrong(score: score, reason: reason)
    case (_, let score):
      throw ProtocolViolation(
        id: id, problem: "'score' is \(score.map(\.brief) ?? "missing"), not a number in 0...1")
    }
    let named: Verdict
    switch members["answer"] {
    case nil, .null: named = verdict
    case .string(let answer): named = verdict.naming(answer)
    default: throw ProtocolViolation(id: id, problem: "'answer' is not a string")
    }
    switch members["details"] {
    case nil, .null: self.verdict = named
    case .object(let details):
      self.verdict = Self.isSmall(details) ? named.detailed(details) : named
    default: throw ProtocolViolation(id: id, problem: "'details' is not an object")
    }
  }

  /// Every verdict is recorded, so details that would fill a disk are not kept.
  private static func isSmall(_ details: [String: JSONValue]) -> Bool {
    var bytes: [UInt8] = []
    JSONWriter.append(details, to: &bytes)
    return bytes.count <= VerifierProtocol.detailsLimit
  }

  /// Appends the line with its line feed.
  package func append(to output: inout [UInt8]) {
    output.append(contentsOf: "{\"id\":".utf8)
    JSONWriter.append(id, to: &output)
    output.append(contentsOf: ",\"outcome\":\"\(verdict.outcome.rawValue)\"".utf8)
    if let score = verdict.score {
      output.append(contentsOf: ",\"score\":".utf8)
      JSONWriter.append(score, to: &output)
    }
    output.append(contentsOf: ",\"reason\":".utf8)
    JSONWriter.append(verdict.reason, to: &output)
    if let answer = verdict.answer {
      output.append(contentsOf: ",\"answer\":".utf8)
      JSONWriter.append(answer, to: &output)
    }
    if !verdict.details.isEmpty {
      output.append(contentsOf: ",\"details\":".utf8)
      JSONWriter.append(verdict.details, to: &output)
    }
    output.append(contentsOf: "}\n".utf8)
  }
}

// MARK: - Typed access

extension JSONValue {
  /// The members of an object, or a violation that says what should have been one.
  fileprivate func members(of place: String) throws(ProtocolViolation) -> [String: JSONValue] {
    guard case .object(let members) = self else {
      throw ProtocolViolation(problem: "\(place) is not an object")
    }
    return members
  }

  /// The value for a message, however long it is.
  fileprivate var brief: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension [String: JSONValue] {
  fileprivate func text(_ key: String, of place: String) throws(ProtocolViolation) -> String {
    guard case .string(let text)? = self[key] else {
      throw ProtocolViolation(problem: "\(place) has no string '\(key)'")
    }
    return text
  }
}
