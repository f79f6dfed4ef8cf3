import CCell

/// How a cell ended, and what came out of it; the numbers are the server's, the bytes the program's.
package struct CellReport: Equatable, Sendable {
  /// How the program's first process ended.
  package enum Ending: Equatable, Sendable {
    case exited(code: Int)
    case signalled(number: Int)
  }

  package let ending: Ending
  /// The wall time was up.
  package let isLate: Bool
  /// More than the limit came on standard output or error.
  package let hasMuchOutput: Bool
  /// More than the limit came as records.
  package let hasManyRecords: Bool
  /// The limit of processes was reached when the cell was stopped.
  package let hasManyProcesses: Bool
  /// CPU seconds of all its processes, making the cell included.
  package let cpuSeconds: Double
  /// Seconds by the clock, from the request to the end of its last process.
  package let wallSeconds: Double
  package let output: [UInt8]
  /// The end of standard error.
  package let errors: [UInt8]
  /// What was written to descriptor 3, but for what an interactive cell handed out before.
  package let records: [UInt8]

  init(_ head: cell_reply, output: [UInt8], errors: [UInt8], records: [UInt8]) {
    func has(_ flag: cell_flag) -> Bool { head.flags & flag.rawValue != 0 }
    let signal = Int(head.status & 0x7F)
    ending =
      signal == 0
      ? .exited(code: Int(head.status >> 8 & 0xFF)) : .signalled(number: signal)
    (isLate, hasMuchOutput) = (has(CELL_TIMED_OUT), has(CELL_OUTPUT_LIMIT))
    (hasManyRecords, hasManyProcesses) = (has(CELL_RECORD_LIMIT), has(CELL_MANY_PROCESSES))
    cpuSeconds = Double(head.cpu_microseconds) * 1e-6
    wallSeconds = Double(head.wall_microseconds) * 1e-6
    (self.output, self.errors, self.records) = (output, errors, records)
  }
}
