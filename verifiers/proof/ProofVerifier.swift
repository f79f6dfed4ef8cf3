import VerifierKit

/// Judges whether a completion is a proof of what its problem asks.
///
/// It checks, and never searches. The proof is the last fenced block, or else the whole completion,
/// and must be nothing else.
struct ProofVerifier: VerifierPlugin {
  static let name = "proof"
  static let version = "1.0"

  private let databases: MetamathDatabases
  /// Longest proof, in bytes.
  private let byteLimit: Int
  private let budget: WorkBudget

  init(settings: [String: JSONValue]) throws {
    byteLimit = try Self.integer("proofKiB", settings, in: 1...1024, orElse: 512) << 10
    budget = WorkBudget(
      try Self.integer("work", settings, in: 1_000...100_000_000, orElse: 20_000_000))
    switch settings["database"] {
    case nil: databases = try MetamathDatabases(path: "")
    case .string(let path): databases = try MetamathDatabases(path: path)
    default: throw InvalidVerifierSetting(name: "database", rule: "the path of a file")
    }
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    let task: ProofTask
    do throws(UnusableTask) {
      task = try ProofTask(problem.metadata, databases: databases)
    } catch {
      return .unscored(reason: "\(error)")
    }
    do throws(ProofRefusal) {
      let proof = CodeText.code(in: completion, names: ProofTask.fenceNames)
      guard proof.utf8.count <= byteLimit else {
        throw ProofRefusal("the proof is longer than \(byteLimit >> 10) KiB")
      }
      let steps = try task.check(proof, budget: budget)
      return .passed(reason: "it is a proof").detailed(["steps": .number(Double(steps))])
    } catch {
      return .wrong(reason: "\(error)")
    }
  }

  private static func integer(
    _ name: String, _ settings: [String: JSONValue], in range: ClosedRange<Int>,
    orElse standard: Int
  ) throws(InvalidVerifierSetting) -> Int {
    guard let value = settings[name] else { return standard }
    guard case .number(let number) = value, let integer = Int(exactly: number),
      range.contains(integer)
    else {
      throw InvalidVerifierSetting(
        name: name, rule: "a whole number in \(range.lowerBound)...\(range.upperBound)")
    }
    return integer
  }
}
