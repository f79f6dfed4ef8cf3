import Foundation
import Randomness
import Registry
import Runs
import VerifierKit

/// A folder of many runs, one of which has recorded 10,000 rounds of 512 rollouts, and the queries
/// behind `hone runs list` and `hone runs show`.
enum RegistryWorkload {
  private static let rounds = 10_000
  private static let problemsPerRound = 64
  private static let groupSize = 8
  private static let otherRuns = 200

  /// Seconds of each query, each on connections of its own as a command makes them.
  static func browse(repeats: Int) throws -> [Measurement] {
    let runs = URL.temporaryDirectory.appending(path: "hone-benchmark-\(UUID())")
    defer {
      do {
        try FileManager.default.removeItem(at: runs)
      } catch {
        FileHandle.standardError.write(Data("left \(runs.path) behind: \(error)\n".utf8))
      }
    }
    var measurements = [try makeRuns(in: runs)]
    var wrong = RolloutQuery()
    (wrong.round, wrong.outcome) = (rounds / 2, .wrong)
    var rare = RolloutQuery()
    rare.outcome = .unscored
    var problem = RolloutQuery()
    problem.problem = "17+"
    let queries: [(String, (RunReference) throws -> Int)] = [
      (
        "list",
        { _ in
          let registry = try Registry.open(in: runs)
          _ = try registry.refresh()
          return try registry.list().count
        }
      ),
      (
        "show",
        { found in
          let id = found.run.id ?? 0
          let rows =
            try found.registry.stages(of: id).count
            + found.registry.checkpoints(of: id).count + found.registry.evaluations(of: id).count
          return rows + (try Ledger.reading(found.folder).rounds(ofStage: 1).count)
        }
      ),
      ("show --round", { try Ledger.reading($0.folder).records(ofRound: rounds / 2).count }),
      ("show --round --wrong", { try Ledger.reading($0.folder).rollouts(wrong).count }),
      ("show --unscored", { try Ledger.reading($0.folder).rollouts(rare).count }),
      ("show --problem", { try Ledger.reading($0.folder).rollouts(problem).count }),
    ]
    for (name, query) in queries {
      var milliseconds: [Double] = []
      for run in 0...repeats {
        let start = ContinuousClock.now
        let count = try query(try RunReference("long-1", in: runs))
        let time = (ContinuousClock.now - start) / .milliseconds(1)
        precondition(count > 0, "'\(name)' found nothing")
        if run > 0 { milliseconds.append(time) }  // the first one finds the file
      }
      measurements.append(Measurement(name, unit: "ms", values: milliseconds))
    }
    return measurements
  }

  // MARK: - The runs

  /// Makes the runs, and measures how fast rounds are written.
  private static func makeRuns(in runs: URL) throws -> Measurement {
    let settings = "name: long\nstages:\n  - reinforce: { rounds: \(rounds) }\n"
    for _ in 0..<otherRuns {
      try RunFolder.create(in: runs, name: "short", settings: settings).update(status: .finished)
    }
    let run = try RunFolder.create(in: runs, name: "long", settings: settings)
    let recorder = try RunRecorder(run.url, from: nil)
    var rates: [Double] = []
    var start = ContinuousClock.now
    let part = rounds / 10
    for number in 1...rounds {
      try recorder.record(round(number))
      guard number.isMultiple(of: part) else { continue }
      _ = try recorder.drain()
      let now = ContinuousClock.now
      rates.append(Double(part * problemsPerRound * groupSize) / ((now - start) / .seconds(1)))
      start = now
    }
    recorder.close()
    try run.update(status: .finished)
    let bytes = try FolderSize.bytes(of: run.url)
    return Measurement(
      "rollouts recorded, \(rounds) rounds of \(problemsPerRound * groupSize): \(bytes >> 20) MiB",
      unit: "rollouts/s", values: rates)
  }

  private static func round(_ number: Int) -> LedgerRound {
    var generator = CounterGenerator(keys: 3, UInt64(number))
    let groups = (0..<problemsPerRound).map { _ in
      let (left, right) = (generator.integer(in: 0...99), generator.integer(in: 0...99))
      return LedgerGroup(
        problem: Problem(
          id: "sums/\(left)+\(right)", prompt: "\(left)+\(right)=", answer: "\(left + right)"),
        rollouts: (0..<groupSize).map { _ in rollout(generator.integer(in: 0...999)) })
    }
    return LedgerRound(
      stage: 1,
      summary: LedgerRound.Summary(
        round: number, reward: generator.uniform(), correct: 0.5,
        greedy: number.isMultiple(of: 10) ? 0.5 : nil, rollouts: problemsPerRound * groupSize,
        unscored: 0),
      record: ["round": number], timings: ["seconds": 1.0], groups: groups)
  }

  /// One of a thousand could not be scored.
  private static func rollout(_ draw: Int) -> LedgerRollout {
    let outcome: LedgerRollout.Outcome = draw == 0 ? .unscored : draw < 500 ? .wrong : .right
    return LedgerRollout(
      completion: "\(draw)", tokens: [1, 2, 3, 4, 5, 6], logProbs: [-1, -2, -1, -2, -1, -2],
      stopReason: "endOfSequence", outcome: outcome, reward: outcome == .right ? 1 : 0,
      advantage: 0.5,
      verdicts: [
        ["verifier": "arithmetic", "outcome": "\(outcome)", "reason": "the final number"]
      ])
  }
}
