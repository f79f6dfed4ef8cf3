import VerifierKit

/// Judges what z3 or coqc can check: a witness, a lemma, or a proof script.
///
/// The answer is the last fenced block, or else the whole completion, and must be nothing else. It is
/// read here first, so that nothing but terms or tactics reaches a program, and then goes to a program
/// in a cell.
struct ProofAssistant: VerifierPlugin {
  static let name = "proof-assistant"
  static let version = "1.0"

  private let settings: AssistantSettings
  private let bench: ProgramBench
  private let coq: CoqChecker

  init(settings: [String: JSONValue]) throws {
    try self.init(settings: settings, places: .standard)
  }

  init(settings: [String: JSONValue], places: AssistantPlaces) throws(InvalidVerifierSetting) {
    let settings = try AssistantSettings(settings)
    let bench = ProgramBench(settings: settings, places: places)
    (self.settings, self.bench) = (settings, bench)
    coq = CoqChecker(bench: bench, settings: settings)
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    bench.restartClock()
    do throws(Obstacle) {
      let task = try judging { () throws(Unjudged) in try AssistantTask(problem.metadata) }
      let answer = CodeText.code(in: completion, names: task.fenceNames)
      guard answer.utf8.count <= settings.answerKiB << 10 else {
        throw .refused(Refusal("the answer is longer than \(settings.answerKiB) KiB"))
      }
      return try check(task, answer).detailed(details(message: ""))
    } catch {
      switch error {
      case .refused(let refusal):
        return .wrong(reason: "\(refusal)").detailed(details(message: refusal.message))
      case .unjudged(let unjudged): return .unscored(reason: "\(unjudged)")
      }
    }
  }

  private func check(_ task: AssistantTask, _ answer: String) throws(Obstacle) -> Verdict {
    let solver = Solver(bench: bench, settings: settings)
    switch task {
    case .witness(let task):
      let values = try refusing { () throws(Refusal) in try task.values(answer) }
      let verdict = Verdict.passed(reason: try solver.check(task, values))
      let name = task.canonical(values)
      return name.utf8.count <= 256 ? verdict.naming(name) : verdict
    case .lemma(let task):
      let formula = try refusing { () throws(Refusal) in try task.formula(answer) }
      return .passed(reason: try solver.check(task, formula))
    case .coq(let task):
      let script = try refusing { () throws(Refusal) in try CoqScript(answer) }
      return .passed(reason: try coq.check(task, script))
    }
  }

  private func details(message: String) -> [String: JSONValue] {
    var details: [String: JSONValue] = [
      "cpuSeconds": .number((bench.cpuSeconds * 1e6).rounded() / 1e6)
    ]
    if !message.isEmpty {
      details["message"] = .string(String(decoding: message.utf8.suffix(2048), as: UTF8.self))
    }
    return details
  }
}
