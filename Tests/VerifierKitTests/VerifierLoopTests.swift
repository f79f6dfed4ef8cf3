import Testing
import VerifierKit

@Suite struct VerifierLoopTests {
  /// Passes what repeats the setting `word`.
  private struct Echo: VerifierPlugin {
    static let name = "echo"
    static let version = "2"
    let word: String

    init(settings: [String: JSONValue]) throws {
      guard case .string(let word)? = settings["word"] else {
        throw InvalidVerifierSetting(name: "word", rule: "text")
      }
      self.word = word
    }

    func judge(_ problem: Problem, _ completion: String) -> Verdict {
      completion == word ? .passed(reason: problem.id) : .wrong(reason: problem.id)
    }
  }

  private static let greeting = #"{"hone":1,"settings":{"word":"yes"}}"# + "\n"
  private static func question(_ id: String, _ completion: String) -> String {
    #"{"id":"\#(id)","problem":{"id":"p-\#(id)","prompt":""},"completion":"\#(completion)"}"# + "\n"
  }
  private static let conversation = greeting + question("r1", "yes") + question("r2", "no")
  private static let answers = """
    {"ready":true,"name":"echo","version":"2"}
    {"id":"r1","outcome":"passed","score":1,"reason":"p-r1"}
    {"id":"r2","outcome":"wrong","score":0,"reason":"p-r2"}

    """

  @Test(arguments: [1, 2, 7, 1000])
  func `input may be cut anywhere`(length: Int) throws {
    var loop = VerifierLoop<Echo>()
    var output: [UInt8] = []
    var rest = Array(Self.conversation.utf8)[...]
    while !rest.isEmpty {
      output += try loop.answers(to: rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    try loop.finish()
    #expect(String(decoding: output, as: UTF8.self) == Self.answers)
  }

  @Test func `input that ends inside a line is an error`() throws {
    var loop = VerifierLoop<Echo>()
    _ = try loop.answers(to: Array(Self.conversation.utf8).dropLast())
    #expect(throws: ProtocolViolation.self) { try loop.finish() }
  }

  @Test(arguments: [
    (#"{"hone":2,"settings":{}}"#, "version 1"), (#"{"settings":{}}"#, "version 1"),
    (#"{"hone":1,"settings":{"word":1}}"#, "'word' must be text"), ("hello", "not JSON"),
  ])
  func `a greeting that cannot be used ends the plugin`(line: String, message: String) throws {
    var loop = VerifierLoop<Echo>()
    let error = try #require(throws: (any Error).self) {
      try loop.answers(to: Array((line + "\n").utf8)[...])
    }
    #expect("\(error)".contains(message))
  }

  @Test func `a line without end is refused`() throws {
    var loop = VerifierLoop<Echo>()
    let flood = [UInt8](repeating: 0x20, count: VerifierProtocol.lineLimit + 1)
    #expect(throws: ProtocolViolation.self) { try loop.answers(to: flood[...]) }
  }
}
