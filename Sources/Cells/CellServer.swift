package import Glibc

/// Runs programs, each in a cell of its own, through a server that is started when it is needed.
///
/// A server that dies, or answers oddly, is replaced, and what it was doing is done once more; after
/// some thousand programs it is replaced as a precaution.
package final class CellServer {
  /// Programs that a server runs before it is replaced.
  package static let programsBeforeRenewal = 4000
  /// Seconds that a server may be late beyond a cell's wall time before it counts as lost.
  private static let patienceSeconds = 5.0

  package let host: CellHost
  package let limits: CellLimits
  /// Servers that were started so far.
  package private(set) var starts = 0

  /// The running server's process, nil where none runs; its only child is the cell that waits.
  package var processID: pid_t? { process?.process }

  private var process: ServerProcess?
  private var programs = 0
  private var lastReply: UInt64 = 0

  package init(host: CellHost, limits: CellLimits) { (self.host, self.limits) = (host, limits) }

  /// Runs a program to its end.
  ///
  /// - Throws: ``CellError`` where two servers failed one after the other.
  package func run(_ job: CellJob) throws(CellError) -> CellReport {
    do throws(CellError) {
      return try attempt(job)
    } catch {
      return try attempt(job)
    }
  }

  private func attempt(_ job: CellJob) throws(CellError) -> CellReport {
    try begin(job, isInteractive: false)
    guard case .done(let report) = try next() else {
      process = nil
      throw .strangeReply(problem: "records that nobody asked for")
    }
    return report
  }

  // MARK: - Conversations

  /// What an interactive cell did.
  package enum Event: Equatable, Sendable {
    /// It wrote records, cut anywhere.
    case records([UInt8])
    /// It ended.
    case done(CellReport)
  }

  /// Starts a program to which more input can be sent while it works.
  ///
  /// Exactly one cell runs at a time: ``next()`` must have said that the one before is done.
  package func converse(_ job: CellJob) throws(CellError) { try begin(job, isInteractive: true) }

  /// Waits for what the running cell does next.
  package func next() throws(CellError) -> Event {
    try guarded { process throws(CellError) in
      switch try process.receive(before: lastReply) {
      case .records(let bytes): .records(bytes)
      case .done(let report): .done(report)
      }
    }
  }

  /// Sends more input to the running cell.
  package func send(_ bytes: [UInt8]) throws(CellError) {
    try guarded { process throws(CellError) in try process.sendInput(bytes) }
  }

  /// Tells the running cell that no more input will come.
  package func endInput() throws(CellError) {
    try guarded { process throws(CellError) in try process.endInput() }
  }

  /// Ends the server with whatever it runs; the next program starts another.
  package func stop() { process = nil }

  // MARK: - The process

  private func begin(_ job: CellJob, isInteractive: Bool) throws(CellError) {
    if programs >= Self.programsBeforeRenewal { process = nil }
    if process == nil {
      (programs, starts) = (0, starts + 1)
      process = try ServerProcess(host, limits)
    }
    programs += 1
    lastReply = deadline(seconds: job.wallSeconds + Self.patienceSeconds)
    try guarded { process throws(CellError) in
      try process.begin(job, isInteractive: isInteractive)
    }
  }

  /// Does something with the process; any failure is its end.
  private func guarded<Value>(
    _ body: (borrowing ServerProcess) throws(CellError) -> Value
  ) throws(CellError) -> Value {
    guard let running = process.take() else {
      throw .serverLost(reason: "no server is running")
    }
    let value = try body(running)
    process = consume running
    return value
  }
}
