import Cells

/// Has coqc compile a proof, and then say what it proves and assumes.
final class CoqChecker {
  /// Preambles that are kept compiled, at most.
  private static let preambleLimit = 32

  /// How the shell that runs coqc ends where a file is refused.
  private enum Step: Int {
    case preamble = 41
    case statement, proof, check
  }

  private struct Frame: Hashable {
    let preamble: String
    let statement: String
  }

  private let bench: ProgramBench
  private let settings: AssistantSettings
  /// Compiled preambles whose statements are ones.
  private var compiled: [Frame: [UInt8]] = [:]

  init(bench: ProgramBench, settings: AssistantSettings) {
    (self.bench, self.settings) = (bench, settings)
  }

  /// Judges a script.
  func check(_ task: CoqTask, _ script: CoqScript) throws(Obstacle) -> String {
    let compiler = try judging { () throws(Unjudged) in try bench.path(of: .coqc) }
    let preamble = try judging { () throws(Unjudged) in try self.preamble(of: task, compiler) }
    let job = job(
      compiler, [(CoqTask.proofName, .proof), (CoqTask.checkName, .check)],
      files: [
        .init(name: CoqTask.preambleName + ".vo", contents: preamble),
        Self.source(CoqTask.proofName, task.proofFile(script)),
        Self.source(CoqTask.checkName, task.checkFile),
      ])
    let report = try judging { () throws(Unjudged) in try bench.run(job) }
    let message = String(decoding: report.errors, as: UTF8.self)
    guard report.ending == .exited(code: 0), !report.isLate, !report.hasMuchOutput else {
      throw failure(report, message)
    }
    if let refusal = task.objection(to: String(decoding: report.output, as: UTF8.self)) {
      throw .refused(refusal)
    }
    return "coqc takes the proof, and it assumes nothing that the task does not allow"
  }

  /// A proof that takes too long is none; where the clock alone ran out, the machine was at fault.
  private func failure(_ report: CellReport, _ message: String) -> Obstacle {
    let isSpent = report.cpuSeconds >= 0.9 * Double(settings.seconds)
    if report.isLate, !isSpent { return .unjudged(Unjudged("the machine was too slow for coqc")) }
    if isSpent { return .refused(Refusal("the proof takes longer than \(settings.seconds) s")) }
    if report.hasMuchOutput { return .refused(Refusal("the script writes too much")) }
    switch report.ending {
    case .exited(Step.proof.rawValue):
      return .refused(Refusal("coqc does not take the proof", message: message))
    case .exited(Step.check.rawValue):
      return .refused(Refusal("what the script proves is not the theorem", message: message))
    default: return .unjudged(Unjudged("coqc could not be run: \(message.shown(200))"))
    }
  }

  /// The compiled preamble of a task, which is compiled once.
  private func preamble(of task: CoqTask, _ compiler: String) throws(Unjudged) -> [UInt8] {
    let frame = Frame(preamble: task.preamble, statement: task.statement)
    if let bytes = compiled[frame] { return bytes }
    let report = try bench.run(
      job(
        compiler, [(CoqTask.preambleName, .preamble), (CoqTask.statementName, .statement)],
        files: [
          Self.source(CoqTask.preambleName, task.preamble),
          Self.source(CoqTask.statementName, task.statementFile),
        ], result: CoqTask.preambleName + ".vo"))
    guard report.ending == .exited(code: 0), !report.isLate, !report.hasManyRecords else {
      let what =
        report.ending == .exited(code: Step.statement.rawValue)
        ? "the task's 'theorem' is no statement" : "the task's 'preamble' does not compile"
      let message = String(decoding: report.errors.suffix(400), as: UTF8.self)
      throw Unjudged("\(what): \(message.shown(400))")
    }
    if compiled.count >= Self.preambleLimit { compiled = [:] }
    compiled[frame] = report.records
    return report.records
  }

  private func job(
    _ compiler: String, _ steps: [(file: String, step: Step)], files: [ExecutableJob.File],
    result: String? = nil
  ) -> ExecutableJob {
    // The check's output is the cell's; all other output is for people.
    let lines = steps.map { file, step in
      let output = step == .check ? "" : " >&2"
      return """
        OCAMLFIND_CONF=findlib.conf \(compiler) -q -w none -native-compiler no -noglob \(file).v\(output) \
        || exit \(step.rawValue)
        """
    }
    let text = lines.joined(separator: "\n") + "\n"
    return ExecutableJob(
      words: ["/bin/sh", "steps.sh"],
      files: [
        .init(name: "steps.sh", contents: Array(text.utf8)),
        // A cell has no /etc, without which coqc looks for its plugins by a file that it wants named.
        .init(name: "findlib.conf", contents: Array("path=\"/usr/lib/ocaml\"\n".utf8)),
      ] + files, result: result)
  }

  private static func source(_ name: String, _ text: String) -> ExecutableJob.File {
    .init(name: name + ".v", contents: Array(text.utf8))
  }
}
