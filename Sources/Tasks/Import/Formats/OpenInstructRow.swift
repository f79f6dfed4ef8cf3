import VerifierKit

/// A row of open-instruct: `messages`, `ground_truth`, and `dataset`, which names its verifier; or of
/// AceCode, which it makes rows from: `question` and `test_cases`.
///
/// - SeeAlso: Lambert 2024 (Tülu 3).
enum OpenInstructRow {
  /// Verifiers of open-instruct for which there is none here, and why.
  private static let unsupported: [String: String] = [
    "ifeval": "constraints of instructions have no verifier here",
    "ifeval_old": "constraints of instructions have no verifier here",
    "flan": "its answers are free texts",
    "max_length": "it pays for length, not for an answer",
    "up_to_max_length": "it pays for length, not for an answer",
    "string_f1": "it pays for shared words, not for an answer",
    "re_search": "it pays for shared words, not for an answer",
    "rlve": "its problems carry programs that judge them",
  ]

  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    if row.has("test_cases") { return try aceCode(row) }
    let chat = try row.prompt("messages", "prompt")
    let name = row.has("dataset") ? try only(row["dataset"], "dataset") : ""
    guard let truth = row["ground_truth"] else { throw Unplaced("there is no 'ground_truth'") }
    var placed = PlacedRow(
      id: try? row.optionalText("id"), prompt: chat.prompt, verifier: "",
      completion: chat.completion)
    if let reason = unsupported[name.lowercased()] {
      throw Unplaced("the dataset '\(name)': \(reason)")
    }
    if name.hasPrefix("general") || name.contains("judge") {
      throw Unplaced("the dataset '\(name)': a model judges it")
    }
    switch name.lowercased() {
    case "code":
      placed.verifier = "code-runner"
      placed.metadata = try CodeTests.assertions(try JSONText.texts(tests(truth), "ground_truth"))
    case "code_stdio":
      placed.verifier = "code-runner"
      placed.metadata = try programs(tests(truth))
    default:
      let isMathematics = ["gsm8k", "math", "strict_math"].contains(name.lowercased())
      let judged = try ReferenceAnswer.judged(
        ImportRow.answer(truth, "ground_truth"), needsNumber: isMathematics)
      (placed.answer, placed.verifier) = (judged.answer, judged.verifier)
      placed.metadata = judged.metadata
    }
    if !name.isEmpty { placed.metadata["family"] = .string(name) }
    return placed
  }

  private static func aceCode(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    var metadata = try CodeTests.assertions(row.texts("test_cases"))
    metadata["family"] = .string("acecode")
    return PlacedRow(
      id: try row.optionalText("id"), prompt: try row.text("question"), verifier: "code-runner",
      metadata: metadata)
  }

  /// A text, or the only one of a list, as newer sets write it.
  private static func only(_ value: JSONValue?, _ name: String) throws(Unplaced) -> String {
    switch value {
    case .string(let text)?: return text
    case .array(let elements)?:
      guard elements.count == 1, case .string(let text) = elements[0] else {
        throw Unplaced("'\(name)' names several verifiers, which are to judge together")
      }
      return text
    default: throw Unplaced("'\(name)' is no text")
    }
  }

  /// The list of tests, which may be a text of JSON, alone in a list.
  private static func tests(_ truth: JSONValue) throws(Unplaced) -> [JSONValue] {
    var value = try JSONText.opened(truth, "ground_truth")
    if case .array(let elements) = value, elements.count == 1, case .string(let text) = elements[0],
      text.hasPrefix("[")
    {
      value = try JSONText.opened(elements[0], "ground_truth")
    }
    guard case .array(let tests) = value, !tests.isEmpty else {
      throw Unplaced("'ground_truth' holds no tests")
    }
    return tests
  }

  private static func programs(_ tests: [JSONValue]) throws(Unplaced) -> [String: JSONValue] {
    var (inputs, outputs): ([JSONValue], [JSONValue]) = ([], [])
    for test in tests {
      guard case .object(let members) = test, let output = members["output"] else {
        throw Unplaced("a test of the program has no 'output'")
      }
      inputs.append(members["input"] ?? .string(""))
      outputs.append(output)
    }
    return try CodeTests.inputsAndOutputs(inputs, outputs, function: nil)
  }
}
