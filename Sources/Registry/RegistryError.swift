import GRDB

/// A file of records that cannot be used, with which file, what is wrong, and what to do.
package enum RegistryError: Error, Equatable, CustomStringConvertible {
  /// Bytes of the file are not what SQLite wrote.
  case damaged(file: String, reason: String)
  /// Another process holds the file for longer than is waited.
  case busy(file: String)
  case diskFull(file: String)
  case readOnly(file: String)
  /// The file has steps that this hone does not know.
  case newer(file: String, steps: [String])
  /// The file is not there.
  case missing(file: String)
  /// The ledger holds less than a checkpoint counts on.
  case ledgerShort(file: String, found: Int, wanted: Int)
  /// Anything else that SQLite or the system refused.
  case refused(file: String, reason: String)

  package var description: String {
    switch self {
    case .damaged(let file, let reason) where file.hasSuffix(Ledger.fileName):
      """
      \(file) is damaged (\(reason)). Restore it from a copy, or start a new run with a policy of \
      this run's checkpoints, which are whole.
      """
    case .damaged(let file, let reason):
      """
      \(file) is damaged (\(reason)). Restore it from a copy, or move it away: runs are found again \
      in their folders; schedules and named policies are in this file alone.
      """
    case .busy(let file):
      "\(file) is held by another process. Wait until it is done, then try again."
    case .diskFull(let file):
      """
      The disk is full, so \(file) cannot be written. Make room (`hone runs gc` says what it could \
      delete), then go on.
      """
    case .readOnly(let file):
      "\(file) cannot be written: it or its folder is read-only. Change its permissions."
    case .newer(let file, let steps):
      """
      \(file) was written by a newer hone (it has \(steps.joined(separator: ", "))). Use that one, \
      or another folder with --runs.
      """
    case .missing(let file):
      """
      \(file) is gone, so what the run did cannot be recorded any more. Restore it from a copy, or \
      start a new run with a policy of this run's checkpoints.
      """
    case .ledgerShort(let file, let found, let wanted):
      """
      \(file) has \(found) entries, but the checkpoint was written after \(wanted). Restore it from \
      a copy, or start a new run with a policy of this run's checkpoints.
      """
    case .refused(let file, let reason):
      "\(file) cannot be used: \(reason)."
    }
  }

  /// What an error of SQLite says about a file.
  init(_ error: DatabaseError, file: String) {
    let reason = error.message ?? "SQLite's code \(error.extendedResultCode.rawValue)"
    self =
      switch error.resultCode {
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged(file: file, reason: reason)
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(file: file)
      case .SQLITE_FULL: .diskFull(file: file)
      case .SQLITE_READONLY, .SQLITE_PERM: .readOnly(file: file)
      default: .refused(file: file, reason: reason)
      }
  }
}
