import Digests
import Evaluation
import Foundation
import Policies
import Registry
import Runs
import Settings

/// Stages that need not be run, since a run has done them before.
extension RunContext {
  /// Notes that a stage begins, or takes it from a run that has done the same.
  ///
  /// - Parameters:
  ///   - index: Its place, from 0.
  ///   - done: Steps or rounds that are done, where the stage is gone on with.
  /// - Returns: Whether it was taken over.
  /// - Throws: Where a digest cannot be computed, or a file not be written.
  mutating func begin(_ index: Int, done: Int) throws -> StageBeginning {
    let position = positions[index]
    let file = StartedStage.file(of: position.records, in: folder.url)
    if done > 0 {
      // Another program may have begun it; then nobody can say what the whole came from.
      let started = Self.read(StartedStage.self, file)
      return .runs(started.flatMap { fingerprints.isOwn($0.key) ? $0 : nil })
    }
    let key = try key(of: index)
    if reuses, pipeline.stages[index].settings.isReusable,
      let found = try cache.find(key, excluding: folder.url.lastPathComponent),
      try take(found, index)
    {
      return .reused
    }
    let started = StartedStage(key: key, tally: tally)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(try StableJSON.document(started), to: file)
    return .runs(started)
  }

  /// Notes what a stage left, so that later runs can take it from here.
  ///
  /// - Parameters:
  ///   - index: Its place, from 0.
  ///   - started: What it began from; where that is not known, nothing is noted.
  ///   - model: Where the policy lies that the stage ended with.
  /// - Throws: Where a digest cannot be computed, or a file not be written.
  mutating func complete(_ index: Int, _ started: StartedStage?, model: URL) throws {
    let (position, stage) = (positions[index], pipeline.stages[index].settings)
    if stage.trains { fingerprints.policy = nil }
    guard let started, stage.isReusable else { return }
    var kept: (path: String, digest: String)?
    if stage.trains {
      let path = "checkpoints/after-\(position.records)"
      let target = folder.url.appending(path: path)
      try LinkedFolder.make(target, from: model, leavingOut: CheckpointStore.ofTraining)
      kept = (path, try SHA256.hexadecimal(ofFolder: target))
    }
    var records: [String: String] = [:]
    for suffix in stage.recordSuffixes {
      records[suffix] = try SHA256.hexadecimal(
        ofFile: RunFolder.file(of: position.records + suffix, in: folder.url))
    }
    try publish(
      CompletedStage(
        key: started.key, run: folder.manifest.name, policy: try policyDigest(),
        folder: kept?.path, folderDigest: kept?.digest, tally: tally - started.tally,
        records: records), at: position)
  }

  private func publish(_ stage: CompletedStage, at position: StagePosition) throws {
    let file = CompletedStage.file(of: position.records, in: folder.url)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write(try StableJSON.document(stage), to: file)
    try cache.publish(stage, of: folder.url, records: position.records)
  }

  // MARK: - Keys

  private mutating func key(of index: Int) throws -> StageKey {
    let settings = pipeline.stages[index].settings
    let source = try settings.source.map { name, output in
      try SHA256.hexadecimal(
        ofFile: RunFolder.file(
          of: position(of: name).records + output.suffix, in: folder.url))
    }
    return try fingerprints.key(
      of: settings, at: index, policy: try policyDigest(), source: source)
  }

  private mutating func policyDigest() throws -> String {
    if let digest = fingerprints.policy { return digest }
    let digest = try policy.digest
    fingerprints.policy = digest
    return digest
  }

  // MARK: - Taking over

  /// Copies a stage's records, and goes on with the policy that it ended with.
  ///
  /// - Returns: Whether all was there as it was left; else nothing was taken.
  private mutating func take(_ found: StageCache.Found, _ index: Int) throws -> Bool {
    let (position, settings) = (positions[index], pipeline.stages[index].settings)
    let stage = found.stage
    func refuse(_ what: String) -> Bool {
      display.message("\(position.name): \(what) of \(stage.run) was changed, so the stage runs.")
      return false
    }
    var files: [(name: String, lines: Data, timings: Data)] = []
    for suffix in settings.recordSuffixes {
      let file = RunFolder.file(of: found.records + suffix, in: found.run)
      let timings = RunFolder.file(of: found.records + suffix, areTimings: true, in: found.run)
      guard let lines = Self.contents(file), stage.records[suffix] == lines.digest else {
        return refuse(file.lastPathComponent)
      }
      files.append((position.records + suffix, lines.data, Self.wholeLines(timings)))
    }
    let kept = settings.trains ? "checkpoints/after-\(found.records)" : nil
    guard stage.folder == kept else { return refuse("the list of what it left") }
    guard let ledger = try ledger(of: position, in: found.run) else {
      return refuse("the ledger")
    }
    var (taken, path) = (policy, String?.none)
    if let folderPath = stage.folder {
      let own = "checkpoints/after-\(position.records)"
      let target = folder.url.appending(path: own)
      guard let policy = try linked(found.run.appending(path: folderPath), target, stage) else {
        return refuse("the policy after \(found.records)")
      }
      (taken, path) = (policy, own)
    }
    for (name, lines, timings) in files {
      try folder.append(lines: lines, to: name, areTimings: false)
      try folder.append(lines: timings, to: name, areTimings: true)
    }
    try recorder.record(ledger)
    policy = taken
    fingerprints.policy = stage.policy
    tally = tally + stage.tally
    let name = position.name
    try folder.update { $0.reused = ($0.reused ?? [:]).merging([name: stage.run]) { $1 } }
    try publish(
      CompletedStage(
        key: stage.key, run: stage.run, policy: stage.policy, folder: path,
        folderDigest: stage.folderDigest, tally: stage.tally, records: stage.records),
      at: position)
    display.message("\(name): the same as in \(stage.run), taken from there (--rerun runs it).")
    if case .evaluate = settings {
      for report in try folder.records(EvaluationReport.self, of: position.records) {
        display.message(report.summary)
      }
    }
    return true
  }

  /// What a run's ledger holds of a stage; nil where it is not whole.
  private func ledger(of position: StagePosition, in run: URL) throws -> LedgerStageCopy? {
    do {
      return try LedgerStageCopy(position.number, of: run)
    } catch let error as RegistryError {
      display.message("\(error)")
      return nil
    }
  }

  /// The policy of a completed stage, linked into this run and read from there; nil where its bytes
  /// are not those that were left.
  private func linked(_ source: URL, _ target: URL, _ stage: CompletedStage) throws -> Policy? {
    guard FileManager.default.fileExists(atPath: source.path) else { return nil }
    try LinkedFolder.make(target, from: source)
    guard try SHA256.hexadecimal(ofFolder: target) == stage.folderDigest else {
      try FileManager.default.removeItem(at: target)
      return nil
    }
    return try Policy.load(
      target.path, template: pipeline.settings.policy.template,
      system: pipeline.settings.policy.system)
  }

  private static func contents(_ file: URL) -> (data: Data, digest: String)? {
    guard let data = try? Data(contentsOf: file) else { return nil }  // gone: as good as changed
    return (data, SHA256.hexadecimal(of: Array(data)))
  }

  /// The lines of a file that have an end; none where it is not there.
  private static func wholeLines(_ file: URL) -> Data {
    guard let data = contents(file)?.data,
      let end = data.lastIndex(of: UInt8(ascii: "\n"))
    else { return Data() }
    return data.prefix(through: end)
  }

  private static func read<Value: Decodable>(_ type: Value.Type, _ file: URL) -> Value? {
    // What cannot be read is as good as not there: the stage is then not offered to other runs.
    contents(file).flatMap { try? StableJSON.value(from: $0.data) }
  }
}

/// How a stage begins.
enum StageBeginning {
  /// It was taken over from another run.
  case reused
  /// It is to be run; what it begins from is nil where that is not known.
  case runs(StartedStage?)
}
