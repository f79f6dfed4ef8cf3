import Digests
import Foundation
import Policies
import Runs
import Tasks
import Tensors
import Verifiers

/// What a stage reads besides its settings, the policy and another stage.
enum StageInput: String, Sendable {
  /// The training set: problems and demonstrations.
  case training
  /// The held-out problems.
  case evaluation
  /// The verifiers of the reward, and how they are locked up.
  case verifiers
}

extension StageSettings {
  var inputs: Set<StageInput> {
    switch self {
    case .warmUp(let settings): settings.from == nil ? [.training] : []
    case .rollout(let settings):
      settings.from == nil ? [.training, .verifiers] : [.verifiers]
    case .select, .promote, .export: []
    case .reinforce(let settings):
      Set<StageInput>([.verifiers])
        .union(settings.from == nil ? [.training] : [])
        .union(settings.monitorEvery > 0 ? [.evaluation] : [])
    case .evaluate: [.evaluation, .verifiers]
    }
  }
}

/// The digests of which the keys of a run's stages are made, each computed once, when it is asked for.
struct StageFingerprints {
  /// The digest of the policy as it stands; nil where it was not computed since it changed.
  var policy: String?
  private let code: CodeVersion
  private let training: TaskSet
  private let evaluation: TaskSet
  private let settings: PipelineSettings
  private let sandbox: String
  private var known: [StageInput: String] = [:]

  /// - Throws: Where the running executable cannot be read.
  init(_ pipeline: Pipeline, training: TaskSet, evaluation: TaskSet, sandbox: String) throws {
    code = CodeVersion(
      hone: HoneVersion.current,
      executable: try SHA256.hexadecimal(ofFile: URL(filePath: "/proc/self/exe")),
      kernels: Workers.kernels)
    (self.training, self.evaluation) = (training, evaluation)
    (settings, self.sandbox) = (pipeline.settings, sandbox)
  }

  /// Whether a key was made by this program here.
  func isOwn(_ key: StageKey) -> Bool { key.isOf(code) }

  /// The key of a stage.
  ///
  /// - Parameters:
  ///   - stage: The stage.
  ///   - index: Its place, from 0.
  ///   - policy: The digest of the policy that it starts from.
  ///   - source: The digest of what it reads of another stage, where it reads one.
  /// - Returns: The key.
  /// - Throws: ``VerifierError``, or where a set cannot be encoded.
  mutating func key(
    of stage: StageSettings, at index: Int, policy: String, source: String?
  ) throws -> StageKey {
    var inputs: [String: String] = [:]
    for input in stage.inputs { inputs[input.rawValue] = try digest(of: input) }
    inputs["from"] = source
    return try StageKey(
      code, settings: stage, seed: settings.seed, place: index + 1, policy: policy, inputs: inputs)
  }

  private mutating func digest(of input: StageInput) throws -> String {
    if let digest = known[input] { return digest }
    let digest =
      switch input {
      case .training: try training.digest
      case .evaluation: try evaluation.digest + " as \(evaluation.name)"  // reports name the set
      case .verifiers: try VerifierDigest.hexadecimal(of: settings.reward) + " in \(sandbox)"
      }
    known[input] = digest
    return digest
  }
}
