import Cells
import VerifierKit

/// What programs may use, and how long answers may be; the manifest holds the same defaults.
struct AssistantSettings: Equatable {
  /// Longest witness, lemma or script, in KiB.
  var answerKiB = 64
  /// CPU seconds of each run of a program.
  var seconds = 10
  /// Address space of a program, in MiB.
  var memoryMiB = 2048
  /// What z3 may spend on one question, in its own units.
  var resourceLimit = 4_000_000

  init() {}

  /// Reads the settings of a greeting.
  ///
  /// - Throws: `InvalidVerifierSetting` that names the first setting that cannot be used.
  init(_ settings: [String: JSONValue]) throws(InvalidVerifierSetting) {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "answerKiB": answerKiB = try value.wholeNumber(of: name, in: 1...512)
      case "seconds": seconds = try value.wholeNumber(of: name, in: 1...30)
      case "memoryMiB": memoryMiB = try value.wholeNumber(of: name, in: 256...65536)
      case "resourceLimit":
        resourceLimit = try value.wholeNumber(of: name, in: 1_000...4_000_000_000)
      default:
        throw InvalidVerifierSetting(name: name, rule: "absent: nothing reads it")
      }
    }
  }

  /// Seconds of one run by the clock, so that a busy machine ends nothing too early.
  var wallSeconds: Double { 4 * Double(seconds) + 10 }

  /// Seconds by the clock after which no further program is started for the same answer.
  var totalSeconds: Double { 2 * wallSeconds }

  /// The limits of a cell.
  var limits: CellLimits {
    var limits = CellLimits()
    limits.memoryMiB = memoryMiB
    limits.recordsKiB = 8 << 10
    limits.scratchMiB = 64
    return limits
  }
}
