import ArgumentParser
import Runs
import Sandbox
import Verifiers

/// The command `hone sandbox`.
struct SandboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Says how well verifiers are locked up on this machine.",
    discussion: """
        hone sandbox status
        hone sandbox status --json
      """,
    subcommands: [SandboxStatusCommand.self])
}

/// The command `hone sandbox status`.
struct SandboxStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Builds a jail, tries to get out of it, and says what held.",
    usage: "hone sandbox status [--json]",
    discussion: """
      Levels: full, noMemoryCgroup, landlockOnly, none. Verifiers run at the strongest
      level that holds here, and are refused below noMemoryCgroup unless a command
      or a pipeline allows it (--allow-degraded, sandbox.allowDegraded).

        hone sandbox status
        hone sandbox status --json
      """)

  @Flag(help: "Print the status as JSON.")
  var json = false

  func run() throws {
    let status = try Sandbox.status(executables: VerifierCatalog.executableFolder)
    if json { return try CommandOutput.print(json: status) }
    print(Self.text(status))
  }

  /// The status for people.
  static func text(_ status: SandboxStatus) -> String {
    var lines = ["level: \(status.level.rawValue); \(status.loss)", ""]
    for trial in status.trials {
      let word = trial.isHeld ? "held    " : "not held"
      lines.append(
        "  \(word)  \(trial.guarantee.promise)" + (trial.breach.map { " (\($0))" } ?? ""))
    }
    if !status.isEnough {
      lines += [
        "",
        "Verifiers are refused at this level, but for --allow-degraded \(status.level.rawValue).",
      ]
    }
    if !status.obstacles.isEmpty { lines += [""] + status.obstacles.map { $0 + "." } }
    if !status.remedies.isEmpty {
      lines += ["", "To raise the level:"] + status.remedies.map { "  \($0)." }
    }
    return lines.joined(separator: "\n")
  }
}
