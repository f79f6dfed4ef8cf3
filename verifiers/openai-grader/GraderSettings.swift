import VerifierKit

/// What graders may use, and how a score becomes a verdict; the manifest holds the defaults.
struct GraderSettings {
  /// The grader of problems that have none; nil for none.
  var grader: Grader?
  /// The score from which a completion passes, where a grader has no threshold of its own.
  var passThreshold = 1.0
  /// Whether a completion at which a program fails is wrong; else it is unscored.
  var raisedIsWrong = false
  /// Seconds of all programs of one completion.
  var seconds = 120.0
  var memoryMiB = 2048
  var scratchMiB = 1024
  var processes = 16

  init() {}

  /// Reads the settings of a greeting.
  ///
  /// - Throws: `InvalidVerifierSetting` that names the first setting that cannot be used.
  init(_ settings: [String: JSONValue]) throws(InvalidVerifierSetting) {
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "grader":
        guard value != .null else { continue }
        do throws(Grader.Unusable) {
          grader = try Grader(value)
        } catch {
          throw InvalidVerifierSetting(name: name, rule: "one that can be used: \(error.reason)")
        }
      case "passThreshold": passThreshold = try value.number(of: name, in: 0...1)
      case "raised":
        guard value == .string("wrong") || value == .string("unscored") else {
          throw InvalidVerifierSetting(name: name, rule: "one of unscored, wrong")
        }
        raisedIsWrong = value == .string("wrong")
      case "seconds": seconds = try value.number(of: name, in: 1...3600)
      case "memoryMiB": memoryMiB = try value.wholeNumber(of: name, in: 64...65536)
      case "scratchMiB": scratchMiB = try value.wholeNumber(of: name, in: 1...4096)
      case "processes": processes = try value.wholeNumber(of: name, in: 1...1024)
      default: throw InvalidVerifierSetting(name: name, rule: "absent: nothing reads it")
      }
    }
  }
}
