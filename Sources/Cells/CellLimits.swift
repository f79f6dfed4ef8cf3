/// What a program may use in its cell, the same for all cells of a server.
package struct CellLimits: Equatable, Sendable {
  /// Address space of each process, in MiB.
  package var memoryMiB = 512
  /// Whether memory that is reserved but not writable is free, as programs need that reserve much.
  package var countsDataOnly = false
  /// Processes and threads, the program's own included.
  package var processes = 16
  /// Longest file, in KiB.
  package var fileKiB = 16 << 10
  /// Standard output, and as much on standard error, in KiB.
  package var outputKiB = 256
  /// The end of standard error that is kept, in KiB.
  package var errorsKiB = 4
  /// Records, or the result of a compiler, in KiB.
  package var recordsKiB = 1 << 10
  /// All files of the scratch folder together, in MiB.
  package var scratchMiB = 32
  /// Files and folders of the scratch folder.
  package var inodes = 1024
  /// Open descriptors of each process.
  package var openFiles = 64

  package init() {}

  /// The options of a server.
  var options: String {
    let all = [
      ("memory-mib", memoryMiB), ("data-only", countsDataOnly ? 1 : 0), ("processes", processes),
      ("file-kib", fileKiB), ("output-kib", outputKiB), ("errors-kib", errorsKiB),
      ("records-kib", recordsKiB), ("scratch-mib", scratchMiB), ("inodes", inodes),
      ("open-files", openFiles),
    ]
    return all.map { "\($0)=\($1)" }.joined(separator: " ")
  }
}
