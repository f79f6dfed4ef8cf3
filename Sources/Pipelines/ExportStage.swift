import Foundation
import ModelFiles
import Policies
import Registry
import Runs
package import Settings

/// A stage that writes the policy as a Hugging Face folder with a model card.
package struct ExportSettings: SettingsSection {
  /// The folder; `null` for `export` in the run's own.
  package var path: String?
  /// Whether a folder that is there when the run begins is replaced.
  package var overwrite = false

  package init() {}

  package func validate() throws(InvalidSetting) {
    if let path, path.isEmpty {
      throw InvalidSetting(key: "path", value: "''", rule: "it names a folder")
    }
  }
}

/// Writes the policy as it stands.
struct ExportStage {
  let settings: ExportSettings
  let position: StagePosition

  /// What was written; the run's own folder is not named, since it differs from run to run.
  struct Record: Codable, Sendable {
    let path: String?
    /// The digest of the policy.
    let policy: String
  }

  func run(_ context: RunContext) throws {
    let watch = Stopwatch()
    let folder =
      settings.path.map { URL(filePath: $0) } ?? context.folder.url.appending(path: "export")
    let digest = try context.policy.digest
    let card = try ModelCard(
      context.folder.manifest, context.pipeline, try context.report(seconds: 0), digest: digest)
    try context.policy.write(
      to: folder, extras: [.file(ModelCard.fileName, Data(card.text.utf8))])
    context.display.message("\(position.name): the policy is in \(folder.relativePath).")
    let record = Record(path: settings.path, policy: digest)
    let timings = ["seconds": watch.seconds]
    try context.folder.append(record, to: position.records)
    try context.folder.appendTimings(timings, to: position.records)
    try context.recorder.record(
      LedgerRecord(stage: position.number, number: 1, record: record, timings: timings))
  }

  /// Refuses a folder that is there, before a run begins.
  static func check(_ settings: ExportSettings, stage: String) throws(PipelineError) {
    guard let path = settings.path, !settings.overwrite,
      FileManager.default.fileExists(atPath: path)
    else { return }
    throw .exportExists(stage: stage, path: path)
  }
}
