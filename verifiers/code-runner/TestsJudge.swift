import Cells
import VerifierKit

/// Judges a function by tests that are code, in two cells: the tests in one, with a stub in the
/// function's place, and the candidate in the other.
///
/// Each call crosses here, read strictly in both directions; the tests never share a process with
/// the candidate, and the candidate sees arguments only.
struct TestsJudge {
  /// Calls that tests may make, at most.
  static let callLimit = 20_000

  let candidates: CellServer
  let testers: CellServer
  let settings: RunnerSettings

  /// Lines of a conversation with a cell.
  private struct Lines {
    let server: CellServer
    var report: CellReport?
    private var bytes: [UInt8] = []
    /// Where the next line starts.
    private var start = 0
    /// Up to where no end of it was found.
    private var searched = 0

    init(server: CellServer) { self.server = server }

    var isAtEnd: Bool { start == bytes.count }

    /// The next line without its end; nil once the cell ended.
    mutating func next() throws(CellError) -> [UInt8]? {
      while true {
        if let end = bytes[searched...].firstIndex(of: 0x0A) {
          defer { (start, searched) = (end + 1, end + 1) }
          return Array(bytes[start..<end])
        }
        searched = bytes.count
        guard report == nil else { return nil }
        switch try server.next() {
        case .records(let more): append(more)
        case .done(let report):
          self.report = report
          append(report.records)
        }
      }
    }

    /// Adds bytes behind those that were not read yet.
    private mutating func append(_ more: [UInt8]) {
      bytes.removeSubrange(..<start)
      (start, searched) = (0, searched - start)
      bytes += more
    }

    /// Waits for the cell's end, and says whether it wrote on.
    mutating func finish() throws(CellError) -> (report: CellReport, wroteOn: Bool) {
      var wroteOn = false
      while true {
        if try next() != nil { wroteOn = true }
        if let report { return (report, wroteOn || !isAtEnd) }
      }
    }
  }

  /// How the conversation ended.
  private enum Outcome {
    case tests(passed: Bool)
    /// A test fails after the function returned what no stub can return.
    case noPlainValue
    /// The candidate did not answer; its report says why, or it said so itself.
    case noAnswer(ProgramRecords.Failure?)
    case forged(String)
    /// The tests do not come to an end with the values that they got.
    case unfinished
    /// It is the tests that do not work.
    case brokenTests(String)
  }

  /// Runs the tests.
  func judge(
    _ source: String, entry: String, sources: [String], call: String?
  ) throws(CellError) -> Finding {
    do throws(CellError) {
      return try converse(source, entry: entry, sources: sources, call: call)
    } catch {
      // Whichever of the two was left in the middle of a program must not go on with it.
      candidates.stop()
      testers.stop()
      throw error
    }
  }

  private func converse(
    _ source: String, entry: String, sources: [String], call: String?
  ) throws(CellError) -> Finding {
    // The tests wait while the candidate works, so they have more time.
    try testers.converse(
      job(
        [
          "kind": .string("tests"), "sources": .array(sources.map(JSONValue.string)),
          "entry": .string(entry), "call": call.map(JSONValue.string) ?? .null,
        ], wallSeconds: settings.wallSeconds * 2))
    try candidates.converse(
      job(
        ["kind": .string("candidate"), "source": .string(source), "entry": .string(entry)],
        wallSeconds: settings.wallSeconds))
    var (tester, candidate) = (Lines(server: testers), Lines(server: candidates))
    let outcome = try carry(&tester, &candidate)
    // Both end when they hear that no more will come.
    if tester.report == nil { try testers.endInput() }
    if candidate.report == nil { try candidates.endInput() }
    _ = try tester.finish()
    let (report, wroteOn) = try candidate.finish()
    var finding = finding(outcome, report, wroteOn: wroteOn)
    (finding.cpuSeconds, finding.wallSeconds) = (report.cpuSeconds, report.wallSeconds)
    finding.errors = report.errors
    (finding.cases, finding.right) = (1, finding.outcome == .passed ? 1 : 0)
    return finding
  }

  /// Carries calls and values until one side ends it.
  private func carry(
    _ tester: inout Lines, _ candidate: inout Lines
  ) throws(CellError) -> Outcome {
    var returnedOdd = false
    for index in 0...Self.callLimit {
      guard let line = try tester.next() else {
        // Once they have values, it may be these that keep them from ending.
        return index == 0 ? .brokenTests("the tests ended early") : .unfinished
      }
      switch Self.question(line) {
      case .end(.tests) where index == 0:
        return .brokenTests("the tests end without a call of the function")
      case .end(.tests(passed: false)) where returnedOdd: return .noPlainValue
      case .end(let outcome): return outcome
      case .pass(let bytes): try candidates.send(bytes)
      }
      guard let answer = try candidate.next() else { return .noAnswer(nil) }
      switch Self.answer(answer, index: index, isOdd: &returnedOdd) {
      case .end(let outcome): return outcome
      case .pass(let bytes): try testers.send(bytes)
      }
    }
    return .unfinished
  }

  /// What is to be done with a line: hand on these bytes, or end.
  private enum Step {
    case pass([UInt8])
    case end(Outcome)
  }

  private static func question(_ line: [UInt8]) -> Step {
    do throws(ProgramRecords.Forged) {
      let members = try ProgramRecords.members(line, 0..<line.count)
      switch members["tests"] {
      case nil: break
      case .string("passed")?: return .end(.tests(passed: true))
      case .string("failed")?: return .end(.tests(passed: false))
      default: return .end(.brokenTests("the tests do not work"))
      }
      guard let question = members["call"] else {
        return .end(.brokenTests("the tests say something odd"))
      }
      var bytes: [UInt8] = []
      JSONWriter.append(question, to: &bytes)
      return .pass(bytes + [0x0A])
    } catch {
      return .end(.brokenTests(error.problem))
    }
  }

  private static func answer(_ line: [UInt8], index: Int, isOdd: inout Bool) -> Step {
    let record: ProgramRecords.Record
    do throws(ProgramRecords.Forged) {
      record = try ProgramRecords.record(in: line, 0..<line.count)
    } catch {
      return .end(.forged(error.problem))
    }
    let message: [String: JSONValue]
    switch record {
    case .failure(let failure): return .end(.noAnswer(failure))
    case .answer(index, .value(let value)): message = ["value": value.json]
    case .answer(index, .raised(let type)): message = ["raised": .string(type)]
    case .answer(index, .odd):
      isOdd = true
      message = ["raised": .string("TypeError")]
    case .answer: return .end(.forged("a record is not the one whose turn it is"))
    }
    var bytes: [UInt8] = []
    JSONWriter.append(message, to: &bytes)
    return .pass(bytes + [0x0A])
  }

  private func finding(_ outcome: Outcome, _ report: CellReport, wroteOn: Bool) -> Finding {
    var said: ProgramRecords.Failure?
    switch outcome {
    case .brokenTests(let problem): return Finding(.infrastructure, problem)
    case .forged(let problem): return Finding(.protocolError, problem)
    case .noAnswer(let failure): said = failure
    case .tests, .noPlainValue, .unfinished: break
    }
    if let ending = report.failure(cpuSeconds: settings.cpuSeconds, said: said) { return ending }
    if let failure = said?.finding { return failure }
    if case .unfinished = outcome {
      return Finding(.wrong, "the tests do not come to an end with its values")
    }
    if case .noPlainValue = outcome {
      return Finding(.wrong, "the function returns what is no plain value, and a test fails")
    }
    guard case .tests(let passed) = outcome else {
      return Finding(.noResult, "it left before it answered")
    }
    if wroteOn { return Finding(.protocolError, "a record follows the last one") }
    return passed ? Finding(.passed, "the tests pass") : Finding(.wrong, "a test fails")
  }

  // MARK: - Helpers

  private func job(_ members: [String: JSONValue], wallSeconds: Double) -> CellJob {
    var job: [UInt8] = []
    JSONWriter.append(members, to: &job)
    return CellJob(job: job, cpuSeconds: settings.cpuSeconds, wallSeconds: wallSeconds)
  }
}
