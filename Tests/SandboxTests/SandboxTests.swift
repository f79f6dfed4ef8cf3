import Foundation
import Glibc
import Sandbox
import Testing

@Suite(.timeLimit(.minutes(3))) struct SandboxTests {
  private static let executables = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// Runs a shell script in the jail to its end.
  private func run(
    _ script: String, limits: JailLimits = JailLimits(), folder: String = "/usr"
  ) throws -> (output: String, errors: String, ending: String) {
    let sandbox = try Sandbox(executables: Self.executables)
    var process = try sandbox.start(
      JailedCommand(
        executable: "/bin/sh", arguments: ["-c", script], folder: URL(filePath: folder),
        limits: limits))
    let wake = try WakeSignal()
    var text: [JailedProcess.Stream: [UInt8]] = [:]
    var chunk = [UInt8](repeating: 0, count: 4096)
    for stream in [JailedProcess.Stream.output, .errors] {
      reading: while true {
        switch process.read(stream, into: &chunk) {
        case .bytes(let count): text[stream, default: []] += chunk[..<count]
        case .nothing:
          _ = process.wait(toWrite: false, toReadErrors: true, wake: wake, seconds: 0.01)
        case .end: break reading
        }
      }
    }
    let ending = process.end(graceSeconds: 5)
    return (
      String(decoding: text[.output] ?? [], as: UTF8.self),
      String(decoding: text[.errors] ?? [], as: UTF8.self), ending
    )
  }

  @Test func `a command starts in its folder with nothing but three streams`() throws {
    let (output, errors, ending) = try run(
      "/usr/bin/env; /bin/pwd; for fd in 0 1 2 3 4 5 6 7 8 9; do "
        + "[ -e /proc/$$/fd/$fd ] && echo fd $fd; done; exit 0")
    let lines = Set(output.split(separator: "\n"))
    #expect(lines.isSuperset(of: ["/usr", "fd 0", "fd 1", "fd 2"]))
    #expect(lines.filter { $0.hasPrefix("fd ") }.count == 3)
    // The shell itself exports PWD, and nothing else.
    #expect(
      lines.filter { $0.contains("=") }.allSatisfy { $0.hasPrefix("PWD=") || $0.hasPrefix("_=") })
    #expect(errors == "")
    #expect(ending == "exit code 0")
  }

  @Test func `limits hold`() throws {
    let limits = JailLimits(
      cpuSeconds: 7, memoryMiB: 300, processes: 20, fileKiB: 2, openFiles: 19)
    let (output, _, _) = try run(
      "ulimit -t; ulimit -v; ulimit -n; ulimit -c; ulimit -f", limits: limits)
    // Memory and files in the shell's own units, 1 KiB and 512 bytes.
    #expect(output == "7\n307200\n19\n0\n4\n")
  }

  @Test func `a file may not outgrow its limit`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (_, _, ending) = try run(
      "exec head -c 100000 /dev/zero > big", limits: JailLimits(fileKiB: 1), folder: folder.path)
    #expect(ending == "signal \(SIGXFSZ)")
    let size =
      try FileManager.default.attributesOfItem(
        atPath: folder.appending(path: "big").path)[.size] as? Int
    #expect(size == 1024)
  }

  @Test func `a command has its own session, no new privileges and ordinary signals`() throws {
    let (output, _, _) = try run(
      "cut -d' ' -f6 /proc/$$/stat; echo $$; "
        + "exec grep -E 'NoNewPrivs|SigBlk|SigIgn' /proc/self/status")
    let lines = output.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
    try #require(lines.count == 5)
    #expect(lines[0] == lines[1])
    #expect(lines[2] == "SigBlk:0000000000000000")
    // Signals 32 and 33 are the C library's own, which it lets nobody set; the rest is default.
    let ignored = try #require(UInt64(lines[3].dropFirst("SigIgn:".count), radix: 16))
    #expect(ignored & ~0x1_8000_0000 == 0)
    #expect(lines[4] == "NoNewPrivs:1")
  }

  @Test func `how a command ended is told`() throws {
    #expect(try run("exit 3").ending == "exit code 3")
    #expect(try run("kill -9 $$").ending == "signal 9")
  }

  @Test func `a command that cannot be started says why`() throws {
    let (_, errors, ending) = try run("", folder: "/nowhere/at/all")
    #expect(errors == "jail: /nowhere/at/all: No such file or directory\n")
    #expect(ending == "exit code 123")
  }

  @Test func `children of a command end with it`() throws {
    let sandbox = try Sandbox(executables: Self.executables)
    var process = try sandbox.start(
      JailedCommand(
        executable: "/bin/sh", arguments: ["-c", "sleep 1000 & echo $!; wait"],
        folder: URL(filePath: "/"), limits: JailLimits()))
    let wake = try WakeSignal()
    var chunk = [UInt8](repeating: 0, count: 64)
    var line: [UInt8] = []
    while line.last != 0x0A {
      _ = process.wait(toWrite: false, toReadErrors: false, wake: wake, seconds: 10)
      guard case .bytes(let count) = process.read(.output, into: &chunk) else { continue }
      line += chunk[..<count]
    }
    let child = try #require(pid_t(String(decoding: line.dropLast(), as: UTF8.self)))
    #expect(kill(child, 0) == 0)
    #expect(process.end(graceSeconds: 0) == "signal 9")
    // The orphan is reaped by whoever adopts it, which may take a moment; it is dead at once.
    #expect(isDead(child))
  }

  /// Whether a process is gone, or a zombie.
  private func isDead(_ process: pid_t) -> Bool {
    for _ in 0..<1000 {
      guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
        !status.contains(") Z ")
      else { return true }
      sched_yield()
    }
    return false
  }

  @Test func `a missing jail is told`() {
    #expect(throws: SandboxError.noJail(path: "/usr/share/jail")) {
      try Sandbox(executables: URL(filePath: "/usr/share"))
    }
  }
}
