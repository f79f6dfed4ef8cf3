import Cells
import VerifierKit

/// Judges a function by what it returns: the cell gets arguments, the comparison happens here.
struct FunctionJudge {
  let server: CellServer
  let settings: RunnerSettings

  /// Runs a program once and compares what each call returned.
  func judge(
    _ source: String, entry: String, calls: [CodeTask.Call]
  ) throws(CellError) -> Finding {
    let report = try server.run(
      CellJob(
        job: Self.job(source, entry: entry, calls: calls), cpuSeconds: settings.cpuSeconds,
        wallSeconds: settings.wallSeconds))
    var finding = Self.finding(report, calls, cpuSeconds: settings.cpuSeconds)
    (finding.cpuSeconds, finding.wallSeconds) = (report.cpuSeconds, report.wallSeconds)
    finding.errors = report.errors
    return finding
  }

  /// What the cell is told: source and arguments, and nothing of what is expected.
  private static func job(_ source: String, entry: String, calls: [CodeTask.Call]) -> [UInt8] {
    let arguments = calls.map { call -> JSONValue in
      .array([.array(call.arguments.map(\.json)), .object(call.keywords.mapValues(\.json))])
    }
    var job: [UInt8] = []
    JSONWriter.append(
      [
        "kind": .string("function"), "source": .string(source), "entry": .string(entry),
        "calls": .array(arguments),
      ], to: &job)
    return job
  }

  static func finding(
    _ report: CellReport, _ calls: [CodeTask.Call], cpuSeconds: Int
  ) -> Finding {
    let isCut = report.ending != .exited(code: 0) || report.isLate
    let records: ProgramRecords
    do throws(ProgramRecords.Forged) {
      records = try ProgramRecords(
        report.hasManyRecords ? [] : report.records, calls: calls.count, isCut: isCut)
    } catch {
      return Finding(.protocolError, error.problem)
    }
    let isRight = zip(records.answers, calls).map { $1.isAnswered(by: $0) }
    var finding =
      report.failure(cpuSeconds: cpuSeconds, said: records.failure)
      ?? records.failure?.finding
      ?? verdict(records.answers, isRight, of: calls.count)
    let hidden = calls.indices.filter { !calls[$0].isVisible }
    let counted = hidden.isEmpty ? Array(calls.indices) : hidden
    finding.cases = counted.count
    finding.right = counted.filter { isRight.indices.contains($0) && isRight[$0] }.count
    return finding
  }

  /// The verdict on a program that ended by itself.
  private static func verdict(
    _ answers: [ProgramRecords.Answer], _ isRight: [Bool], of calls: Int
  ) -> Finding {
    guard let first = isRight.firstIndex(of: false) else {
      return answers.count == calls
        ? Finding(.passed, "all \(calls) calls return what they should")
        : Finding(.noResult, "it left after \(answers.count) of \(calls) calls")
    }
    let place = "call \(first + 1) of \(calls)"
    return switch answers[first] {
    case .raised(let type): Finding(.runtimeError, "\(place) raised \(type)")
    case .odd: Finding(.wrong, "\(place) returns what is no plain value")
    case .value: Finding(.wrong, "\(place) returns another value")
    }
  }
}

extension CodeTask.Call {
  /// Whether an answer is what the task expects.
  fileprivate func isAnswered(by answer: ProgramRecords.Answer) -> Bool {
    guard case .value(let value) = answer else { return false }
    return switch expectation {
    case .value(let expected, let comparison, let tolerance):
      value.matches(expected, comparison, tolerance)
        || alternative.map { value.matches($0, comparison, tolerance) } ?? false
    case .truth(let truth): value.isTrue == truth
    }
  }
}
