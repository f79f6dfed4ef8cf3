import VerifierKit

/// A format in which people keep tasks.
package enum ImportFormat: String, CaseIterable, Sendable {
  /// TRL's columns `prompt` and `solution`, and sets in its manner.
  case trl
  /// verl's `data_source`, `prompt` and `reward_model`.
  case verl
  /// open-instruct's `messages`, `ground_truth` and `dataset`.
  case openInstruct = "open-instruct"
  /// prime-rl's `verification_info`, and environments of the package verifiers.
  case prime
  case reasoningGym = "reasoning-gym"
  /// Items of OpenAI's reinforcement fine-tuning; the grader is a file of its own.
  case openAI = "openai-rft"
  case gsm8k
  case humanEval = "humaneval"
  case mbpp
  /// What `hone` reads itself.
  case hone

  /// The format that a row is of, by its keys; nil for none that is known.
  init?(of row: ImportRow) {
    func has(_ names: String...) -> Bool { names.allSatisfy(row.has) }
    if has("task_id", "prompt", "entry_point", "test") {
      self = .humanEval
    } else if has("task_id", "test_list") {
      self = .mbpp
    } else if has("data_source", "reward_model") {
      self = .verl
    } else if has("messages", "ground_truth") || has("question", "test_cases") {
      self = .openInstruct
    } else if has("question", "metadata"), ReasoningGymRow.family(of: row) != nil {
      self = .reasoningGym
    } else if has("verification_info") || has("info", "prompt") || has("info", "question")
      || has("task", "answer")
    {
      self = .prime
    } else if has("item") || has("messages") {
      self = .openAI
    } else if case .string(let answer)? = row["answer"], row.has("question"),
      answer.contains("####")
    {
      self = .gsm8k
    } else if case .string? = row["prompt"], row.members.keys.allSatisfy(HoneRow.keys.contains) {
      self = .hone
    } else if TRLRow.isOne(row) {
      self = .trl
    } else {
      return nil
    }
  }

  /// The problem that a row of this format is.
  func place(_ row: ImportRow, grader: ImportedGrader?) throws(Unplaced) -> PlacedRow {
    switch self {
    case .trl: try TRLRow.place(row)
    case .verl: try VerlRow.place(row)
    case .openInstruct: try OpenInstructRow.place(row)
    case .prime: try PrimeRow.place(row)
    case .reasoningGym: try ReasoningGymRow.place(row)
    case .openAI: try OpenAIRow.place(row, grader: grader)
    case .gsm8k: try GSM8KRow.place(row)
    case .humanEval: try HumanEvalRow.place(row)
    case .mbpp: try MBPPRow.place(row)
    case .hone: try HoneRow.place(row)
    }
  }
}
