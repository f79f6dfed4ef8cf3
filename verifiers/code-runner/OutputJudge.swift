import Cells
import VerifierKit

/// Judges whole programs by what they write: each case in a cell of its own.
struct OutputJudge {
  let workshop: Workshop
  let settings: RunnerSettings

  /// How one program is run again and again.
  private struct Plan {
    let server: CellServer
    let job: [UInt8]
  }

  /// What a compiler made, or what came of it instead.
  private enum Build {
    case program([UInt8])
    case failed(Finding)
  }

  /// Something that keeps a program from being run.
  enum Obstacle: Error {
    case missing(Workshop.Missing)
    case cell(CellError)
  }

  /// Runs a program on each case until one fails; on all of them where shares are paid.
  func judge(
    _ source: String, _ language: Language, cases: [CodeTask.IOCase],
    normaliser: OutputNormaliser, tolerance: Tolerance?
  ) throws(Obstacle) -> Finding {
    var spent = (cpu: 0.0, wall: 0.0)
    let plan: Plan
    switch language {
    case .python:
      plan = Plan(
        server: try missing { () throws(Workshop.Missing) in try workshop.python() },
        job: pythonJob(source))
    case .c:
      let server = try executables(language)
      switch try compile(source, server, &spent) {
      case .failed(let finding): return finding
      case .program(let program):
        let file = ExecutableJob.File(name: "program", contents: program, isExecutable: true)
        plan = Plan(
          server: server, job: ExecutableJob(words: ["/work/program"], files: [file]).bytes)
      }
    case .shell, .javascript:
      plan = Plan(server: try executables(language), job: try script(source, language))
    }

    let hasHidden = cases.contains { !$0.isVisible }
    var (first, right, counted): (Finding?, Int, Int) = (nil, 0, 0)
    for (index, oneCase) in cases.enumerated() {
      let place = "case \(index + 1) of \(cases.count)"
      var finding: Finding
      if spent.wall >= settings.totalSeconds {
        finding = Finding(.timeoutWall, "\(place): the time for all cases was up")
      } else {
        let report = try run(plan, oneCase.input)
        spent = (spent.cpu + report.cpuSeconds, spent.wall + report.wallSeconds)
        finding = self.finding(report, oneCase, normaliser, tolerance)
        finding.reason = "\(place): \(finding.reason)"
        finding.errors = report.errors
      }
      if !oneCase.isVisible || !hasHidden {
        counted += 1
        right += finding.outcome == .passed ? 1 : 0
      }
      if finding.outcome != .passed, first == nil { first = finding }
      if first != nil, !settings.partialCredit { break }
    }
    var finding = first ?? Finding(.passed, "all \(cases.count) outputs are right")
    (finding.cpuSeconds, finding.wallSeconds) = spent
    finding.cases = cases.count { !$0.isVisible || !hasHidden }
    finding.right = right
    return finding
  }

  // MARK: - One case

  private func run(_ plan: Plan, _ input: [UInt8]) throws(Obstacle) -> CellReport {
    do throws(CellError) {
      return try plan.server.run(
        CellJob(
          job: plan.job, input: input, cpuSeconds: settings.cpuSeconds,
          wallSeconds: settings.wallSeconds))
    } catch {
      throw .cell(error)
    }
  }

  private func finding(
    _ report: CellReport, _ oneCase: CodeTask.IOCase, _ normaliser: OutputNormaliser,
    _ tolerance: Tolerance?
  ) -> Finding {
    // What the cell says of a failure only chooses the word for it.
    var (said, forgery): (ProgramRecords.Failure?, String?)
    do throws(ProgramRecords.Forged) {
      said = try ProgramRecords(report.records, calls: 0, isCut: true).failure
    } catch {
      forgery = error.problem
    }
    if let failure = report.failure(cpuSeconds: settings.cpuSeconds, said: said) { return failure }
    if let forgery { return Finding(.protocolError, forgery) }
    if let failure = said?.finding { return failure }
    if normaliser.matches(report.output, oneCase.output, tolerance: tolerance) {
      return Finding(.passed, "the output is right")
    }
    return report.output.isEmpty
      ? Finding(.noResult, "there is no output") : Finding(.wrong, "the output is another one")
  }

  // MARK: - Ways to run

  private func pythonJob(_ source: String) -> [UInt8] {
    var job: [UInt8] = []
    JSONWriter.append(["kind": .string("program"), "source": .string(source)], to: &job)
    return job
  }

  private func script(_ source: String, _ language: Language) throws(Obstacle) -> [UInt8] {
    let program = try missing { () throws(Workshop.Missing) in try workshop.program(of: language) }
    let name = language == .javascript ? "main.js" : "main.sh"
    var words = [program, name]
    if language == .javascript {
      words.insert("--max-old-space-size=\(settings.limits.memoryMiB * 3 / 4)", at: 1)
    }
    return ExecutableJob(words: words, files: [.init(name: name, contents: Array(source.utf8))])
      .bytes
  }

  private func compile(
    _ source: String, _ server: CellServer, _ spent: inout (cpu: Double, wall: Double)
  ) throws(Obstacle) -> Build {
    let compiler = try missing { () throws(Workshop.Missing) in try workshop.program(of: .c) }
    let job = ExecutableJob(
      words: [compiler, "-std=gnu17", "-O1", "-o", "program", "main.c", "-lm"],
      files: [.init(name: "main.c", contents: Array(source.utf8))], result: "program")
    let report: CellReport
    do throws(CellError) {
      report = try server.run(
        CellJob(
          job: job.bytes, cpuSeconds: settings.compileSeconds,
          wallSeconds: Double(settings.compileSeconds) * settings.wallFactor))
    } catch {
      throw .cell(error)
    }
    spent = (report.cpuSeconds, report.wallSeconds)
    guard var failure = report.failure(cpuSeconds: settings.compileSeconds, said: nil) else {
      return .program(report.records)
    }
    failure.reason = "it does not compile: \(failure.reason)"
    failure.errors = report.errors
    (failure.cpuSeconds, failure.wallSeconds) = spent
    return .failed(failure)
  }

  private func executables(_ language: Language) throws(Obstacle) -> CellServer {
    try missing { () throws(Workshop.Missing) in
      _ = try workshop.program(of: language)
      return try workshop.executables(language)
    }
  }

  private func missing<Value>(
    _ body: () throws(Workshop.Missing) -> Value
  ) throws(Obstacle) -> Value {
    do throws(Workshop.Missing) {
      return try body()
    } catch {
      throw .missing(error)
    }
  }
}
