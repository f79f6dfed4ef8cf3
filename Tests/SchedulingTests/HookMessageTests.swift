import Foundation
import Registry
import Runs
import Testing

@testable import Scheduling

@Suite struct HookMessageTests {
  private let runs = URL(filePath: "/r")

  private func job() -> Job {
    var job = Job(
      id: 7, schedule: "nightly", instant: Date(timeIntervalSince1970: 0),
      request: JobRequest(name: "nightly", pipeline: "/p.yaml", folder: "/"))
    job.run = "nightly-7"
    return job
  }

  private func text(_ message: HookMessage) throws -> String {
    String(decoding: try StableJSON.data(message), as: UTF8.self)
  }

  // What programs of users read: a member that is renamed breaks them.
  @Test func `a job's end is told with these members`() throws {
    let message = HookMessage(job(), outcome: .succeeded, runs: runs)
    #expect(
      try text(message) == #"{"event":"success","instant":"1970-01-01T00:00:00Z","job":7,"#
        + #""outcome":"succeeded","pipeline":"/p.yaml","run":"/r/nightly-7","schedule":"nightly"}"#)
    var failed = job()
    (failed.note, failed.run) = ("It was stopped.", nil)
    #expect(
      try text(HookMessage(failed, outcome: .overTime, runs: runs))
        == #"{"event":"failure","instant":"1970-01-01T00:00:00Z","job":7,"outcome":"overTime","#
        + #""pipeline":"/p.yaml","reason":"It was stopped.","schedule":"nightly"}"#)
  }

  @Test func `a promotion is told with these members`() throws {
    let entry = PromotionEntry(
      name: "champion", action: .promote, number: 3, previous: 2, run: "nightly-7",
      created: "2025-01-31T02:00:00Z")
    let promotion =
      #""promotion":{"action":"promote","name":"champion","number":3,"#
      + #""policy":"/r/policies/champion/3","previous":2},"run":"/r/nightly-7""#
    #expect(
      try text(HookMessage(entry, of: job(), runs: runs))
        == #"{"event":"promotion","instant":"1970-01-01T00:00:00Z","job":7,"pipeline":"/p.yaml","#
        + promotion + #","schedule":"nightly"}"#)
    #expect(
      try text(HookMessage(entry, runs: runs)) == #"{"event":"promotion","# + promotion + "}")
  }

  @Test func `a promotion that is taken back may leave a name to nobody`() throws {
    let entry = PromotionEntry(
      name: "champion", action: .undo, number: nil, previous: 1, run: "a-1",
      created: "2025-01-31T02:00:00Z")
    #expect(
      try text(HookMessage(entry, runs: runs)) == #"{"event":"promotion","promotion":"#
        + #"{"action":"undo","name":"champion","previous":1},"run":"/r/a-1"}"#)
  }
}
