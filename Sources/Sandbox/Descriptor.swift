import CSandbox
import Glibc

/// An open file descriptor, closed when the value goes.
struct Descriptor: ~Copyable {
  /// The descriptor; -1 once it was closed, which system calls refuse and `poll` passes over.
  private(set) var number: CInt

  /// Takes over an open descriptor.
  init(owning number: CInt) { self.number = number }

  deinit { if number >= 0 { Glibc.close(number) } }

  /// Closes it before the value goes.
  mutating func close() {
    if number >= 0 { Glibc.close(number) }
    number = -1
  }
}

/// A pipe between the host, whose end does not block, and a child.
struct Pipe: ~Copyable {
  let host: Descriptor
  let child: Descriptor

  init(hostWrites: Bool) throws(SandboxError) {
    var ends: [CInt] = [-1, -1]
    guard unsafe sandbox_pipe(&ends, hostWrites ? 1 : 0) == 0 else {
      throw .failed(call: "pipe2", reason: reason(errno))
    }
    host = Descriptor(owning: ends[hostWrites ? 1 : 0])
    child = Descriptor(owning: ends[hostWrites ? 0 : 1])
  }
}

/// What one thread signals to end another's wait.
package final class WakeSignal: Sendable {
  private let descriptor: Descriptor

  /// An unsignalled one.
  package init() throws(SandboxError) {
    let number = sandbox_event()
    guard number >= 0 else { throw .failed(call: "eventfd", reason: reason(errno)) }
    descriptor = Descriptor(owning: number)
  }

  var number: CInt { descriptor.number }

  /// Ends the present wait, or else the next one.
  package func signal() {
    var one: UInt64 = 1
    // It fails only where the count is near 2^64, and then the wait ends all the same.
    _ = unsafe write(number, &one, MemoryLayout<UInt64>.size)
  }

  /// Forgets signals that came.
  package func reset() {
    var count: UInt64 = 0
    // It fails only where no signal came, and then there is nothing to forget.
    _ = unsafe read(number, &count, MemoryLayout<UInt64>.size)
  }

  /// Waits for a signal, and forgets it.
  package func wait() {
    var waits = [pollfd(fd: number, events: Int16(POLLIN), revents: 0)]
    poll(&waits, seconds: nil)
    reset()
  }
}

// MARK: - System calls

/// Waits for one of `waits`; whether one has something, rather than that the time was up.
@discardableResult
func poll(_ waits: inout [pollfd], seconds: Double?) -> Bool {
  let milliseconds = seconds.map { CInt(min(max($0 * 1000, 0), 1e9).rounded(.up)) } ?? -1
  return unsafe Glibc.poll(&waits, nfds_t(waits.count), milliseconds) > 0
}

/// Starts `words[0]` with an empty environment and these descriptors, which become 0, 1, 2 and on.
func spawn(_ words: [String], descriptors: [CInt]) throws(SandboxError) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (target, number) in descriptors.enumerated() {
    unsafe posix_spawn_file_actions_adddup2(&actions, number, CInt(target))
  }
  var arguments = words.map { unsafe strdup($0) } + [nil]
  defer { for argument in unsafe arguments { unsafe free(argument) } }
  var environment: [UnsafeMutablePointer<CChar>?] = [nil]
  var process: pid_t = 0
  let code = unsafe posix_spawn(
    &process, words[0], &actions, nil, &arguments, &environment)
  guard code == 0 else { throw .failed(call: "starting \(words[0])", reason: reason(code)) }
  return process
}

/// What an error number means.
func reason(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
