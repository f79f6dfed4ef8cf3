/// A run's folder that cannot be used, with what, where, and what to do.
package enum RunError: Error, Equatable, CustomStringConvertible {
  /// A name that is no file's name.
  case unusableName(kind: String, name: String)
  /// No such folder, or one without `run.json`.
  case notARun(folder: String)
  /// `run.json` is not what it should be.
  case unreadableManifest(file: String, reason: String)
  /// The folder has another layout.
  case otherFormat(folder: String, format: Int, honeVersion: String?)
  /// Another process is at work in the folder.
  case inUse(folder: String, processID: Int32?)
  /// Fewer records are there than a checkpoint says.
  case recordsMissing(file: String, found: Int, wanted: Int)
  /// A line that is not a record of the kind asked for.
  case unreadableRecord(file: String, line: Int, reason: String)
  /// The system refused an operation.
  case system(operation: String, path: String, reason: String)

  package var description: String {
    switch self {
    case .unusableName(let kind, let name):
      """
      '\(name)' cannot name a \(kind): use letters, digits, '-', '_' and '.', 1 to 100 of them, \
      and begin with a letter or a digit.
      """
    case .notARun(let folder):
      "\(folder) is not a run: it has no run.json. Name a folder that `hone run` made."
    case .unreadableManifest(let file, let reason):
      "\(file) is damaged (\(reason)). Start the run anew; its checkpoints can still be loaded."
    case .otherFormat(let folder, let format, let version):
      """
      \(folder) has format \(format)\(version.map { " of hone \($0)" } ?? ""), but this hone \
      \(HoneVersion.current) reads format \(RunManifest.currentFormat). Resume it with the hone \
      that made it, or start a new run from one of its checkpoints.
      """
    case .inUse(let folder, let processID):
      """
      \(folder) is in use by \(processID.map { "process \($0)" } ?? "another process"). Wait for \
      it to end, stop it, or start a run of its own.
      """
    case .recordsMissing(let file, let found, let wanted):
      """
      \(file) has \(found) whole records, but the checkpoint was written after \(wanted). Resume \
      from an earlier checkpoint, or start the run anew.
      """
    case .unreadableRecord(let file, let line, let reason):
      "\(file):\(line): \(reason). Restore the file, or resume the run from its last checkpoint."
    case .system(let operation, let path, let reason):
      "Cannot \(operation) \(path): \(reason)."
    }
  }
}
