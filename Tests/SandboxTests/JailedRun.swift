import Foundation
import Glibc
import Testing

@testable import Sandbox

/// What a test starts in a jail, and how it went.
struct JailedRun {
  let output: String
  let errors: String
  let ending: String

  /// The executables of this package, beside the tests' own.
  static let executables = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// Whether this machine can build the jail that runs by default.
  static let isPossible: Bool = {
    do {
      return try Sandbox.status(executables: executables).level >= .weakestByDefault
    } catch {
      return false
    }
  }()

  static let absence = """
    THE JAIL IS NOT TESTED: this machine cannot build one. `hone sandbox status` says why.
    """

  /// Limits under which a small Python runs well.
  static let limits = JailLimits(
    memoryMiB: 256, processes: 16, fileKiB: 4096, openFiles: 64, scratchMiB: 4)

  /// Runs a command to its end, or ends it.
  ///
  /// - Parameters:
  ///   - words: The executable and its arguments.
  ///   - folder: What is seen as `/plugin`.
  ///   - limits: Its limits.
  ///   - level: The level; nil for the strongest here.
  ///   - nesting: Whether it may build cells.
  ///   - mark: What it writes first, where it is to be killed soon after; else nil.
  ///   - seconds: When it is killed, counted from its mark where there is one, since a busy machine
  ///     may be long at starting it.
  /// - Returns: What it wrote, and how it ended.
  /// - Throws: Where it cannot be started.
  static func command(
    _ words: [String], folder: URL = URL(filePath: "/usr/share"), limits: JailLimits = limits,
    level: SandboxLevel? = nil, nesting: Bool = false, mark: String? = nil, seconds: Double = 60
  ) throws -> JailedRun {
    let sandbox =
      try level.map { try Sandbox(executables: executables, at: $0) }
      ?? Sandbox(executables: executables)
    var deadline = SuspendingClock.now + .seconds(mark == nil ? seconds : 60)
    var awaited = mark.map { Array($0.utf8) }
    var command = JailedCommand(
      executable: words[0], arguments: Array(words.dropFirst()), folder: folder, limits: limits)
    command.isNesting = nesting
    var process = try sandbox.start(command)
    let wake = try WakeSignal()
    var text: [JailedProcess.Stream: [UInt8]] = [:]
    var open: [JailedProcess.Stream] = [.output, .errors]
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while !open.isEmpty, SuspendingClock.now < deadline {
      _ = process.wait(
        toWrite: false, toReadErrors: open.contains(.errors), wake: wake, seconds: 0.02)
      for stream in open {
        switch process.read(stream, into: &chunk) {
        case .bytes(let count): text[stream, default: []] += chunk[..<count]
        case .nothing: break
        case .end: open.removeAll { $0 == stream }
        }
      }
      if let mark = awaited, text[.output]?.starts(with: mark) == true {
        (awaited, deadline) = (nil, SuspendingClock.now + .seconds(seconds))
      }
    }
    let ending = process.end(graceSeconds: open.isEmpty ? 5 : 0)
    return JailedRun(
      output: String(decoding: text[.output] ?? [], as: UTF8.self),
      errors: String(decoding: text[.errors] ?? [], as: UTF8.self), ending: ending)
  }

  /// Runs Python as a plugin is run: from a file in its folder.
  static func python(
    _ source: String, arguments: [String] = [], limits: JailLimits = limits,
    level: SandboxLevel? = nil, mark: String? = nil, seconds: Double = 60
  ) throws -> JailedRun {
    let folder = try Scratch(["main.py": Self.prelude + source])
    return try command(
      ["/usr/bin/python3", "-I", "-S", "main.py"] + arguments, folder: folder.url, limits: limits,
      level: level, mark: mark, seconds: seconds)
  }

  /// Compiles C on the host and runs it in the jail.
  static func c(_ source: String, arguments: [String] = []) throws -> JailedRun {
    let folder = try Scratch(["main.c": source])
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/cc")
    compiler.arguments = ["-O1", "-o", folder.url.path + "/main", folder.url.path + "/main.c"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    return try command([folder.url.path + "/main"] + arguments, folder: folder.url)
  }

  /// What every attack in Python starts with.
  static let prelude = """
    import ctypes, errno, os, socket, struct, sys, time
    libc = ctypes.CDLL(None, use_errno=True)
    def call(number, *arguments):
        ctypes.set_errno(0)
        words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
        result = libc.syscall(ctypes.c_long(number), *words)
        return result if result >= 0 else -ctypes.get_errno()
    def opens(path, flags):
        try:
            os.close(os.open(path, flags))
            return True
        except OSError:
            return False
    broken = []
    def must(held, what):
        if not held: broken.append(str(what))
    def finish():
        print("held" if not broken else "broken: " + "; ".join(broken), flush=True)

    """
}

/// A folder of files that goes with the value.
final class Scratch: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "hone-jail-\(UUID().uuidString)")

  init(_ files: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (name, text) in files {
      try text.write(to: url.appending(path: name), atomically: false, encoding: .utf8)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
