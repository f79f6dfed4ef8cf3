import Foundation
import Glibc
import Sandbox
import VerifierKit

/// One start of a plugin with the argument `prepare`, in its jail, whose output is kept in a file.
///
/// The plugin gets the greeting, and writes `{"prepared":N}`, a line end and N bytes. Nothing of its
/// scratch folder is ever opened from outside.
struct PreparationRun {
  /// Bytes of the line that says how many follow, at most.
  private static let headerLimit = 64
  /// Bytes of standard error that are kept for the reason.
  private static let keptErrors = 2000

  private let manifest: VerifierManifest
  private let files: PluginFiles
  private let sandbox: Sandbox

  init(_ manifest: VerifierManifest, files: PluginFiles, sandbox: Sandbox) {
    (self.manifest, self.files, self.sandbox) = (manifest, files, sandbox)
  }

  /// Runs the preparation to its end.
  ///
  /// - Parameters:
  ///   - command: How the plugin is started for work.
  ///   - preparation: The limits.
  ///   - target: Where the bytes go; whole and on the disk when this returns.
  /// - Throws: ``PreparationFailure``, `SandboxError`, or a failure of the file.
  func run(
    _ command: JailedCommand, _ preparation: VerifierManifest.Preparation, into target: URL
  ) throws {
    guard FileManager.default.createFile(atPath: target.path, contents: nil) else {
      throw PreparationFailure("\(target.path) cannot be written")
    }
    let file = try FileHandle(forWritingTo: target)
    defer { file.closeFile() }
    var process = try sandbox.start(preparing(command, preparation))
    var output = PreparedOutput(limit: preparation.scratchMiB << 20)
    let problem = try serve(process, preparation, &output, into: file)
    let ending = process.end(graceSeconds: problem == nil ? 1 : 0)
    if let problem { throw PreparationFailure(problem) }
    guard output.isWhole else {
      let errors = output.errors.trimmingCharacters(in: .whitespacesAndNewlines)
      let said = errors.isEmpty ? "" : ": \(errors)"
      throw PreparationFailure("it ended with \(ending), too early\(said)")
    }
    try file.synchronize()
    // The jailed program reads it as another user where the host is root.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: target.path)
  }

  // MARK: - The process

  private func preparing(
    _ command: JailedCommand, _ preparation: VerifierManifest.Preparation
  ) -> JailedCommand {
    let limits = JailLimits(
      memoryMiB: preparation.memoryMiB, processes: manifest.limits.processes,
      fileKiB: preparation.scratchMiB << 10, openFiles: 64, scratchMiB: preparation.scratchMiB)
    var own = JailedCommand(
      executable: command.executable, arguments: command.arguments + ["prepare"],
      folder: command.folder, limits: limits)
    own.house = command.house + files.files.map(\.url.path)
    return own
  }

  /// Feeds the greeting and keeps what comes.
  ///
  /// - Returns: What went wrong on this side; nil where the output ended.
  private func serve(
    _ process: borrowing JailedProcess, _ preparation: VerifierManifest.Preparation,
    _ output: inout PreparedOutput, into file: FileHandle
  ) throws -> String? {
    let deadline = SuspendingClock.now + .seconds(preparation.seconds)
    let wake = try WakeSignal()
    var greeting: [UInt8] = []
    GreetingMessage(
      settings: files.seen(
        manifest.settings.filter { manifest.files.contains($0.key) }, in: sandbox)
    ).append(to: &greeting)
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var writesErrors = true
    while true {
      let seconds = (deadline - .now) / .seconds(1)
      guard seconds > 0 else { return "it was not done after \(preparation.seconds) seconds" }
      let readiness = process.wait(
        toWrite: !greeting.isEmpty, toReadErrors: writesErrors, wake: wake, seconds: seconds)
      if readiness.canWrite {
        if let count = process.write(greeting[...]) {
          greeting.removeFirst(count)
        } else {
          greeting = []  // it reads no more; its end follows
        }
      }
      if readiness.hasErrors {
        switch process.read(.errors, into: &chunk) {
        case .bytes(let count): output.addErrors(chunk[..<count], limit: Self.keptErrors)
        case .end: writesErrors = false
        case .nothing: break
        }
      }
      guard readiness.hasOutput else { continue }
      switch process.read(.output, into: &chunk) {
      case .nothing: break
      case .end: return nil
      case .bytes(let count):
        if let problem = try output.add(chunk[..<count], to: file) { return problem }
      }
    }
  }

  /// What came so far.
  private struct PreparedOutput {
    let limit: Int
    private var header: [UInt8] = []
    private var expected: Int?
    private var written = 0
    private(set) var errors = ""

    init(limit: Int) { self.limit = limit }

    var isWhole: Bool { expected == written }

    mutating func addErrors(_ bytes: ArraySlice<UInt8>, limit: Int) {
      errors = String((errors + String(decoding: bytes, as: UTF8.self)).suffix(limit))
    }

    /// - Returns: What is wrong with the output; nil for nothing.
    mutating func add(_ bytes: ArraySlice<UInt8>, to file: FileHandle) throws -> String? {
      var rest = bytes
      if expected == nil {
        let end = rest.firstIndex(of: 0x0A)
        header += rest[..<(end ?? rest.endIndex)]
        guard header.count <= PreparationRun.headerLimit else {
          return "its first line is not {\"prepared\":N}"
        }
        guard let end else { return nil }
        guard let length = Self.length(header), length <= limit else {
          return "its first line is not {\"prepared\":N} with at most \(limit) bytes"
        }
        expected = length
        rest = rest[(end + 1)...]
      }
      written += rest.count
      guard written <= expected ?? 0 else { return "it wrote more than it said" }
      try file.write(contentsOf: Data(rest))
      return nil
    }

    private static func length(_ line: [UInt8]) -> Int? {
      guard case .object(let members)? = try? JSONReader.value(in: line, 0..<line.count),
        case .number(let number)? = members["prepared"], let length = Int(exactly: number),
        length > 0
      else { return nil }
      return length
    }
  }
}
