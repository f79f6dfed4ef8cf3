import Cells
import VerifierKit

/// What programs may use, and how they are paid; the manifest holds the defaults for pipelines.
struct RunnerSettings: Equatable {
  /// The language of tasks that name none.
  var language = Language.python
  /// Whether a program that passes some hidden cases earns their share.
  var partialCredit = false
  /// CPU seconds of each process.
  var cpuSeconds = 3
  /// Wall time as a multiple of the CPU seconds.
  var wallFactor = 2.0
  /// Wall time of all cells of one completion.
  var totalSeconds = 60.0
  /// CPU seconds of a compiler.
  var compileSeconds = 10
  /// Longest source, in KiB.
  var sourceKiB = 256
  /// Everything else.
  var limits = CellLimits()

  init() {}

  /// Reads the settings of a greeting.
  ///
  /// - Throws: `InvalidVerifierSetting` that names the first setting that cannot be used.
  init(_ settings: [String: JSONValue]) throws(InvalidVerifierSetting) {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "language":
        language = try value.choice(of: name)
      case "partialCredit":
        guard case .bool(let bool) = value else {
          throw InvalidVerifierSetting(name: name, rule: "true or false")
        }
        partialCredit = bool
      case "cpuSeconds": cpuSeconds = try value.wholeNumber(of: name, in: 1...3600)
      case "wallFactor": wallFactor = try value.number(of: name, in: 1...100)
      case "totalSeconds": totalSeconds = try value.number(of: name, in: 0.1...86400)
      case "compileSeconds": compileSeconds = try value.wholeNumber(of: name, in: 1...3600)
      case "sourceKiB": sourceKiB = try value.wholeNumber(of: name, in: 1...900)
      case "memoryMiB": limits.memoryMiB = try value.wholeNumber(of: name, in: 64...65536)
      case "processes": limits.processes = try value.wholeNumber(of: name, in: 1...1024)
      case "fileKiB": limits.fileKiB = try value.wholeNumber(of: name, in: 1...1 << 20)
      case "outputKiB": limits.outputKiB = try value.wholeNumber(of: name, in: 1...16 << 10)
      case "scratchMiB": limits.scratchMiB = try value.wholeNumber(of: name, in: 1...4096)
      case "inodes": limits.inodes = try value.wholeNumber(of: name, in: 16...1_000_000)
      default:
        throw InvalidVerifierSetting(name: name, rule: "absent: nothing reads it")
      }
    }
  }

  /// Wall time of one program's cell, in seconds.
  var wallSeconds: Double { Double(cpuSeconds) * wallFactor }
}
