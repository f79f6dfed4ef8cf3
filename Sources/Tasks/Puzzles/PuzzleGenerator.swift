import Settings
import VerifierKit

/// Makes the splits of a task of puzzles, as ``FamilySampler`` draws them.
struct PuzzleGenerator: TaskGenerator {
  let settings: PuzzleSettings
  let families: [(name: String, family: PuzzleFamily)]

  /// - Throws: `InvalidSetting` without a family.
  init(
    _ settings: PuzzleSettings, families: [(name: String, family: PuzzleFamily)]
  ) throws(InvalidSetting) {
    guard !families.isEmpty else {
      throw InvalidSetting(
        key: "families", value: "empty", rule: "there is nothing to draw problems from")
    }
    (self.settings, self.families) = (settings, families)
  }

  func taskSet(_ name: String, _ split: GeneratedSplit) throws(TaskError) -> TaskSet {
    let draws = families.map { name, family in
      FamilyDraw(
        name: name, weight: family.weight,
        draw: { family.kind.draw(level: family.level, using: &$0) },
        canonical: { "\(family.kind.rawValue) \($0.canonical ?? $0.short)" },
        problem: { problem($0, of: name, family) }, completion: completion)
    }
    return try FamilySampler(settings: settings).taskSet(name, split, of: draws)
  }

  /// How a demonstration answers.
  func completion(_ puzzle: Puzzle) -> String {
    let answer = settings.wording == .question ? "Answer: \(puzzle.answer)" : puzzle.answer
    let steps = settings.steps == .intermediate ? puzzle.steps : []
    return (steps + [answer]).joined(separator: "\n")
  }

  private func problem(_ puzzle: Puzzle, of name: String, _ family: PuzzleFamily) -> Problem {
    var metadata = puzzle.metadata
    metadata["family"] = .string(name)
    metadata["kind"] = .string(family.kind.rawValue)
    metadata["level"] = .number(Double(family.level))
    metadata["answerForm"] = puzzle.form.map(JSONValue.string)
    return Problem(
      id: "\(name)/\(puzzle.short)",
      prompt: settings.wording == .question ? puzzle.question : puzzle.short,
      answer: puzzle.answer, metadata: metadata)
  }
}
