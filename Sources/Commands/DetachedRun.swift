import Foundation
import Pipelines
import Runs
import Scheduling
import Settings
import Subprocess

/// A run in a session of its own, which goes on when its terminal is closed.
struct DetachedRun {
  private let command: RunCommand

  init(_ command: RunCommand) { self.command = command }

  /// Starts the run, and says where it is.
  ///
  /// What can be found out before is: a pipeline that cannot be read starts nothing.
  func start() async throws {
    let folder: URL
    var words = [try ScheduleRunCommand.program().path, "run"]
    if let resume = command.resume {
      folder = URL(filePath: resume)
      _ = try RunFolder.manifest(of: folder)
      if try RunFolder.isInUse(folder) {
        throw RunError.inUse(
          folder: folder.relativePath, processID: try RunLock.holder(of: folder))
      }
      words += ["--resume", resume]
    } else {
      let file = command.pipeline ?? ""
      let pipeline = try Pipeline.load(
        URL(filePath: file), overrides: try command.overrides.map(SettingOverride.init))
      folder = try RunFolder.reserve(
        in: URL(filePath: command.runs), name: pipeline.settings.name)
      words += [file] + command.overrides.flatMap { ["--set", $0] }
      words += ["--runs", command.runs, "--into", folder.path]
      if command.rerun { words.append("--rerun") }
      if command.requireClean { words.append("--require-clean") }
    }
    let output = folder.appending(path: "output.txt").path
    try await launch(words, output: output)
    print(
      """
      \(folder.lastPathComponent) is at work.
      Watch it: hone runs watch \(ShellWords.quote(folder.lastPathComponent)) \
      --runs \(ShellWords.quote(folder.deletingLastPathComponent().relativePath))
      Its output: \(ShellWords.quote(output))
      Stop it after a checkpoint: kill $(cat \
      \(ShellWords.quote(folder.appending(path: "lock").path)))
      """)
  }

  /// `setsid --fork` leaves the terminal; the shell only opens the file for it.
  private func launch(_ words: [String], output: String) async throws {
    let script = #"out=$1; shift; exec setsid --fork "$@" >>"$out" 2>&1 </dev/null"#
    let result = try await Subprocess.run(
      .name("sh"), arguments: Arguments(["-c", script, "sh", output] + words),
      output: .discarded, error: .string(limit: 1 << 16))
    guard result.terminationStatus.isSuccess else {
      throw RunError.system(
        operation: "detach a run with setsid into", path: output,
        reason: result.standardError.split(separator: "\n").last.map(String.init)
          ?? "\(result.terminationStatus)")
    }
  }
}
