package import Settings

/// What every generator is told: how many problems it makes, and which.
package protocol GeneratorSettings: SettingsSection {
  /// Problems of the split `train`, shared among the families by weight.
  var trainingProblems: Int { get }
  /// Problems of the split `heldout`, shared among the families by weight.
  var heldOutProblems: Int { get }
  /// Worked answers of the split `train`, to problems that are not among its own.
  var demonstrations: Int { get }
  /// Picks which problems are drawn; it does not move any across the split.
  var seed: UInt64 { get }
  /// Share of all possible problems that is kept out of training, by a hash of each problem.
  var heldOutShare: Double { get }
}

extension GeneratorSettings {
  /// Refuses counts without a problem, and a share that leaves either part empty.
  func validateCounts() throws(InvalidSetting) {
    let counts = [
      ("trainingProblems", trainingProblems, 1), ("heldOutProblems", heldOutProblems, 1),
      ("demonstrations", demonstrations, 0),
    ]
    for (key, count, least) in counts where !(least...1_000_000).contains(count) {
      throw InvalidSetting(
        key: key, value: "\(count)", rule: "it must be in \(least)...1000000")
    }
    guard heldOutShare > 0, heldOutShare < 1 else {
      throw InvalidSetting(
        key: "heldOutShare", value: "\(heldOutShare)",
        rule: "training and held-out problems each need a part between 0 and 1")
    }
  }
}

/// The two sides that every generated task has.
enum GeneratedSplit: String, CaseIterable {
  case train
  case heldout
}

/// Makes the splits of a task: the same ones for the same settings, on any machine.
protocol TaskGenerator {
  /// The problems of one side, and on the training side its demonstrations.
  func taskSet(_ name: String, _ split: GeneratedSplit) throws(TaskError) -> TaskSet
}
