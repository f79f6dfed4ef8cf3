import Cells

extension CellReport {
  /// Why the program is not to be asked for its answer; nil where it ended by itself with code 0.
  ///
  /// - Parameters:
  ///   - limit: CPU seconds of each of its processes.
  ///   - said: What the program's side says of its failure, which chooses between the words for one
  ///     and never makes one.
  /// - Returns: The finding.
  func failure(cpuSeconds limit: Int, said: ProgramRecords.Failure?) -> Finding? {
    if isLate {
      return hasManyProcesses
        ? Finding(.processLimit, "the limit of processes was reached until the time was up")
        : Finding(.timeoutWall, "the time by the clock was up")
    }
    if hasMuchOutput { return Finding(.outputLimit, "it wrote more than the limit") }
    if hasManyRecords { return Finding(.outputLimit, "its values are longer than the limit") }
    switch ending {
    case .exited(code: 0): return nil
    case .exited(let code): return said?.finding ?? Finding(.runtimeError, "exit code \(code)")
    case .signalled(let number): return Self.finding(signal: number, cpuSeconds, limit)
    }
  }

  /// The kernel counts CPU time against a limit in ticks, which is coarser than what is reported, so
  /// a kill after half of the time is put down to the limit.
  private static func finding(signal: Int, _ cpuSeconds: Double, _ limit: Int) -> Finding {
    switch signal {
    case 9 where cpuSeconds >= Double(limit) / 2, 24:
      Finding(.timeoutCPU, "the CPU time was used up")
    case 25: Finding(.fileLimit, "a file grew beyond the limit")
    case 31: Finding(.killedByPolicy, "it made a forbidden system call")
    default: Finding(.runtimeError, "ended by \(name(of: signal))")
    }
  }

  private static func name(of signal: Int) -> String {
    let names = [
      4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV",
      13: "SIGPIPE", 15: "SIGTERM",
    ]
    return names[signal] ?? "signal \(signal)"
  }
}
