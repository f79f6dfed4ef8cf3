import Foundation
import Runs
import Settings

/// What a run's folder says about the run: the rows of the registry that can be made again.
///
/// A run that was copied in, or that an older hone made, is known by its folder alone.
struct RunSurvey {
  /// Bytes of a file of the folder that are read, at most.
  static let maximumBytes = 1 << 30

  /// Without the number that the registry gives; so are the others, whose `run` is 0.
  var run: RunEntry
  var stages: [StageEntry] = []
  var checkpoints: [CheckpointEntry] = []
  var evaluations: [EvaluationEntry] = []

  /// Reads a run's folder, whose files may be anything.
  init(_ folder: URL) throws {
    // Taken first: what is written meanwhile has another one.
    let stamp = RunFolder.stamp(of: folder) ?? ""
    let manifest = try RunFolder.manifest(of: folder)
    let settings = try SettingsTree.read(folder.appending(path: "settings.yaml"))
    run = RunEntry(
      name: folder.lastPathComponent, pipeline: settings["name"]?.text ?? manifest.name,
      created: manifest.created, honeVersion: manifest.honeVersion,
      sandboxLevel: manifest.sandboxLevel, status: manifest.status, reason: manifest.reason,
      rounds: 0, plannedRounds: 0, stamp: stamp)
    var counts: [String: Int] = [:]
    for (index, element) in (settings["stages"]?.elements ?? []).enumerated() {
      guard let entry = element.entries.first else { continue }
      counts[entry.name, default: 0] += 1
      let count = counts[entry.name] ?? 1
      try add(
        StageEntry(
          run: 0, number: index + 1, name: count == 1 ? entry.name : "\(entry.name)\(count)",
          kind: entry.name, done: 0, planned: Self.planned(entry.name, entry.value)), of: folder)
    }
    checkpoints = try CheckpointEntry.all(in: folder)
  }

  // MARK: - Stages

  private mutating func add(_ stage: StageEntry, of folder: URL) throws {
    var stage = stage
    let file = folder.appending(
      path: "stages/\(RunFolder.stage(stage.number, stage.name)).jsonl")
    let lines = try Self.lines(of: file)
    stage.done = lines.count
    if run.status == .finished { stage.planned = max(stage.planned, stage.done) }
    stages.append(stage)
    switch stage.kind {
    case "reinforce":
      run.rounds += lines.count
      run.plannedRounds += stage.planned
      // From the end, since only the newest round and the newest look are wanted.
      for (index, line) in lines.reversed().enumerated() {
        let round = try Self.decode(RoundFigures.self, line, file)
        if index == 0 { run.reward = round.reward }
        guard let greedy = round.greedy else { continue }
        run.greedy = greedy
        break
      }
    case "evaluate":
      guard let line = lines.last else { return }
      let evaluation = EvaluationEntry(
        stage: stage.number, try Self.decode(EvaluationFigures.self, line, file))
      run.greedy = evaluation.greedy
      evaluations.append(evaluation)
    default: break
    }
  }

  /// Steps or rounds that a stage's settings ask for, and 1 where they ask for neither; 0 where they do
  /// not tell, as of a `rollout` of all problems.
  private static func planned(_ kind: String, _ settings: SettingsTree) -> Int {
    func number(_ name: String) -> Int? { settings[name]?.text.flatMap { Int($0) } }
    guard kind == "rollout" else { return number("rounds") ?? number("steps") ?? 1 }
    guard let limit = number("limit"), let lot = number("problemsAtOnce"), limit > 0, lot > 0 else {
      return 0
    }
    return limit / lot + (limit.isMultiple(of: lot) ? 0 : 1)
  }

  /// Whole lines; a torn one at the end counts for nothing.
  private static func lines(of file: URL) throws -> [Data] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    do {
      let handle = try FileHandle(forReadingFrom: file)
      let data = try handle.read(upToCount: maximumBytes) ?? Data()
      try handle.close()
      var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      lines.removeLast()
      return lines
    } catch {
      throw RunError.system(
        operation: "read", path: file.relativePath, reason: failureReason(error))
    }
  }

  private static func decode<Record: Decodable>(
    _ type: Record.Type, _ line: Data, _ file: URL
  ) throws -> Record {
    do {
      return try StableJSON.value(from: line)
    } catch {
      throw RunError.unreadableManifest(
        file: file.relativePath, reason: "a line of it is no record")
    }
  }

  private struct RoundFigures: Decodable {
    let reward: Double
    let greedy: Double?
  }
}

/// The figures of an evaluation's report that the registry keeps.
struct EvaluationFigures: Decodable {
  struct Interval: Decodable {
    let low: Double
    let high: Double
  }

  struct Estimate: Decodable {
    let mean: Double
    let interval: Interval?
  }

  let name: String
  let taskSet: String
  let problems: Int
  let samples: Int
  let greedy: Double
  let greedyInterval: Interval
  let mean: Estimate?
  let unscoredShare: Double
}

extension EvaluationEntry {
  init(stage: Int, _ figures: EvaluationFigures) {
    run = 0
    self.stage = stage
    (name, taskSet) = (figures.name, figures.taskSet)
    (problems, samples) = (figures.problems, figures.samples)
    greedy = figures.greedy
    (greedyLow, greedyHigh) = (figures.greedyInterval.low, figures.greedyInterval.high)
    mean = figures.mean?.mean
    (meanLow, meanHigh) = (figures.mean?.interval?.low, figures.mean?.interval?.high)
    unscoredShare = figures.unscoredShare
  }
}
