package import Settings

/// What a set of arithmetic problems looks like, whatever its families.
package struct ArithmeticSettings: GeneratorSettings {
  /// How problems are written.
  package var style = ArithmeticStyle.compact
  /// What demonstrations write before the answer.
  package var steps = ArithmeticSteps.direct
  /// Problems of the split `train`, shared among the families by weight.
  package var trainingProblems = 2_000
  /// Problems of the split `heldout`, shared among the families by weight.
  package var heldOutProblems = 200
  /// Worked answers of the split `train`, to problems that are not among its own.
  package var demonstrations = 100
  /// Picks which problems are drawn; it does not move any across the split.
  package var seed: UInt64 = 0
  /// Share of all possible problems that is kept out of training, by a hash of each problem.
  package var heldOutShare = 0.1

  package init() {}

  package func validate() throws(InvalidSetting) { try validateCounts() }
}

/// How a problem is written.
package enum ArithmeticStyle: String, Codable, CaseIterable, Sendable {
  /// `47+85=`, answered `132`: for a policy that learns from characters.
  case compact
  /// `47 + 85 =`, answered `47 + 85 = 132`: for a language model, whose habit it is to repeat.
  case spaced
}

/// What stands before the answer.
package enum ArithmeticSteps: String, Codable, CaseIterable, Sendable {
  /// Nothing.
  case direct
  /// Each intermediate result, which is what sampling can vary.
  case intermediate
}

/// What is computed.
package enum ArithmeticOperation: String, Codable, CaseIterable, Sendable {
  case addition
  /// Never below zero.
  case subtraction
  case multiplication
  /// Always without a remainder.
  case division
  /// Additions, subtractions and multiplications in one expression; products go first.
  case mixed
  /// Additions whose intermediate results are the sums so far, `11,16,25,27`.
  case runningTotals
}
