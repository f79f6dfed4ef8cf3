import Runs
import Training

extension PipelineCheck {
  /// What is there, and what each stage regularises and takes, as lines for people.
  package var text: String {
    let head = TextTable.lines([
      (
        "policy",
        "\(policy.reference): \(TextTable.grouped(policy.parameters)) parameters, "
          + "template \(policy.template)"
      ),
      ("training", Self.text(training)),
      ("evaluation", Self.text(evaluation)),
      ("verifiers", "\(verifiers.joined(separator: ", ")); sandbox: \(sandboxLevel)"),
    ])
    let forecast = reuse.map { lines in
      "would be run\n" + TextTable.lines(lines.map { ("  \($0.stage)", $0.text) })
    }
    return ([head] + stages.map(\.text) + [forecast].compactMap { $0 }).joined(separator: "\n\n")
  }

  private static func text(_ tasks: TaskSummary) -> String {
    "\(tasks.name): \(tasks.problems) problems, \(tasks.demonstrations) demonstrations, "
      + "prompts up to \(tasks.longestPrompt) tokens"
  }
}

extension PipelineCheck.StagePlan {
  /// The stage's name, a line for each group of parameters, and one for its memory.
  package var text: String {
    var rows = regularization.map { line in
      (
        name: "  \(line.group.rawValue)",
        value: "\(TextTable.grouped(line.values)) values, weight decay \(line.weightDecay), "
          + "dropout \(line.dropout): \(line.what)"
      )
    }
    // What takes turns is named by the larger one.
    let inTurn =
      memory.update > memory.generation
      ? [
        ("gradients", memory.gradients), ("activations", memory.activations),
        ("a pass's own", memory.passing),
      ]
      : [
        ("packed weights", memory.packed), ("cache", memory.cache),
        ("a step's own", memory.decoding),
      ]
    let portions =
      ([
        ("weights", memory.weights), ("moments", memory.moments),
        ("reference", memory.reference),
      ] + inTurn).filter { $0.1 > 0 }.map { "\($0.0) \(TextTable.bytes($0.1))" }
    rows.append(
      (
        name: "  memory",
        value: "\(TextTable.bytes(memory.total)): \(portions.joined(separator: ", "))"
      ))
    rows += notices.map { (name: "  notice", value: $0) }
    return "\(name)\n" + TextTable.lines(rows)
  }
}
