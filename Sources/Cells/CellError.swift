import Glibc

/// What keeps programs from being run at all; never the program's fault.
package enum CellError: Error, Equatable, CustomStringConvertible {
  /// The server could not be started.
  case noServer(command: String, reason: String)
  /// The machine refuses to make cells.
  case refused(step: String)
  /// One cell could not be made.
  case notMade(step: String)
  /// The server ended, or stopped answering.
  case serverLost(reason: String)
  /// What the server said makes no sense.
  case strangeReply(problem: String)

  package var description: String {
    switch self {
    case .noServer(let command, let reason): "'\(command)' could not be started: \(reason)"
    case .refused(let step):
      "this machine refuses to make cells (\(step)); user namespaces must be allowed"
    case .notMade(let step): "a cell could not be made (\(step))"
    case .serverLost(let reason): "the server of cells was lost: \(reason)"
    case .strangeReply(let problem): "the server of cells answered oddly: \(problem)"
    }
  }
}

/// What an error number means.
func meaning(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
