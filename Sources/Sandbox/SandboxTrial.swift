import CSandbox
import Foundation
import Glibc

/// Builds jails and lets `jail --probe` try to get out of them.
///
/// The host holds what the probe looks for: a file that nobody else may read, a port and an
/// abstract socket on which it listens, and its own process.
struct SandboxTrial {
  private static let limits = JailLimits(
    memoryMiB: 256, processes: 6, fileKiB: 64, openFiles: 64, scratchMiB: 4)
  /// Seconds until a probe must have said all, also on a machine that is busy.
  private static let patience = 30.0

  private let executables: URL

  init(executables: URL) { self.executables = executables }

  /// Tries the levels, strongest first.
  ///
  /// - Throws: ``SandboxError`` where not even the weakest jail can be started.
  func status() throws(SandboxError) -> SandboxStatus {
    var obstacles: [String] = []
    var remedies: [String] = []
    for level in SandboxLevel.allCases.sorted(by: >) {
      let trials: [SandboxStatus.Trial]
      do throws(SandboxError) {
        trials = try self.trials(at: level)
      } catch {
        if level == .none { throw error }
        trials = []
        obstacles.append("Level '\(level.rawValue)' cannot be built: \(error.sentence)")
      }
      let breaches = trials.filter { !$0.isHeld }
      let needed = Set(SandboxGuarantee.needed(for: level))
      if !trials.isEmpty, breaches.allSatisfy({ !needed.contains($0.guarantee) }) {
        return SandboxStatus(
          level: level, trials: trials, obstacles: obstacles, remedies: remedies)
      }
      if let breach = breaches.first(where: { needed.contains($0.guarantee) }) {
        obstacles.append("Level '\(level.rawValue)' does not hold: \(breach.breach ?? "")")
      }
      remedies.append(remedy(for: level))
    }
    return SandboxStatus(level: .none, trials: [], obstacles: obstacles, remedies: remedies)
  }

  // MARK: - One trial

  private func trials(at level: SandboxLevel) throws(SandboxError) -> [SandboxStatus.Trial] {
    let bait = try Bait()
    // This thread is a caller's, which may want its SIGPIPE back.
    var mask = sigset_t()
    unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &mask, nil) }
    let sandbox = try Sandbox(executables: executables, at: level)
    let jail = executables.appending(path: "jail").path
    let limits = Self.limits
    var process = try sandbox.start(
      JailedCommand(
        executable: jail,
        arguments: ["--probe", bait.canary.path, "\(getpid())", bait.startOfHost]
          + ["\(bait.port)", bait.socketName, "\(limits.processes ?? 0)"]
          + ["\(limits.memoryMiB ?? 0)", "\(limits.scratchMiB ?? 0)"],
        folder: bait.plugin, limits: limits))
    let heard = try listen(to: process)
    _ = process.end(graceSeconds: 0)
    var breaches = heard
    let isSilent = try waitForEnd(of: process)
    breaches[.survivors] = isSilent ? "held" : "a daemon outlived the jail"
    breaches[.totalMemory] = level == .full ? "held" : "there is no cgroup for it"
    return SandboxGuarantee.allCases.map { guarantee in
      let word = breaches[guarantee] ?? "it was not tried"
      return SandboxStatus.Trial(guarantee, breach: word == "held" ? nil : word)
    }
  }

  /// Reads the probe's lines up to `end`.
  private func listen(
    to process: borrowing JailedProcess
  ) throws(SandboxError) -> [SandboxGuarantee: String] {
    let wake = try WakeSignal()
    let lastMoment = SuspendingClock.now + .seconds(Self.patience)
    var chunk = [UInt8](repeating: 0, count: 4096)
    var output: [UInt8] = []
    var errors: [UInt8] = []
    reading: while SuspendingClock.now < lastMoment {
      _ = process.wait(toWrite: false, toReadErrors: false, wake: wake, seconds: 0.1)
      switch process.read(.output, into: &chunk) {
      case .bytes(let count): output += chunk[..<count]
      case .nothing: continue
      case .end: break reading
      }
      if output.suffix(4) == Array("end\n".utf8)[...] { return findings(output) }
    }
    if case .bytes(let count) = process.read(.errors, into: &chunk) { errors += chunk[..<count] }
    let said = String(decoding: errors.prefix(500), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    throw .failed(
      call: "a trial jail", reason: said.isEmpty ? "it said nothing and ended" : said)
  }

  private func findings(_ output: [UInt8]) -> [SandboxGuarantee: String] {
    var findings: [SandboxGuarantee: String] = [:]
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let guarantee = SandboxGuarantee(rawValue: String(parts[0]))
      else { continue }
      findings[guarantee] = String(parts[1])
    }
    return findings
  }

  /// Whether nobody holds the output of an ended jail any more.
  private func waitForEnd(of process: borrowing JailedProcess) throws(SandboxError) -> Bool {
    let wake = try WakeSignal()
    var chunk = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<20 {
      switch process.read(.output, into: &chunk) {
      case .end: return true
      case .bytes: continue
      case .nothing:
        _ = process.wait(toWrite: false, toReadErrors: false, wake: wake, seconds: 0.05)
      }
    }
    return false
  }

  // MARK: - Remedies

  private func remedy(for level: SandboxLevel) -> String {
    switch level {
    case .full:
      """
      For a limit on all memory, start hone in a delegated cgroup: \
      `systemd-run --user --scope -p Delegate=yes hone …`
      """
    case .noMemoryCgroup:
      FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap")
        || FileManager.default.isExecutableFile(atPath: "/bin/bwrap")
        ? """
        Where user namespaces are refused, allow them: as root, `sysctl -w user.max_user_namespaces=10000`, on Ubuntu also \
        `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; in Docker, start the container \
        with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`
        """
        : "Install the package bubblewrap, such as by `apt-get install bubblewrap`"
    case .landlockOnly: "Use Linux 6.12 or newer with Landlock among its security modules"
    case .none: ""
    }
  }
}

/// What a probe looks for; removed with the value.
private struct Bait: ~Copyable {
  let folder: URL
  let canary: URL
  let plugin: URL
  let port: UInt16
  let socketName: String
  /// The 22nd field of this process's stat, which tells it from another of its number.
  let startOfHost: String

  private let portSocket: Descriptor
  private let abstractSocket: Descriptor

  init() throws(SandboxError) {
    let name = "hone-sandbox-\(getpid())-\(UUID().uuidString)"
    folder = FileManager.default.temporaryDirectory.appending(path: name)
    canary = folder.appending(path: "canary")
    plugin = folder.appending(path: "plugin")
    socketName = name
    do {
      try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
      try "canary".write(to: canary, atomically: false, encoding: .utf8)
      // Whatever mask the user has: an unprivileged jail of root's must get here.
      for open in [folder, plugin] {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: open.path)
      }
      let stat = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
      let fields = (stat.split(separator: ")").last ?? "").split(separator: " ")
      startOfHost = fields.count > 19 ? String(fields[19]) : "0"
    } catch {
      throw .failed(call: "a folder for the trial", reason: error.localizedDescription)
    }
    var port: UInt16 = 0
    portSocket = Descriptor(owning: unsafe sandbox_listen_loopback(&port))
    abstractSocket = Descriptor(owning: unsafe sandbox_listen_abstract(name))
    self.port = port
  }

  deinit {
    // Left behind, it would be an empty folder among temporary ones.
    try? FileManager.default.removeItem(at: folder)
  }
}

extension SandboxError {
  /// The description without its full stop.
  fileprivate var sentence: String {
    let text = description
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
