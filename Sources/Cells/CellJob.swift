/// What one cell is given, and how long it may work.
package struct CellJob: Equatable, Sendable {
  /// The host's own description of what to do.
  package let job: [UInt8]
  /// The program's standard input.
  package let input: [UInt8]
  /// CPU seconds of each process; at least 1.
  package let cpuSeconds: Int
  /// Seconds of the whole cell by the clock.
  package let wallSeconds: Double

  package init(job: [UInt8], input: [UInt8] = [], cpuSeconds: Int, wallSeconds: Double) {
    precondition(
      cpuSeconds >= 1 && wallSeconds > 0, "\(cpuSeconds) CPU seconds, \(wallSeconds) by the clock")
    (self.job, self.input) = (job, input)
    (self.cpuSeconds, self.wallSeconds) = (cpuSeconds, wallSeconds)
  }
}

/// What an executable's cell is to do, in the form that `hone-cell` reads.
package struct ExecutableJob: Equatable, Sendable {
  /// A file to be made in the cell's work folder.
  package struct File: Equatable, Sendable {
    /// Without a slash.
    package let name: String
    package let contents: [UInt8]
    package let isExecutable: Bool

    package init(name: String, contents: [UInt8], isExecutable: Bool = false) {
      (self.name, self.contents, self.isExecutable) = (name, contents, isExecutable)
    }
  }

  /// The executable's absolute path, then its arguments.
  package let words: [String]
  package let files: [File]
  /// The file that is sent back once the executable ended well; nil for none.
  package let result: String?

  package init(words: [String], files: [File], result: String? = nil) {
    (self.words, self.files, self.result) = (words, files, result)
  }

  /// The job's bytes.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func append(number: Int) {
      withUnsafeBytes(of: UInt32(number)) { unsafe bytes.append(contentsOf: $0) }
    }
    func append(_ piece: some Collection<UInt8>) {
      append(number: piece.count)
      bytes.append(contentsOf: piece)
    }
    append(number: words.count)
    for word in words { append(Array(word.utf8)) }
    append(number: files.count)
    for file in files {
      append(number: file.isExecutable ? 0o700 : 0o600)
      append(Array(file.name.utf8))
      append(file.contents)
    }
    append(Array((result ?? "").utf8))
    return bytes
  }
}
