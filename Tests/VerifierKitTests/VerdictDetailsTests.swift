import Testing

@testable import VerifierKit

@Suite struct VerdictDetailsTests {
  private func sent(_ verdict: Verdict) throws -> Verdict {
    var line: [UInt8] = []
    AnswerMessage(id: "r0", verdict: verdict).append(to: &line)
    return try AnswerMessage(try JSONReader.value(in: line, 0..<line.count)).verdict
  }

  @Test func `details cross the protocol`() throws {
    let verdict = Verdict.wrong(reason: "late").detailed(["wallSeconds": .number(2.5)])
    #expect(try sent(verdict) == verdict)
  }

  @Test func `details that would fill a record are not kept`() throws {
    let long = String(repeating: "x", count: VerifierProtocol.detailsLimit)
    let verdict = try sent(.passed(reason: "yes").detailed(["text": .string(long)]))
    #expect(verdict == .passed(reason: "yes"))
  }

  @Test func `details that are no object break the protocol`() throws {
    let line = #"{"id":"r0","outcome":"passed","score":1,"reason":"","details":[1]}"#
    let error = try #require(throws: ProtocolViolation.self) {
      try AnswerMessage(try JSONReader.value(in: line))
    }
    #expect(error.problem == "'details' is not an object")
  }
}
