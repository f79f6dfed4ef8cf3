package import Foundation

/// A command to be started in a sandbox.
package struct JailedCommand: Equatable, Sendable {
  /// Absolute path of the executable on the host.
  ///
  /// Inside, a program of the system has the same path, one in ``folder`` lies below `/plugin`, and
  /// any other is seen as `/hone/NAME`.
  package let executable: String
  package let arguments: [String]
  /// The command's current folder; inside it is `/plugin`, and nothing can write to it.
  package let folder: URL
  package let limits: JailLimits
  /// Absolute paths of further files that can be read and are seen as `/hone/NAME`; `/hone/jail` always is.
  package var house: [String] = []
  /// Whether the command builds cells of its own, and so may make namespaces inside its own.
  package var isNesting = false

  package init(executable: String, arguments: [String], folder: URL, limits: JailLimits) {
    precondition(executable.hasPrefix("/"), "'\(executable)' is not an absolute path")
    (self.executable, self.arguments) = (executable, arguments)
    (self.folder, self.limits) = (folder, limits)
  }

  /// Where the executable is seen in a jail with a root of its own, and whether it must be put there.
  var place: (path: String, isInHouse: Bool) {
    let resolved = Self.resolved(executable)
    let home = Self.resolved(folder.path)
    if resolved.hasPrefix(home + "/") {
      return ("/plugin" + resolved.dropFirst(home.count), false)
    }
    if Self.systemFolders.contains(where: { executable.hasPrefix($0) }) {
      return (executable, false)
    }
    return ("/hone/" + URL(filePath: executable).lastPathComponent, true)
  }

  private static let systemFolders = [
    "/usr/", "/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/",
  ]

  private static func resolved(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}

/// What a jailed command may use; nil leaves the host's own limit.
package struct JailLimits: Equatable, Sendable {
  /// CPU seconds of each process over its whole life.
  package var cpuSeconds: Int?
  /// Address space of each process, in MiB; at level `full` also the memory of all together, the
  /// scratch folder included.
  package var memoryMiB: Int?
  /// Processes and threads, the command's own included.
  package var processes: Int?
  /// Longest file that it may write, in KiB.
  package var fileKiB: Int?
  /// Open descriptors of each process.
  package var openFiles: Int?
  /// Size of the scratch folder `/tmp`, in MiB; nil for none.
  package var scratchMiB: Int?

  package init(
    cpuSeconds: Int? = nil, memoryMiB: Int? = nil, processes: Int? = nil, fileKiB: Int? = nil,
    openFiles: Int? = nil, scratchMiB: Int? = nil
  ) {
    (self.cpuSeconds, self.memoryMiB, self.processes) = (cpuSeconds, memoryMiB, processes)
    (self.fileKiB, self.openFiles, self.scratchMiB) = (fileKiB, openFiles, scratchMiB)
  }

  /// Words for `jail`.
  var words: [String] {
    let all = [
      ("--cpu-seconds", cpuSeconds), ("--memory-mib", memoryMiB), ("--processes", processes),
      ("--file-kib", fileKiB), ("--open-files", openFiles), ("--scratch-mib", scratchMiB),
    ]
    return all.flatMap { option, value in value.map { [option, "\($0)"] } ?? [] }
  }
}
