import Settings
import VerifierKit

/// Makes the splits of a task from templates, as ``FamilySampler`` draws them.
struct TemplateGenerator: TaskGenerator {
  private let settings: TemplateSettings
  private let families: [(name: String, family: TemplateFamily, template: ProblemTemplate)]

  /// - Throws: `InvalidSetting` without a family, or for a text that cannot be read.
  init(
    _ settings: TemplateSettings, families: [(name: String, family: TemplateFamily)]
  ) throws(InvalidSetting) {
    guard !families.isEmpty else {
      throw InvalidSetting(
        key: "families", value: "empty", rule: "there is nothing to draw problems from")
    }
    var read: [(name: String, family: TemplateFamily, template: ProblemTemplate)] = []
    for (name, family) in families { read.append((name, family, try ProblemTemplate(family))) }
    (self.settings, self.families) = (settings, read)
  }

  func taskSet(_ name: String, _ split: GeneratedSplit) throws(TaskError) -> TaskSet {
    let draws = families.map { name, family, template in
      FamilyDraw(
        name: name, weight: family.weight, draw: template.draw(using:), canonical: \.prompt,
        problem: { problem($0, of: name, family) },
        completion: { ($0.steps + ["Answer: \($0.answer)"]).joined(separator: "\n") })
    }
    return try FamilySampler(settings: settings).taskSet(name, split, of: draws)
  }

  private func problem(
    _ filled: ProblemTemplate.Filled, of name: String, _ family: TemplateFamily
  ) -> Problem {
    var metadata: [String: JSONValue] = ["family": .string(name)]
    if !family.answerForm.isEmpty { metadata["answerForm"] = .string(family.answerForm) }
    return Problem(
      id: "\(name)/\(String(HeldOutSplit.hash(filled.prompt), radix: 16))",
      prompt: filled.prompt, answer: filled.answer, metadata: metadata)
  }
}
