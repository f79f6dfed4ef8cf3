import Cells
import VerifierKit

/// Judges programs by running them, each in a cell of its own.
///
/// This process is the supervisor: it holds the expected values, which never enter a cell with the
/// program, reads strictly what comes back, and compares.
struct CodeRunner: VerifierPlugin {
  static let name = "code-runner"
  static let version = "1.0"

  private let settings: RunnerSettings
  let workshop: Workshop

  init(settings: [String: JSONValue]) throws {
    try self.init(settings: settings, places: .standard)
  }

  init(settings: [String: JSONValue], places: RunnerPlaces) throws(InvalidVerifierSetting) {
    let settings = try RunnerSettings(settings)
    (self.settings, workshop) = (settings, Workshop(settings: settings, places: places))
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    let task: CodeTask
    do throws(CodeTask.Unusable) {
      task = try CodeTask(
        problem, standardLanguage: settings.language, limits: settings.limits)
    } catch {
      return verdict(on: Finding(.infrastructure, error.reason))
    }
    return verdict(on: finding(task, completion))
  }

  // MARK: - Running

  private func finding(_ task: CodeTask, _ completion: String) -> Finding {
    let source = task.source(of: completion)
    guard source.contains(where: { !$0.isWhitespace }) else {
      return Finding(.noResult, "there is no program")
    }
    guard source.utf8.count <= settings.sourceKiB << 10 else {
      return Finding(.runtimeError, "the source is longer than \(settings.sourceKiB) KiB")
    }
    do {
      switch task.kind {
      case .function(let entry, let calls):
        return try FunctionJudge(server: try workshop.python(), settings: settings)
          .judge(source, entry: entry, calls: calls)
      case .stdio(let cases, let normaliser, let tolerance):
        return try OutputJudge(workshop: workshop, settings: settings)
          .judge(source, task.language, cases: cases, normaliser: normaliser, tolerance: tolerance)
      case .tests(let entry, let sources, let call):
        let judge = TestsJudge(
          candidates: try workshop.python(), testers: try workshop.tester(), settings: settings)
        return try judge.judge(source, entry: entry, sources: sources, call: call)
      }
    } catch {
      workshop.renew()
      return Finding(.infrastructure, Self.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let missing as Workshop.Missing: missing.reason
    case OutputJudge.Obstacle.missing(let missing): missing.reason
    case OutputJudge.Obstacle.cell(let error): "\(error)"
    default: "\(error)"
    }
  }

  // MARK: - Verdicts

  private func verdict(on finding: Finding) -> Verdict {
    let reason = "\(finding.outcome.rawValue): \(finding.reason)"
    let verdict: Verdict =
      switch finding.outcome {
      case .passed: .passed(reason: reason)
      case .infrastructure: .unscored(reason: reason)
      default: .wrong(score: settings.partialCredit ? share(finding) : 0, reason: reason)
      }
    return verdict.detailed(details(finding))
  }

  private func share(_ finding: Finding) -> Double {
    finding.cases == 0 ? 0 : Double(finding.right) / Double(finding.cases)
  }

  private func details(_ finding: Finding) -> [String: JSONValue] {
    var details: [String: JSONValue] = [
      "outcome": .string(finding.outcome.rawValue),
      "cpuSeconds": .number((finding.cpuSeconds * 1e6).rounded() / 1e6),
      "wallSeconds": .number((finding.wallSeconds * 1e6).rounded() / 1e6),
    ]
    if finding.cases > 0 {
      details["cases"] = .number(Double(finding.cases))
      details["right"] = .number(Double(finding.right))
    }
    if !finding.errors.isEmpty {
      details["standardError"] = .string(
        String(decoding: finding.errors.suffix(2048), as: UTF8.self))
    }
    return details
  }
}
