import Foundation
import Glibc
import Sandbox
import Testing
import VerifierKit

@testable import Verifiers

/// Plugins that attack whoever starts them: what each did is in its reason.
@Suite(
  .enabled(
    if: TestPlugin.canJail,
    "THE JAIL OF PLUGINS IS NOT TESTED: this machine cannot build one. `hone sandbox status` says why."
  ))
struct HostilePluginTests {
  /// What the plugin tries; `tries` collects what was not refused.
  static let escapes: [(name: String, python: String)] = [
    (
      "g_reads_home",
      """
      for path in (text, "/root", "/home", "/etc/shadow", "/etc/hostname", "/run", "/var"):
          if os.path.exists(path): tries.append(path)
      """
    ),
    (
      "g_net",
      """
      import socket
      for family in (socket.AF_INET, socket.AF_INET6, 40):
          try: socket.socket(family); tries.append(family)
          except OSError: pass
      """
    ),
    (
      "g_writes_outside",
      """
      for path in (".", "/", "/usr", "/etc", "/var/tmp", "/dev", os.path.dirname(text)):
          try: open(path + "/escaped", "w"); tries.append(path)
          except OSError: pass
      open("/tmp/mine", "w").write("x")
      """
    ),
    (
      "g_ptrace_supervisor",
      """
      import ctypes
      for pid in {1, os.getppid(), int(question["problem"]["prompt"])}:
          if ctypes.CDLL(None).ptrace(16, pid, 0, 0) == 0: tries.append(pid)
          try: open(f"/proc/{pid}/mem", "r+b"); tries.append(pid)
          except OSError: pass
          try: os.kill(pid, 9)
          except OSError: pass
      """
    ),
    (
      "g_reads_settings_of_others",
      """
      for number in os.listdir("/proc"):
          if number.isdigit() and int(number) not in (1, os.getpid()): tries.append(number)
      """
    ),
  ]

  @Test(arguments: escapes)
  func `an escape is held and the plugin goes on`(name: String, python: String) async throws {
    let plugin = try TestPlugin(answering: "tries = []\n\(python)\npassed(question, tries)")
    let secret = plugin.folder.appending(path: "secret")
    try "canary".write(to: secret, atomically: true, encoding: .utf8)
    let host = try plugin.host()
    let asked = JudgeRequest(
      problem: Problem(id: "p", prompt: "\(getpid())"), completion: secret.path)
    let verdicts = try await host.judge([asked, asked])
    await host.shutDown()
    #expect(verdicts.map(\.reason) == ["[]", "[]"], "\(name)")
    #expect(try String(contentsOf: secret, encoding: .utf8) == "canary")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: plugin.folder.path).sorted()
        == ["secret", TestPlugin.name])
  }

  @Test func `g_forks_daemon: what a plugin leaves behind ends with it`() async throws {
    let marker = "daemon-\(UUID().uuidString)"
    let plugin = try TestPlugin(
      answering: """
        begun, begins = os.pipe()
        if os.fork() == 0:
            os.setsid()
            os.dup2(os.open("/dev/null", os.O_RDWR), 2)
            for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
            os.execv("/bin/sh", ["/bin/sh", "-c", "while :; do sleep 1; done", text])
        os.close(begins)
        os.read(begun, 1)  # until the shell is there, which inherits no pipe
        passed(question)
        """)
    let host = try plugin.host()
    #expect(try await host.judge([request(marker)]).map(\.outcome) == [.passed])
    #expect(try processes(naming: marker).count == 1)
    await host.shutDown()
    #expect(try processes(naming: marker).isEmpty)
  }

  @Test func `g_slow_drip: a byte now and then does not put off the deadline`() async throws {
    let plugin = try TestPlugin(
      answering: """
        while text == "drip":
            sys.stdout.write(" ")
            sys.stdout.flush()
            time.sleep(0.05)
        passed(question, text)
        """, limits: "{ requestSeconds: 4, memoryMiB: 512 }")
    let verdicts = try await plugin.verdicts(["drip", "1"])
    #expect(verdicts.map(\.outcome) == [.unscored, .passed])
    #expect(verdicts[0].reason.contains("no answer within 4.0 s"), "\(verdicts[0].reason)")
  }

  @Test func `a process is replaced once it is older than its wall seconds`() async throws {
    let plugin = try TestPlugin(
      answering: "time.sleep(0.3)\npassed(question, text)",
      limits: "{ requestSeconds: 10, memoryMiB: 512, wallSeconds: 1, cpuSeconds: 60 }")
    let host = try plugin.host()
    let completions = (0..<6).map(String.init)
    // The process answers in pairs, so it holds nothing in between.
    for pair in [completions[..<2], completions[2..<4], completions[4...]] {
      #expect(try await host.judge(pair.map(request)).map(\.reason) == Array(pair))
    }
    await host.shutDown()
    #expect((2...3).contains(TestPlugin.processes(of: host).count))
  }

  @Test func `a plugin sees its own folder, a scratch folder and the system`() async throws {
    let plugin = try TestPlugin(
      answering: """
        passed(question, [os.getcwd(), sorted(os.listdir("/plugin")), os.listdir("/tmp"), os.getuid()])
        """)
    #expect(
      try await plugin.verdicts(["1"]).map(\.reason)
        == ["['/plugin', ['main.py', 'verifier.yaml'], [], 65534]"])
  }

  @Test func `a plugin reached through a link finds an executable beside hone`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-links-\(UUID().uuidString)")
    let real = folder.appending(path: "real/arithmetic")
    let links = folder.appending(path: "links")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: real, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(at: links, withIntermediateDirectories: true)
    try """
    name: arithmetic
    protocol: 1
    summary: Linked.
    command: ["hone-verifier-arithmetic"]
    limits: { memoryMiB: 1024 }
    settings: { extract: any, commas: thousands, useAll: true }
    """.write(to: real.appending(path: "verifier.yaml"), atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      at: links.appending(path: "arithmetic"), withDestinationURL: real)
    let judge = try Judge(
      terms: [RewardTerm(verifier: "arithmetic")], workers: 1, folders: [links],
      executables: TestPlugin.executables, log: .silent)
    let judgements = try await judge.judge([request("1")])
    await judge.shutDown()
    #expect(judgements.map(\.reward) == [1], "\(judgements)")
    #expect(judgements[0].sandbox == judge.sandboxLevel)
  }

  /// Processes of the machine that have `word` as an argument of their own.
  private func processes(naming word: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard Int(name) != nil, let file = FileHandle(forReadingAtPath: "/proc/\(name)/cmdline")
      else { return false }
      defer { file.closeFile() }
      // One that ended meanwhile has none.
      let line = (try? file.readToEnd()) ?? Data()
      return line.split(separator: 0).contains(Data(word.utf8))
    }
  }
}
