package import Glibc

/// A running command in its jail, with the host's ends of its three pipes.
///
/// The pipes never block: ``wait(toWrite:toReadErrors:wake:seconds:)`` says what can be done now. The value owns
/// the process; when it goes, the process and its whole group are killed, the process is reaped and
/// the pipes are closed.
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

  /// The process, which is also its session and its process group.
  package let processID: pid_t

  private var input: Descriptor
  private let output: Descriptor
  private let errors: Descriptor
  /// How the process ended, once it was reaped.
  private var ending: String?

  /// Starts `words[0]` with the arguments `words` and an empty environment.
  init(_ words: [String]) throws(SandboxError) {
    let forInput = try Pipe(hostWrites: true)
    let forOutput = try Pipe(hostWrites: false)
    let forErrors = try Pipe(hostWrites: false)
    processID = try spawn(
      words, input: forInput.child.number, output: forOutput.child.number,
      errors: forErrors.child.number)
    input = forInput.host
    output = forOutput.host
    errors = forErrors.host
  }

  deinit {
    if ending == nil {
      kill(-processID, SIGKILL)
      kill(processID, SIGKILL)
      while waitpid(processID, nil, 0) < 0, errno == EINTR {}
    }
  }

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

  /// Ends the process: closes its input, gives it time to leave, then kills its group.
  ///
  /// - Parameter graceSeconds: How long it may take to leave by itself.
  /// - Returns: How it ended, as `exit code 1` or `signal 9`.
  package mutating func end(graceSeconds: Double) -> String {
    if let ending { return ending }
    input.close()
    let lastMoment = ContinuousClock.now + .seconds(graceSeconds)
    while !hasEnded, ContinuousClock.now < lastMoment { usleep(1000) }
    // Killed before it is reaped: a zombie keeps its number, so the group is surely its own.
    kill(-processID, SIGKILL)
    kill(processID, SIGKILL)
    var status: CInt = 0
    while unsafe waitpid(processID, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let words = signal == 0 ? "exit code \(status >> 8 & 0xFF)" : "signal \(signal)"
    ending = words
    return words
  }

  /// Whether the process is a zombie; it is left one.
  private var hasEnded: Bool {
    var information = siginfo_t()
    return unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }
}
