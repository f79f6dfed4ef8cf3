package import Glibc

/// A running command in its jail, with the host's ends of its three pipes.
///
/// The pipes never block: ``wait(toWrite:toReadErrors:wake:seconds:)`` says what can be done now.
/// The value owns the jail; when it goes, every process of the jail is killed, those of which this
/// process is or becomes the parent are reaped, and the pipes are closed.
package struct JailedProcess: ~Copyable {
  /// A stream that the process writes.
  package enum Stream { case output, errors }

  /// What came from a stream.
  package enum Arrival: Equatable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// Nothing yet.
    case nothing
    /// Nothing will come any more.
    case end
  }

  /// What ``wait(toWrite:toReadErrors:wake:seconds:)`` found; all false when the time was up.
  package struct Readiness: Equatable {
    package var canWrite = false
    package var hasOutput = false
    package var hasErrors = false
    package var isWoken = false
  }

  /// The process that the host started, which is also its session and its process group.
  ///
  /// In a jail with a root of its own it stands outside and waits for the jail's first process.
  package let processID: pid_t

  private var input: Descriptor
  private let output: Descriptor
  private let errors: Descriptor
  /// Where bubblewrap tells the number of the jail's first process.
  private let report: Descriptor
  /// Whether there is a bubblewrap that tells it.
  private let reports: Bool
  private let cgroup: MemoryCgroup?
  /// How the process ended, once it was reaped.
  private var ending: String?

  /// Starts `words[0]` with the arguments `words` and an empty environment.
  ///
  /// - Parameters:
  ///   - words: The jail's command line.
  ///   - reports: Whether the jail tells its first process on descriptor 3.
  ///   - cgroup: What counts the jail's memory; removed with the value.
  /// - Throws: ``SandboxError/failed(call:reason:)`` where the machine refuses.
  init(
    _ words: [String], reports: Bool, cgroup: MemoryCgroup?
  ) throws(SandboxError) {
    let forInput = try Pipe(hostWrites: true)
    let forOutput = try Pipe(hostWrites: false)
    let forErrors = try Pipe(hostWrites: false)
    let forReport = try Pipe(hostWrites: false)
    let standard = [forInput.child.number, forOutput.child.number, forErrors.child.number]
    processID = try spawn(
      words, descriptors: reports ? standard + [forReport.child.number] : standard)
    input = forInput.host
    output = forOutput.host
    errors = forErrors.host
    report = forReport.host
    self.reports = reports
    self.cgroup = cgroup
  }

  deinit { if ending == nil { _ = Self.kill(processID, first: firstProcess) } }

  /// Waits until something can be done.
  ///
  /// - Parameters:
  ///   - toWrite: Whether there is something to write.
  ///   - toReadErrors: Whether standard error may still bring something.
  ///   - wake: What another thread may signal.
  ///   - seconds: Longest wait; nil for ever.
  /// - Returns: What can be done; a stream that ended counts as one that can be read.
  package func wait(
    toWrite: Bool, toReadErrors: Bool, wake: WakeSignal, seconds: Double?
  ) -> Readiness {
    // `poll` passes over a negative descriptor.
    var waits = [
      pollfd(fd: output.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: toReadErrors ? errors.number : -1, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0),
      pollfd(fd: toWrite ? input.number : -1, events: Int16(POLLOUT), revents: 0),
    ]
    guard poll(&waits, seconds: seconds) else { return Readiness() }
    return Readiness(
      canWrite: waits[3].revents != 0, hasOutput: waits[0].revents != 0,
      hasErrors: waits[1].revents != 0, isWoken: waits[2].revents != 0)
  }

  /// Writes what fits into the pipe.
  ///
  /// - Parameter bytes: What to write.
  /// - Returns: How many bytes were taken; nil where the process reads no more.
  package func write(_ bytes: ArraySlice<UInt8>) -> Int? {
    let number = input.number
    let count = bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
    if count >= 0 { return count }
    return errno == EAGAIN || errno == EINTR ? 0 : nil
  }

  /// Reads what is there.
  ///
  /// - Parameters:
  ///   - stream: Which stream.
  ///   - chunk: Where the bytes go; its first bytes are overwritten.
  /// - Returns: What came.
  package func read(_ stream: Stream, into chunk: inout [UInt8]) -> Arrival {
    let number = stream == .output ? output.number : errors.number
    let count = chunk.withUnsafeMutableBytes {
      unsafe Glibc.read(number, $0.baseAddress, $0.count)
    }
    if count > 0 { return .bytes(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
  }

  /// Ends the jail: closes its input, gives it time to leave, then kills what is left of it.
  ///
  /// When this returns, no process of a jail with namespaces is left.
  ///
  /// - Parameter graceSeconds: How long it may take to leave by itself.
  /// - Returns: How it ended, as `exit code 1` or `signal 9`. It is for the record only: a command
  ///   that exits with 128 + n is told from one that signal n ended in a weaker jail alone.
  package mutating func end(graceSeconds: Double) -> String {
    if let ending { return ending }
    input.close()
    let lastMoment = SuspendingClock.now + .seconds(graceSeconds)
    while !hasEnded, SuspendingClock.now < lastMoment { usleep(1000) }
    let status = Self.kill(processID, first: firstProcess)
    var (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
    // Bubblewrap tells of a signal as a shell does.
    if reports, signal == 0, code > 128, code <= 128 + 64 { (signal, code) = (code - 128, 0) }
    let words = signal == 0 ? "exit code \(code)" : "signal \(signal)"
    ending = words
    return words
  }

  // MARK: - Ends

  /// Kills and reaps the process, its group and what its jail leaves behind.
  ///
  /// - Returns: The process's wait status.
  private static func kill(_ process: pid_t, first: pid_t?) -> CInt {
    // Killed before it is reaped: a zombie keeps its number, so the group is surely its own.
    Glibc.kill(-process, SIGKILL)
    Glibc.kill(process, SIGKILL)
    var status: CInt = 0
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    if let first {
      // The jail's first process was reaped by its parent, or has become this process's own child,
      // since this process adopts orphans. It takes all others of its namespace along, and is a
      // zombie only when they are gone.
      var information = siginfo_t()
      if unsafe waitid(P_PID, id_t(first), &information, WEXITED | WNOHANG | WNOWAIT) == 0 {
        Glibc.kill(first, SIGKILL)
        while waitpid(first, nil, 0) < 0, errno == EINTR {}
      }
    }
    // Without namespaces, orphans of the group come here one by one as they die.
    while waitpid(-process, nil, 0) > 0 || errno == EINTR {}
    return status
  }

  /// The number of the jail's first process, which bubblewrap tells before it starts the command.
  private var firstProcess: pid_t? {
    guard reports else { return nil }
    let number = report.number
    var chunk = [UInt8](repeating: 0, count: 1024)
    let count = chunk.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    // {"child-pid": 123, …}
    let text = String(decoding: chunk[..<count], as: UTF8.self)
    return text.firstMatch(of: /"child-pid": *([0-9]+)/).flatMap { pid_t($0.1) }
  }

  /// Whether the process is a zombie; it is left one.
  private var hasEnded: Bool {
    var information = siginfo_t()
    return unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }
}
