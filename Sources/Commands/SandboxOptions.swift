import ArgumentParser
import Sandbox

/// How weak a sandbox may be in which verifiers judge.
struct SandboxOptions: ParsableArguments {
  @Option(
    name: .customLong("allow-degraded"),
    help: ArgumentHelp(
      """
      Judge also where the sandbox reaches only this level: full, noMemoryCgroup (the default), \
      landlockOnly or none.
      """, valueName: "level"))
  var weakest: SandboxLevel?

  @Flag(
    name: .customLong("unsafe-no-sandbox"),
    help: "Judge even where there is no sandbox; the same as --allow-degraded none.")
  var isUnsafe = false

  /// The weakest level that will do.
  var allowed: SandboxLevel { isUnsafe ? .none : weakest ?? .weakestByDefault }

  func validate() throws {
    if isUnsafe, let weakest, weakest != .none {
      throw ValidationError(
        "--unsafe-no-sandbox allows any level, --allow-degraded \(weakest) does not: give one.")
    }
  }
}

extension SandboxLevel: ExpressibleByArgument {}
