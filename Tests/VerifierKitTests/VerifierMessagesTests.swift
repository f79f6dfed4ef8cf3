import Testing
import VerifierKit

@Suite struct VerifierMessagesTests {
  private func value(_ append: (inout [UInt8]) -> Void) throws -> JSONValue {
    var line: [UInt8] = []
    append(&line)
    #expect(line.last == 0x0A)
    #expect(line.filter { $0 == 0x0A }.count == 1)
    return try JSONReader.value(in: line, 0..<line.count)
  }

  @Test func `each message reads what it wrote`() throws {
    let greeting = GreetingMessage(settings: ["a": .number(1), "b": .string("x\ny")])
    #expect(try GreetingMessage(try value(greeting.append)) == greeting)
    let ready = ReadyMessage(name: "n", version: "1")
    #expect(try ReadyMessage(try value(ready.append)) == ready)
    for answer in ["18", nil] {
      let question = QuestionMessage(
        id: "r1",
        problem: Problem(
          id: "p\n", prompt: "q\"", answer: answer, metadata: ["m": .array([.null])]),
        completion: "{\"id\":\"r1\"}\n")
      #expect(try QuestionMessage(try value(question.append)) == question)
    }
    for verdict in [
      Verdict.passed(reason: "a"), .wrong(score: 0.1, reason: ""), .unscored(reason: "é"),
    ] {
      let answer = AnswerMessage(id: "r2", verdict: verdict)
      #expect(try AnswerMessage(try value(answer.append)) == answer)
    }
  }

  @Test(arguments: [
    (#"{"id":"r1","outcome":"passed","reason":""}"#, "'score' is missing"),
    (#"{"id":"r1","outcome":"passed","score":null,"reason":""}"#, "'score' is null"),
    (#"{"id":"r1","outcome":"passed","score":2.0,"reason":""}"#, "'score' is 2.0"),
    (#"{"id":"r1","outcome":"wrong","score":-0.1,"reason":""}"#, "'score' is -0.1"),
    (#"{"id":"r1","outcome":"passed","score":"1","reason":""}"#, "'score' is a string"),
    (#"{"id":"r1","outcome":"passed","score":true,"reason":""}"#, "'score' is true"),
    (#"{"id":"r1","outcome":"unscored","score":0,"reason":""}"#, "an unscored answer has a score"),
    (#"{"id":"r1","outcome":"right","score":1,"reason":""}"#, "'outcome' is not"),
    (#"{"id":"r1","outcome":"passed","score":1}"#, "'reason' is not a string"),
    (#"{"id":7,"outcome":"passed","score":1,"reason":""}"#, "no string 'id'"),
    (#"[1]"#, "is not an object"),
  ])
  func `an odd answer is a violation`(line: String, problem: String) throws {
    let value = try JSONReader.value(in: line)
    let violation = try #require(throws: ProtocolViolation.self) { try AnswerMessage(value) }
    #expect(violation.description.contains(problem))
    #expect(violation.id == (line.contains("\"r1\"") ? "r1" : nil))
  }
}
