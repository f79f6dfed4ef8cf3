import Foundation
import Testing
import VerifierKit

@testable import Rollouts

@Suite struct RolloutFileTests {
  private func read(_ text: String) throws -> [Rollout] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(text.utf8).write(to: file)
    return try RolloutFile.read(file.path)
  }

  private let row = #"{"problem":{"id":"a","prompt":"1+1="},"completion":"2"}"#

  @Test func `a row needs a problem and a completion alone`() throws {
    let rollouts = try read("\n\(row)\n\n\(row)\n")
    #expect(rollouts.count == 2)
    #expect(rollouts[0].problem.id == "a" && rollouts[0].completion == "2")
    #expect(rollouts[0].tokens == nil && rollouts[0].reward == nil)
  }

  @Test(
    arguments: [
      #"{"problem":{"id":"a","prompt":""}}"#, "7", "{", "[]", #"{"completion":"2"}"#,
      #"{"problem":{"id":"a","prompt":""},"completion":3}"#,
      #"{"problem":{"id":"a","prompt":""},"completion":"","tokens":[1,2],"logProbs":[0]}"#,
      #"{"problem":{"id":"a","prompt":""},"completion":"","tokens":[99999999999]}"#,
    ])
  func `what is no rollout is refused with its line`(bad: String) throws {
    let error = #expect(throws: RolloutFileError.self) { try read("\(row)\n\(bad)\n") }
    #expect(error?.description.contains("line 2 is no rollout") == true)
  }

  @Test func `a file without rollouts is refused`() throws {
    #expect(throws: RolloutFileError.self) { try read("\n \n") }
    #expect(throws: RolloutFileError.self) { try RolloutFile.read("/nowhere/at/all.jsonl") }
  }
}
