import Foundation
import Glibc
import Testing

@testable import Sandbox

@Suite struct SandboxTests {
  /// Levels that this machine can build, and the weakest, which every machine can.
  static let levels: [SandboxLevel] =
    JailedRun.isPossible ? [.noMemoryCgroup, .landlockOnly, .none] : [.none]

  private func run(
    _ script: String, limits: JailLimits = JailLimits(), folder: String = "/usr",
    level: SandboxLevel
  ) throws -> JailedRun {
    try JailedRun.command(
      ["/bin/sh", "-c", script], folder: URL(filePath: folder), limits: limits, level: level)
  }

  @Test(arguments: levels)
  func `a command starts in its folder with nothing but three streams`(
    level: SandboxLevel
  ) throws {
    let run = try run(
      "/usr/bin/env; pwd -P; for fd in 0 1 2 3 4 5 6 7 8 9; do "
        + "[ -e /proc/self/fd/$fd ] && echo fd $fd; done; exit 0", level: level)
    let lines = Set(run.output.split(separator: "\n"))
    #expect(lines.isSuperset(of: [level.hasOwnRoot ? "/plugin" : "/usr"]))
    if level != .landlockOnly {
      // The fence leaves the shell its own folder of /proc, whose number its children do not have.
      #expect(lines.filter { $0.hasPrefix("fd ") }.sorted() == ["fd 0", "fd 1", "fd 2"])
    }
    // The shell itself exports PWD, and nothing else.
    #expect(
      lines.filter { $0.contains("=") }.allSatisfy { $0.hasPrefix("PWD=") || $0.hasPrefix("_=") })
    #expect(run.errors == "")
    #expect(run.ending == "exit code 0")
  }

  @Test(arguments: levels)
  func `limits hold`(level: SandboxLevel) throws {
    let limits = JailLimits(
      cpuSeconds: 7, memoryMiB: 300, processes: 20, fileKiB: 2, openFiles: 19)
    let run = try run(
      "ulimit -t; ulimit -v; ulimit -n; ulimit -c; ulimit -f", limits: limits, level: level)
    // Memory and files in the shell's own units, 1 KiB and 512 bytes.
    #expect(run.output == "7\n307200\n19\n0\n4\n", "\(run.errors)")
  }

  @Test func `a file may not outgrow its limit`() throws {
    let folder = try Scratch()
    let run = try run(
      "exec head -c 100000 /dev/zero > big", limits: JailLimits(fileKiB: 1),
      folder: folder.url.path, level: .none)
    #expect(run.ending == "signal \(SIGXFSZ)")
    let size =
      try FileManager.default.attributesOfItem(
        atPath: folder.url.appending(path: "big").path)[.size] as? Int
    #expect(size == 1024)
  }

  @Test(arguments: levels)
  func `a command has its own session, no new privileges and ordinary signals`(
    level: SandboxLevel
  ) throws {
    let run = try run(
      "cut -d' ' -f6 /proc/$$/stat; echo $$; "
        + "exec grep -E 'NoNewPrivs|SigBlk|SigIgn' /proc/self/status", level: level)
    let lines = run.output.split(separator: "\n").map { $0.filter { !$0.isWhitespace } }
    try #require(lines.count == 5)
    // With a root of its own, the session is that of the jail's second process.
    #expect(lines[0] == lines[1] || level.hasOwnRoot)
    #expect(lines[2] == "SigBlk:0000000000000000")
    // Signals 32 and 33 are the C library's own, which it lets nobody set; the rest is default.
    let ignored = try #require(UInt64(lines[3].dropFirst("SigIgn:".count), radix: 16))
    #expect(ignored & ~0x1_8000_0000 == 0)
    #expect(lines[4] == "NoNewPrivs:1")
  }

  @Test(arguments: levels)
  func `how a command ended is told`(level: SandboxLevel) throws {
    #expect(try run("exit 3", level: level).ending == "exit code 3")
    #expect(try run("kill -9 $$", level: level).ending == "signal 9")
  }

  @Test(arguments: levels)
  func `a command that cannot be started says why`(level: SandboxLevel) throws {
    let nowhere = try run("", folder: "/nowhere/at/all", level: level)
    #expect(nowhere.errors.contains("/nowhere/at/all"), "\(nowhere.errors)")
    #expect(nowhere.errors.contains("No such file or directory"), "\(nowhere.errors)")
    let missing = try JailedRun.command(["/usr/bin/no-such-program"], level: level)
    #expect(missing.errors.contains("jail: /usr/bin/no-such-program: "), "\(missing.errors)")
    #expect(missing.ending == "exit code 123")
  }

  @Test(arguments: levels)
  func `children of a command end with it`(level: SandboxLevel) throws {
    let marker = "\(100_000 + Int.random(in: 0..<100_000)).\(getpid())"
    let run = try JailedRun.command(
      ["/bin/sh", "-c", "sleep \(marker) & sleep \(marker) & wait"], level: level, seconds: 0.5)
    #expect(run.ending == "signal 9")
    #expect(try FloodTests.processes(naming: marker) == [])
  }

  @Test func `a missing jail is told`() {
    #expect(throws: SandboxError.noJail(path: "/usr/share/jail")) {
      try Sandbox(executables: URL(filePath: "/usr/share"))
    }
  }

  // MARK: - Levels

  /// Continuous integration has what a jail needs; there, a skip would hide a broken one.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["CI"] == "true"))
  func `continuous integration can build a jail`() throws {
    let status = try Sandbox.status(executables: JailedRun.executables)
    #expect(status.level >= .weakestByDefault, "\(status)")
  }

  @Test func `levels are ordered, and each needs what the one below needs`() {
    let levels: [SandboxLevel] = [.none, .landlockOnly, .noMemoryCgroup, .full]
    #expect(SandboxLevel.allCases.sorted() == levels)
    for (weaker, stronger) in zip(levels, levels.dropFirst()) {
      #expect(
        Set(SandboxGuarantee.needed(for: weaker))
          .isStrictSubset(of: SandboxGuarantee.needed(for: stronger)))
    }
  }

  @Test func `the status says each guarantee once, and is found by trying`() throws {
    let status = try Sandbox.status(executables: JailedRun.executables)
    #expect(status.trials.map(\.guarantee) == SandboxGuarantee.allCases)
    for guarantee in SandboxGuarantee.needed(for: status.level) {
      #expect(status.trials.contains { $0.guarantee == guarantee && $0.isHeld })
    }
    #expect(status.level == .full || !status.remedies.isEmpty)
  }

  @Test func `a weak level is refused with what to do`() throws {
    let error = SandboxError.tooWeak(
      level: .landlockOnly, needed: .noMemoryCgroup, obstacles: ["It failed"],
      remedies: ["Install bubblewrap"])
    #expect(error.description.contains("reaches only level 'landlockOnly'"))
    #expect(error.description.contains("It failed. Install bubblewrap."))
    #expect(error.description.contains("--allow-degraded landlockOnly"))
    let status = try Sandbox.status(executables: JailedRun.executables)
    if status.level < .full {
      #expect(throws: SandboxError.self) {
        try Sandbox(executables: JailedRun.executables, weakest: .full)
      }
    }
    #expect(try Sandbox(executables: JailedRun.executables, weakest: .none).level == status.level)
  }

  @Test(.enabled(if: JailedRun.isPossible, Comment(rawValue: JailedRun.absence)))
  func `without namespaces, the fence holds files, network, tracing and privileges`() throws {
    let host = try EscapeTests.Host()
    for name in ["p_read_home", "p_net_tcp", "p_mem_shm_sysv", "TIOCSTI", "p_inherited_fds"] {
      let attack = try #require(
        EscapeTests.attacks.first { $0.testDescription.hasPrefix(name) })
      // Without a root of its own, names of files can be asked for; opening them is refused.
      let run = try JailedRun.python(
        host.prelude + attack.python + "\nfinish()\n", level: .landlockOnly)
      #expect(run.output == "held\n", "\(name): \(run.errors)")
    }
  }

  // MARK: - Cells

  @Test(.enabled(if: JailedRun.isPossible, Comment(rawValue: JailedRun.absence)))
  func `a nesting plugin may make namespaces with a fresh proc and tmpfs, another may not`() throws
  {
    let words = [
      "/usr/bin/unshare", "--user", "--map-current-user", "--pid", "--fork", "--mount",
      "/bin/sh", "-c", "echo $$",
    ]
    #expect(try JailedRun.command(words, nesting: true).output == "1\n")
    let plain = try JailedRun.command(words)
    #expect(plain.output == "")
    #expect(plain.errors.contains("Operation not permitted"), "\(plain.errors)")
    let mounts = try JailedRun.command(
      [
        "/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount", "/bin/sh",
        "-c",
        "mount -t proc proc /proc && mount -t tmpfs x /tmp && echo x > /tmp/y && ls /proc/1/comm",
      ], nesting: true)
    #expect(mounts.output == "/proc/1/comm\n", "\(mounts.errors)")
  }

  @Test func `the folders of Swift's libraries are found in a table of mappings`() {
    let maps = """
      7f00-7f01 r-xp 00000000 fe:00 12   /opt/my swift/lib/libswiftCore.so
      7f02-7f03 r-xp 00000000 fe:00 13   /usr/lib/swift/libswiftCore.so
      7f04-7f05 r-xp 00000000 fe:00 14   /home/x/libswiftCoreish.so
      7f06-7f07 rw-p 00000000 00:00 0    [heap]
      """
    #expect(SwiftRuntime.folders(maps: maps) == ["/opt/my swift/lib"])
  }
}
