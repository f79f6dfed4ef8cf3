import VerifierKit

/// A row of prime-rl's sets (`task_type`, `verification_info`), or of an environment of the package
/// verifiers (`prompt` or `question`, `answer`, `task`, `info`).
///
/// - SeeAlso: Prime Intellect 2025 (INTELLECT-2, SYNTHETIC-1).
enum PrimeRow {
  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    try row.refuseMedia()
    let chat = try row.prompt("prompt", "question")
    let task = try row.optionalText(row.has("task_type") ? "task_type" : "task") ?? ""
    if task.contains("judge") || task.contains("llm") {
      throw Unplaced("the task '\(task)': a model judges it")
    }
    var information: ImportRow?
    if let name = ["verification_info", "info"].first(where: row.has) {
      information = try row.object(name)
    }
    var placed = PlacedRow(
      id: try identifier(row), prompt: chat.prompt, verifier: "", completion: chat.completion)
    if let cases = information?["test_cases"] {
      placed.verifier = "code-runner"
      placed.metadata = try code(cases, information)
    } else if let family = information?["source_dataset"] ?? information?["dataset"],
      case .string(let family) = family, ReasoningGymFamilies.judging(of: family) != nil
    {
      return try gym(row, chat, information, family)
    } else {
      let reference: String
      if let truth = information?["ground_truth"] ?? information?["answer"] {
        reference = try ImportRow.answer(truth, "ground_truth")
      } else if let answer = row["answer"], answer != .string("") {
        reference = try ImportRow.answer(answer, "answer")
      } else {
        throw Unplaced("there is neither an 'answer' nor a 'ground_truth'")
      }
      let judged = try ReferenceAnswer.judged(
        reference, needsNumber: task.contains("math") || task == "gsm8k")
      (placed.answer, placed.verifier) = (judged.answer, judged.verifier)
      placed.metadata = judged.metadata
    }
    if !task.isEmpty { placed.metadata["family"] = .string(task) }
    return placed
  }

  private static func identifier(_ row: ImportRow) throws(Unplaced) -> String? {
    guard let name = ["problem_id", "id", "example_id"].first(where: row.has) else { return nil }
    return try row.answer(name)
  }

  /// A row that an environment took from reasoning-gym.
  private static func gym(
    _ row: ImportRow, _ chat: ChatPrompt, _ information: ImportRow?, _ family: String
  ) throws(Unplaced) -> PlacedRow {
    var metadata = information?.members ?? [:]
    metadata["source_dataset"] = .string(family)
    return try ReasoningGymRow.place(
      ImportRow([
        "question": .string(chat.prompt), "answer": row["answer"] ?? .null,
        "metadata": .object(metadata),
      ]))
  }

  /// Test cases of programs or functions, each an object with `type`, `input` and `output`.
  private static func code(
    _ cases: JSONValue, _ information: ImportRow?
  ) throws(Unplaced) -> [String: JSONValue] {
    let opened = try JSONText.opened(cases, "test_cases")
    // INTELLECT-2 has them as the object of inputs and outputs of APPS.
    if case .object(let members) = opened {
      let tests = ImportRow(members)
      return try CodeTests.inputsAndOutputs(
        tests.array("inputs"), tests.array("outputs"), function: tests.optionalText("fn_name"))
    }
    guard case .array(let tests) = opened else { throw Unplaced("'test_cases' is no list") }
    if case .string? = tests.first {
      return try CodeTests.assertions(JSONText.texts(tests, "test_cases"))
    }
    if let language = try information?.optionalText("language"), !language.hasPrefix("python") {
      throw Unplaced("the program's language is '\(language)', not Python")
    }
    var (inputs, outputs): ([JSONValue], [JSONValue]) = ([], [])
    var functions: Set<String> = []
    for test in tests {
      guard case .object(let members) = test else { throw Unplaced("a test case is no object") }
      let test = ImportRow(members)
      if let function = try test.optionalText("fn_name"), !function.isEmpty {
        functions.insert(function)
      }
      guard let output = test["output"] else { throw Unplaced("a test case has no 'output'") }
      inputs.append(test["input"] ?? .string(""))
      outputs.append(output)
    }
    guard functions.count <= 1 else { throw Unplaced("the test cases call several functions") }
    return try CodeTests.inputsAndOutputs(inputs, outputs, function: functions.first)
  }
}
