import Policies
package import Sandbox
package import Settings
package import Tokenizers
package import Verifiers

/// A pipeline file without its stages.
package struct PipelineSettings: SettingsSection {
  /// Names the run's folder.
  package var name = "run"
  /// Decides every random number of a run.
  package var seed: UInt64 = 1
  package var policy = PolicySettings()
  package var tasks = TaskReferences()
  /// What a completion is worth: a weighted sum of verdicts.
  package var reward = [RewardTerm(verifier: "arithmetic")]
  package var sandbox = SandboxSettings()
  package var checkpoints = CheckpointSettings()

  package init() {}

  package func validate() throws(InvalidSetting) {
    let allowed = name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
        || byte == 0x2D || byte == 0x5F || byte == 0x2E
    }
    guard !name.isEmpty, name.utf8.count <= 64, allowed, !name.hasPrefix(".") else {
      throw InvalidSetting(
        key: "name", value: "'\(name)'",
        rule: "it names a folder: up to 64 letters, digits, '-', '_' and '.'")
    }
    guard !reward.isEmpty else {
      throw InvalidSetting(key: "reward", value: "[]", rule: "at least one verifier must judge")
    }
    if let first = reward.first, first.isConditional {
      throw InvalidSetting(
        key: "reward.0.onlyIf", value: "passed",
        rule: "the first verifier says what is correct, so it must judge everything; move it down")
    }
  }
}

/// How the verifiers are locked up.
package struct SandboxSettings: SettingsSection {
  /// The weakest sandbox in which they may run: `full`, `noMemoryCgroup`, `landlockOnly` or `none`.
  package var allowDegraded = SandboxLevel.weakestByDefault

  package init() {}

  package func validate() throws(InvalidSetting) {}  // each level is one that may be allowed
}

/// Which policy is trained.
package struct PolicySettings: SettingsSection {
  /// An embedded policy, drawn from the seed.
  package var preset: String?
  /// A model folder or file, or the folder of a run.
  package var path: String?
  /// A policy that has a name, such as champion, in the folder of runs.
  package var named: String?
  /// The frame of prompts; `null` for the one that the model names.
  package var template: ChatTemplate?
  /// The system text; `null` for the template's default.
  package var system: String?

  package init() {}

  package func validate() throws(InvalidSetting) {
    if let preset, EmbeddedPolicy(rawValue: preset) == nil {
      let known = EmbeddedPolicy.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidSetting(
        key: "preset", value: "'\(preset)'",
        rule: "the embedded policies are \(known) (a model on the disk is named by 'path')")
    }
    let given = [("preset", preset), ("path", path), ("named", named)].compactMap { key, value in
      value.map { "\(key) '\($0)'" }
    }
    guard given.count <= 1 else {
      throw InvalidSetting(
        key: named == nil ? "path" : "named",
        value: given.joined(separator: " and "), rule: "a run trains one of them")
    }
  }

  /// How the policy is referred to.
  package var reference: String { named ?? path ?? preset ?? "tiny" }
}

/// Which problems are learnt from, and which are asked to see what was learnt.
package struct TaskReferences: SettingsSection {
  package var train = "running-totals/train"
  package var evaluation = "running-totals/heldout"
  /// Longest prompt of a problem, in characters.
  package var maxPromptCharacters = 16_384

  package init() {}

  package func validate() throws(InvalidSetting) {
    guard maxPromptCharacters >= 1 else {
      throw InvalidSetting(
        key: "maxPromptCharacters", value: "\(maxPromptCharacters)", rule: "it must be at least 1")
    }
  }
}
