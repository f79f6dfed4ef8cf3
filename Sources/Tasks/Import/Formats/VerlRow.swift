import VerifierKit

/// A row of verl: `data_source`, `prompt` as messages, `reward_model` with its `ground_truth`.
///
/// verl chooses the reward function by `data_source`; so does this, by the same names.
///
/// - SeeAlso: Sheng 2024 (HybridFlow); verl's `default_compute_score`.
enum VerlRow {
  /// Sets that verl judges by the value of a number or formula.
  private static let mathematics: Set<String> = [
    "lighteval/MATH", "DigitalLearningGmbH/MATH-lighteval", "HuggingFaceH4/MATH-500", "math_dapo",
    "math", "math_dapo_reasoning", "openai/gsm8k", "gsm8k", "numina_aops_forum",
    "numina_synthetic_math", "numina_amc_aime", "numina_synthetic_amc", "numina_cn_k12",
    "numina_olympiads",
  ]
  private static let programs: Set<String> = ["codecontests", "apps", "codeforces", "taco"]

  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    let source = try row.text("data_source")
    try row.refuseMedia()
    let reward = try row.object("reward_model")
    if let style = try reward.optionalText("style"), style != "rule" {
      throw Unplaced("'reward_model.style' is '\(style)': a model judges it, not a rule")
    }
    let chat = try row.prompt("prompt")
    guard let truth = reward["ground_truth"] else {
      throw Unplaced("there is no 'ground_truth' in 'reward_model'")
    }
    var placed = PlacedRow(prompt: chat.prompt, verifier: "", completion: chat.completion)
    if source.hasPrefix("searchR1") || source == "hiyouga/geometry3k" {
      throw Unplaced("no verifier here judges rows of the data_source '\(source)'")
    } else if programs.contains(source) {
      placed.verifier = "code-runner"
      placed.metadata = try code(truth)
    } else if case .object(let puzzle) = truth, let numbers = puzzle["numbers"] ?? puzzle["nums"],
      let target = puzzle["target"]
    {
      placed.verifier = "arithmetic"
      placed.metadata = ["numbers": numbers, "target": target]
    } else {
      let isMathematics = mathematics.contains(source) || source.hasPrefix("aime")
      let judged = try ReferenceAnswer.judged(
        ImportRow.answer(truth, "ground_truth"), needsNumber: isMathematics)
      (placed.answer, placed.verifier) = (judged.answer, judged.verifier)
      placed.metadata = judged.metadata
    }
    placed.metadata["family"] = .string(source)
    return placed
  }

  /// `{"inputs": […], "outputs": […], "fn_name": …}`, or assertions.
  private static func code(_ truth: JSONValue) throws(Unplaced) -> [String: JSONValue] {
    switch try JSONText.opened(truth, "ground_truth") {
    case .object(let members):
      let tests = ImportRow(members)
      let function = try tests.optionalText("fn_name")
      if tests.has("assert_case") {
        return try CodeTests.assertions(tests.texts("assert_case"), entry: function)
      }
      return try CodeTests.inputsAndOutputs(
        tests.array("inputs"), tests.array("outputs"), function: function)
    case .array(let tests):
      return try CodeTests.assertions(try JSONText.texts(tests, "ground_truth"))
    default: throw Unplaced("'ground_truth' holds no tests")
    }
  }
}
