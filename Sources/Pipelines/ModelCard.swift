import Evaluation
package import Foundation
import Runs
import Settings
import Verifiers

/// What a run's policy is, how it came about and what it can do: the `README.md` of an exported
/// folder, as model hubs show it.
package struct ModelCard: Sendable {
  /// The name of the file in the policy's folder.
  package static let fileName = "README.md"

  /// Markdown.
  package let text: String

  /// Writes the card of a finished run.
  ///
  /// - Parameters:
  ///   - run: The run's folder.
  ///   - digest: The digest of the policy.
  /// - Throws: `RunError`, or what is wrong with the run's settings or its report.
  package init(of run: URL, digest: String) throws {
    let manifest = try RunFolder.manifest(of: run)
    let pipeline = try Pipeline.load(run.appending(path: "settings.yaml"))
    let report: RunReport = try StableJSON.value(
      from: try Data(contentsOf: run.appending(path: "report.json")))
    try self.init(manifest, pipeline, report, digest: digest)
  }

  /// Writes the card of a run from its parts.
  init(_ manifest: RunManifest, _ pipeline: Pipeline, _ report: RunReport, digest: String) throws {
    let settings = pipeline.settings
    var lines = [
      "---", "library_name: transformers", "pipeline_tag: text-generation",
      "tags: [reinforcement-learning, verifiable-rewards]", "---", "",
      "# \(manifest.name)", "",
      "Trained by Hone \(manifest.honeVersion) from `\(Self.word(settings.policy.reference))`, "
        + "which has \(TextTable.grouped(report.parameters)) parameters.",
      "", "| | |", "| --- | --- |",
    ]
    let facts = [
      ("run", manifest.name), ("begun", manifest.created), ("seed", "\(settings.seed)"),
      ("training problems", settings.tasks.train),
      ("held-out problems", settings.tasks.evaluation),
      ("verifiers", settings.reward.map(\.verifier).joined(separator: ", ")),
      ("stages", pipeline.stages.map(\.name).joined(separator: ", ")),
      ("system text", settings.policy.system ?? "the template's own"),
      ("digest of the policy", digest),
    ]
    lines += facts.map { "| \($0) | \(Self.word($1)) |" }
    let evaluations = pipeline.stages.compactMap { stage -> EvaluationReport? in
      guard case .evaluate(let settings) = stage.settings else { return nil }
      return report.evaluations[settings.name]
    }
    if !evaluations.isEmpty {
      lines += [
        "", "## Results", "", "On held-out problems; intervals are 95 %.", "",
        "| evaluation | problems | greedy | sampled |", "| --- | --- | --- | --- |",
      ]
      lines += evaluations.map { evaluation in
        let interval = evaluation.greedyInterval
        let sampled = evaluation.mean.map { TextTable.decimal($0.mean) } ?? "not measured"
        return "| \(Self.word(evaluation.name)) | \(evaluation.problems) | "
          + "\(TextTable.decimal(evaluation.greedy)) [\(TextTable.decimal(interval.low)), "
          + "\(TextTable.decimal(interval.high))] | \(sampled) |"
      }
      lines += report.comparisons.map { "\n\(Self.word($0.summary))." }
    }
    lines += [
      "", "## What it was made with", "", "```yaml", try pipeline.yaml() + "```", "",
    ]
    text = lines.joined(separator: "\n")
  }

  /// A text from a file of settings as one cell of a table.
  private static func word(_ text: String) -> String {
    TextTable.line(text).replacing("|", with: "\\|").replacing("`", with: "'")
  }
}
