import Foundation
import Policies
import Sandbox
import Verifiers

/// Whether a stage would be run, or taken from a run that has done the same; found without running.
package struct StageForecast: Encodable, Equatable, Sendable {
  package let stage: String
  /// The digest of the stage's key; nil where it depends on a stage that would be run.
  package let key: String?
  /// The run that it would be taken from; nil where it would be run.
  package let reused: String?
  /// The stage that must be run before anybody can say; nil where one can.
  package let after: String?
  /// The run whose key is nearest, and what this stage has otherwise.
  package let nearest: String?
  package let differences: [StageKey.Difference]
  /// Whether it may ever be taken from another run.
  package var isReusable = true

  /// One line for people.
  package var text: String {
    if !isReusable { return "yes: what it does depends on more than its key" }
    if let reused { return "no: the same as in \(reused)" }
    if let after { return "as '\(after)' before it is run, too" }
    guard let nearest else { return "yes: no run of this pipeline has done it" }
    let shown = differences.prefix(3).map { difference in
      "\(difference.part) is \(Self.short(difference.here)), was \(Self.short(difference.there))"
    }
    let more = differences.count > 3 ? ", and \(differences.count - 3) more" : ""
    return differences.isEmpty
      ? "yes: what \(nearest) left is gone or was changed"
      : "yes: not as in \(nearest): " + shown.joined(separator: "; ") + more
  }

  private static func short(_ value: String?) -> String {
    guard let value else { return "absent" }
    return value.count > 24 ? value.prefix(12) + "…" : value
  }

  /// Looks at all stages of a pipeline in their order.
  static func all(
    _ pipeline: Pipeline, _ parts: PipelineRunner.Parts, in runs: URL
  ) throws -> [StageForecast] {
    let cache = StageCache(runs)
    var fingerprints = try StageFingerprints(
      pipeline, training: parts.training, evaluation: parts.evaluation,
      sandbox: parts.judge.sandboxLevel.rawValue)
    var policy: (digest: String?, changedBy: String) = (try parts.policy.digest, "")
    var outputs: [String: [String: String]] = [:]
    return try zip(pipeline.positions, pipeline.stages).map { position, stage in
      let settings = stage.settings
      guard settings.isReusable else {
        return StageForecast(
          stage: stage.name, key: nil, reused: nil, after: nil, nearest: nil, differences: [],
          isReusable: false)
      }
      let source = settings.source.map { outputs[$0.name]?[$0.output.suffix] }
      let unknown = policy.digest == nil ? policy.changedBy : settings.source.map(\.name)
      guard let digest = policy.digest, source != .some(nil) else {
        if settings.trains { policy = (nil, stage.name) }
        return StageForecast(
          stage: stage.name, key: nil, reused: nil, after: unknown, nearest: nil, differences: [])
      }
      let key = try fingerprints.key(
        of: settings, at: position.index, policy: digest, source: source ?? nil)
      let found = try cache.find(key)
      if let found {
        policy.digest = found.stage.policy
        outputs[stage.name] = found.stage.records
      } else if settings.trains {
        policy = (nil, stage.name)
      }
      let nearest =
        found == nil
        ? cache.recent(position.records, ofPipeline: pipeline.settings.name)
          .map { ($0.run, key.differences(from: $0.key)) }
          .min { $0.1.count < $1.1.count } : nil
      return StageForecast(
        stage: stage.name, key: try key.digest, reused: found?.stage.run, after: nil,
        nearest: nearest?.0, differences: nearest?.1 ?? [])
    }
  }
}
