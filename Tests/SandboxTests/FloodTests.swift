import Foundation
import Glibc
import Testing

@testable import Sandbox

/// Programs that take too much, stay too long, or break.
@Suite(
  .enabled(if: JailedRun.isPossible, Comment(rawValue: JailedRun.absence))
)
struct FloodTests {
  /// Each prints what it got, and which bound holds for it.
  static let floods: [(name: String, python: String, expected: String)] = [
    (
      "p_fork_bomb",
      """
      made = 0
      try:
          while made < 1000:
              if os.fork() == 0: time.sleep(1000)
              made += 1
      except BlockingIOError: print("forks", made)
      """, "forks 15\n"
    ),
    (
      "p_thread_bomb",
      """
      import threading
      made = 0
      try:
          while made < 10000:
              threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
              made += 1
      except RuntimeError: print("threads", 0 < made <= 15, flush=True); os._exit(0)
      """, "threads True\n"
    ),
    (
      "p_mem_list",
      """
      try: bytearray(1 << 30)
      except MemoryError: print("memory")
      """, "memory\n"
    ),
    (
      "p_mem_tmpfs",
      """
      wrote = 0
      try:
          for number in range(100):
              with open(f"/tmp/{number}", "wb", 0) as file:
                  for _ in range(8): wrote += file.write(bytes(65536))
      except OSError as error: print(errno.errorcode[error.errno], wrote <= 4 << 20)
      """, "ENOSPC True\n"
    ),
    (
      "p_disk_many_small",
      """
      made = 0
      try:
          while made < 1000000:
              open(f"/tmp/{made}", "w").close()
              made += 1
      except OSError as error: print(errno.errorcode[error.errno], 500 < made < 1100)
      """, "ENOSPC True\n"
    ),
    (
      "p_fallocate",
      """
      file = os.open("/tmp/big", os.O_CREAT | os.O_WRONLY)
      try: os.posix_fallocate(file, 0, 4 << 20 | 1)
      except OSError as error: print(errno.errorcode[error.errno])
      """, "EFBIG\n"
    ),
    (
      "p_disk_one_big",
      """
      file = os.open("/tmp/big", os.O_CREAT | os.O_WRONLY)
      try: os.pwrite(file, b"x", 4 << 20)
      except OSError as error: print(errno.errorcode[error.errno])
      """, "EFBIG\n"
    ),
    (
      "p_fd_bomb",
      """
      opened = []
      try:
          while True: opened.append(os.open("/dev/null", os.O_RDONLY))
      except OSError as error: print(errno.errorcode[error.errno], len(opened))
      """, "EMFILE 61\n"
    ),
    (
      "p_mem_pipes: pipes that grow",
      """
      import fcntl
      try:
          for _ in range(20): fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 1 << 30)
      except OSError as error: print(errno.errorcode[error.errno])
      """, "EPERM\n"
    ),
  ]

  @Test(arguments: floods)
  func `a flood meets its bound`(name: String, python: String, expected: String) throws {
    let run = try JailedRun.python(python)
    #expect(run.output == expected, "\(name): \(run.errors) \(run.ending)")
  }

  @Test func `CPU time ends a program that spins, also one that catches the signal`() throws {
    var limits = JailedRun.limits
    limits.cpuSeconds = 1
    for python in [
      "while True: pass",
      "import signal\nsignal.signal(signal.SIGXCPU, lambda *_: None)\nwhile True: pass",
      """
      while True:
          try:
              while True: pass
          except BaseException: pass
      """,
    ] {
      let run = try JailedRun.python(python, limits: limits)
      #expect(run.ending == "signal \(SIGKILL)", "\(run.errors)")
    }
  }

  @Test func `wall time ends a program that sleeps with signals ignored`() throws {
    let run = try JailedRun.python(
      """
      import signal
      for number in range(1, 65):
          try: signal.signal(number, signal.SIG_IGN)
          except (OSError, ValueError): pass
      print("asleep", flush=True)
      while True: time.sleep(1000)
      """, mark: "asleep\n", seconds: 0.5)
    #expect(run.output == "asleep\n")
    #expect(run.ending == "signal 9")
  }

  @Test func `a crash leaves no core and is told`() throws {
    let run = try JailedRun.python(
      "import resource; print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)\n"
        + "ctypes.string_at(0)")
    // At 1 the kernel starts no helper for the core either; a host may have forbidden even that.
    #expect(["(1, 1)\n", "(0, 0)\n"].contains(run.output))
    #expect(run.ending == "signal \(SIGSEGV)")
  }

  @Test func `a daemon that left its session ends with the jail`() throws {
    let marker = "daemon-\(UUID().uuidString)"
    let run = try JailedRun.python(
      """
      import signal
      for _ in range(2):
          if os.fork() != 0: time.sleep(0.2); os._exit(0)
          os.setsid()
      for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
      time.sleep(1000)
      """, arguments: [marker])
    // The jail's first process takes all others along, so the stream ends without the host's help.
    #expect(run.ending == "exit code 0")
    #expect(try Self.processes(naming: marker) == [])
  }

  @Test func `nothing is left of a jail that is killed in a fork storm`() throws {
    let marker = "storm-\(UUID().uuidString)"
    let run = try JailedRun.python(
      """
      print("storm", flush=True)
      while True:
          try:
              if os.fork() == 0: os.setsid()
          except OSError: pass
      """, arguments: [marker], mark: "storm\n", seconds: 1)
    #expect(run.output.hasPrefix("storm\n"))
    #expect(run.ending == "signal 9")
    #expect(try Self.processes(naming: marker) == [])
    #expect(try JailedRun.python("finish()").output == "held\n")
  }

  /// In a process of its own, where no other test opens descriptors or starts children.
  @Test func `no process, zombie or descriptor is left behind`() async {
    await #expect(processExitsWith: .success) {
      func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
      }
      let programs = [
        ["/bin/sh", "-c", "sleep 1000 & sleep 1000 & echo"], ["/bin/true"], ["/nowhere"],
        ["/bin/sh", "-c", "setsid sleep 1000 & kill -9 $$"],
      ]
      _ = try JailedRun.command(programs[1])
      let before = try descriptors()
      for _ in 0..<3 {
        for words in programs { _ = try JailedRun.command(words, seconds: 0.3) }
      }
      let after = try descriptors()
      precondition(after == before, "descriptors: \(before), then \(after)")
      precondition(waitpid(-1, nil, WNOHANG) == -1 && errno == ECHILD, "a child is left")
    }
  }

  /// Processes of the machine that have `word` on their command line.
  static func processes(naming word: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard Int(name) != nil, let file = FileHandle(forReadingAtPath: "/proc/\(name)/cmdline")
      else { return false }
      defer { file.closeFile() }
      // One that ended meanwhile has none.
      let line = (try? file.readToEnd()) ?? Data()
      return String(decoding: line, as: UTF8.self).contains(word)
    }
  }
}
