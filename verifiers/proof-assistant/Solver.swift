import Cells

/// One question to z3: whether what is asserted can hold.
struct SolverQuery: Equatable {
  /// Lines of the task that come first.
  let theory: [String]
  /// Lines with the answer that is judged.
  let answer: [String]
  /// Lines of the task that ask, and end with the one `check-sat`.
  let question: [String]

  /// Told between the parts, so that an error has an address.
  fileprivate static let marks = ["hone: answer", "hone: question"]

  /// The script that z3 runs.
  var script: String {
    let marks = Self.marks.map { "(echo \"\($0)\")" }
    return (theory + [marks[0]] + answer + [marks[1]] + question).joined(separator: "\n") + "\n"
  }
}

/// What z3 made of a question.
enum SolverReply: Equatable {
  case satisfiable
  case unsatisfiable
  /// It found nothing within its limits.
  case gaveUp
  /// It does not take the answer that is judged.
  case answerError(String)
  /// It does not take the task.
  case taskError(String)

  /// Reads what z3 wrote for a query's script; anything unknown is no reply at all.
  init(_ output: String) {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: true)
    let parts = lines.split(
      omittingEmptySubsequences: false, whereSeparator: { SolverQuery.marks.contains(String($0)) })
    if lines.contains(where: { $0.contains("out of memory") || $0 == "timeout" }) {
      self = .gaveUp
    } else if let error = parts[0].first {
      self = .taskError(String(error))
    } else if parts.count > 1, let error = parts[1].first {
      self = .answerError(String(error))
    } else if parts.count == 3, let line = parts[2].first {
      switch (line, parts[2].count) {
      case ("sat", 1): self = .satisfiable
      case ("unsat", 1): self = .unsatisfiable
      case ("unknown", 1): self = .gaveUp
      default: self = .taskError(String(line))
      }
    } else {
      self = .gaveUp
    }
  }
}

/// Asks z3, each question in a cell and a process of its own, so that no question is harder for the
/// ones before it.
struct Solver {
  let bench: ProgramBench
  let settings: AssistantSettings

  /// Asks one question.
  ///
  /// - Throws: ``Unjudged`` where z3 is not installed or no cell can be made.
  func reply(to query: SolverQuery) throws(Unjudged) -> SolverReply {
    let job = ExecutableJob(
      words: [
        try bench.path(of: .z3), "-smt2", "-T:\(settings.seconds)",
        "-memory:\(settings.memoryMiB / 4 * 3)", "rlimit=\(settings.resourceLimit)",
        "sat.random_seed=0", "smt.random_seed=0", "question.smt2",
      ],
      files: [.init(name: "question.smt2", contents: Array(query.script.utf8))])
    let report = try bench.run(job)
    return SolverReply(String(decoding: report.output, as: UTF8.self))
  }

  /// Judges a witness.
  func check(_ task: WitnessTask, _ values: [String: String]) throws(Obstacle) -> String {
    switch try judging({ () throws(Unjudged) in try reply(to: task.query(values)) }) {
    case .unsatisfiable: return "the goal holds at the witness"
    case .satisfiable:
      throw .refused(Refusal("the goal does not hold at the witness, or only for some functions"))
    case .gaveUp: throw .unjudged(Unjudged("z3 gave up on the goal at the witness"))
    case .answerError(let line), .taskError(let line):
      throw .unjudged(Unjudged("z3 does not take the task: \(line.shown(200))"))
    }
  }

  /// Judges a lemma, condition by condition; one that fails decides, even where z3 gave up before.
  func check(_ task: LemmaTask, _ formula: SExpression) throws(Obstacle) -> String {
    let queries = task.queries(formula)
    var open: Int?
    for (index, query) in queries.enumerated() {
      switch try judging({ () throws(Unjudged) in try reply(to: query) }) {
      case .unsatisfiable: continue
      case .satisfiable:
        throw .refused(Refusal("condition \(index + 1) of \(queries.count) can fail"))
      case .gaveUp: open = open ?? index + 1
      case .answerError(let line):
        throw .refused(Refusal("z3 does not take the formula", message: line))
      case .taskError(let line):
        throw .unjudged(Unjudged("z3 does not take the task: \(line.shown(200))"))
      }
    }
    if let open {
      throw .unjudged(Unjudged("z3 gave up on condition \(open) of \(queries.count)"))
    }
    return queries.count == 1 ? "the condition holds" : "all \(queries.count) conditions hold"
  }
}
