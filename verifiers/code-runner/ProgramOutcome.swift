/// How judging one program ended, in the words that records use.
enum ProgramOutcome: String, CaseIterable {
  case passed
  /// It ran to its end, and an answer is another one.
  case wrong
  /// It ended without an answer: left early, or has no such function.
  case noResult
  /// It is not a program, raised, or died.
  case runtimeError
  /// A process used up its CPU seconds.
  case timeoutCPU
  /// The cell's time by the clock was up.
  case timeoutWall
  case memory
  case outputLimit
  case processLimit
  case fileLimit
  /// It made a system call for which there is no excuse.
  case killedByPolicy
  /// What it sent back is not what an honest program sends.
  case protocolError
  /// It could not be run, or not be judged; never its fault, and never a 0.
  case infrastructure
}

/// What was found out about one program.
struct Finding {
  var outcome: ProgramOutcome
  /// One clause without test text, the same each time.
  var reason: String
  /// Hidden cases that were right, and all hidden cases.
  var right = 0
  var cases = 0
  /// Of all cells that were needed.
  var cpuSeconds = 0.0
  var wallSeconds = 0.0
  /// The end of standard error of the cell that decided.
  var errors: [UInt8] = []

  init(_ outcome: ProgramOutcome, _ reason: String) {
    (self.outcome, self.reason) = (outcome, reason)
  }
}
