import Digests
import Foundation
import Runs
import Settings

/// All that decides what a stage leaves: where two keys are equal, the second stage need not run.
///
/// A value that is printed, kept and compared. What does not change a byte, such as the number of
/// threads, has no part in it; what might, such as the processor's kernels, has.
package struct StageKey: Codable, Equatable, Sendable {
  /// Which members a key has.
  private static let currentFormat = 1

  private let format: Int
  /// The version of hone, the digest of its executable, and the kernels of its matrix products.
  package let hone: String
  package let executable: String
  package let kernels: String
  package let kind: String
  /// Every setting of the stage, by its dotted path.
  package let settings: [String: String]
  /// The run's seed and the stage's place, from 1, which together decide the stage's random numbers.
  package let seed: UInt64
  package let place: Int
  /// The digest of the policy that it starts from.
  package let policy: String
  /// The digests of what it reads besides, by name: `training`, `evaluation`, `verifiers`, `from`.
  package let inputs: [String: String]

  init(
    _ code: CodeVersion, settings: StageSettings, seed: UInt64, place: Int, policy: String,
    inputs: [String: String]
  ) throws {
    format = Self.currentFormat
    (hone, executable, kernels) = (code.hone, code.executable, code.kernels)
    kind = settings.kind
    self.settings = try settingTexts(of: AnySection(settings.section))
    (self.seed, self.place, self.policy, self.inputs) = (seed, place, policy, inputs)
  }

  /// SHA-256 of the key as JSON with sorted keys, as hexadecimal digits.
  package var digest: String {
    get throws { SHA256.hexadecimal(of: Array(try StableJSON.data(self))) }
  }

  /// Whether it was made by the same program on the same kind of processor.
  func isOf(_ code: CodeVersion) -> Bool {
    (hone, executable, kernels) == (code.hone, code.executable, code.kernels)
  }

  /// One part of a key that another one has otherwise.
  package struct Difference: Codable, Equatable, Sendable {
    /// Dotted path, such as `settings.samples` or `inputs.verifiers`.
    package let part: String
    /// The value in this key and in the other; nil where there is none.
    package let here: String?
    package let there: String?
  }

  /// What this key has otherwise than another one, in the order of the parts' names.
  package func differences(from other: StageKey) -> [Difference] {
    let (here, there) = (parts, other.parts)
    return Set(here.keys).union(there.keys).sorted().compactMap { part in
      here[part] == there[part]
        ? nil : Difference(part: part, here: here[part], there: there[part])
    }
  }

  /// Values by their dotted paths.
  private var parts: [String: String] {
    var parts = [
      "format": "\(format)", "hone": hone, "executable": executable, "kernels": kernels,
      "kind": kind, "seed": "\(seed)", "place": "\(place)", "policy": policy,
    ]
    for (name, value) in settings { parts["settings.\(name)"] = value }
    for (name, value) in inputs { parts["inputs.\(name)"] = value }
    return parts
  }
}

/// The program that runs a stage.
struct CodeVersion: Equatable, Sendable {
  let hone: String
  /// SHA-256 of the running executable.
  let executable: String
  /// The kernels that compute matrix products here; other ones round otherwise.
  let kernels: String
}
