package import Foundation
import Glibc
import Runs

/// One daemon a folder of runs.
extension ScheduleDaemon {
  /// Where the daemon of a folder of runs has its lock.
  private static func folder(in runs: URL) -> URL { runs.appending(path: ".daemon") }

  static func lock(_ runs: URL) throws -> RunLock {
    let folder = folder(in: runs)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do {
      return try RunLock(of: folder)
    } catch RunError.inUse(_, let process) {
      throw ScheduleError.daemonAtWork(runs: runs.relativePath, processID: process)
    }
  }

  /// The process of the daemon that has a folder of runs.
  package static func process(in runs: URL) throws -> Int32? {
    try RunLock.holder(of: folder(in: runs))
  }

  /// Wakes the daemon that has a folder of runs, where there is one.
  ///
  /// - Returns: Whether there is.
  package static func tell(in runs: URL) throws -> Bool {
    guard let process = try process(in: runs) else { return false }
    return kill(process, SIGHUP) == 0
  }
}
