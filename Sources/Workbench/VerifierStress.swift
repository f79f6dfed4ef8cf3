package import Foundation
package import Logging
package import Sandbox
package import Tasks
package import VerifierKit
package import Verifiers

/// Attacks a verifier with texts that hold no right answer.
package struct VerifierStress {
  private let manifest: VerifierManifest
  private let settings: [String: JSONValue]
  private let tasks: TaskSet
  private let executables: URL
  private let weakest: SandboxLevel
  private let log: Logger

  /// - Parameters:
  ///   - manifest: The verifier.
  ///   - settings: Settings that differ from the manifest's.
  ///   - tasks: The problems that are attacked; all of them.
  ///   - executables: Where the executables of this package lie.
  ///   - weakest: The weakest sandbox in which the verifier may run.
  ///   - log: Where restarts are told.
  package init(
    _ manifest: VerifierManifest, settings: [String: JSONValue] = [:], on tasks: TaskSet,
    executables: URL = VerifierCatalog.executableFolder,
    weakest: SandboxLevel = .weakestByDefault, log: Logger
  ) {
    (self.manifest, self.settings, self.tasks) = (manifest, settings, tasks)
    (self.executables, self.weakest, self.log) = (executables, weakest, log)
  }

  /// Makes the attacks.
  ///
  /// - Parameters:
  ///   - workers: Processes of the verifier.
  ///   - withSize: Whether to make the attacks by size, on the first problem.
  ///   - progress: Told how many problems are done.
  /// - Returns: What came of them.
  /// - Throws: What stops the verifier from being started, such as `VerifierError`.
  package func run(
    workers: Int = 2, withSize: Bool = true, progress: ((Int) -> Void)? = nil
  ) async throws -> StressReport {
    let start = SuspendingClock.now
    let bench = try VerifierBench(
      manifest, settings: settings, workers: workers, executables: executables, weakest: weakest,
      log: log)
    var tally = Tally()
    let answers = tasks.problems.compactMap { $0.answer?.trimmingBlanks }
    for (index, problem) in tasks.problems.enumerated() {
      let subject = manifest.judges ?? VerifierManifest.Subject(guessedFrom: problem)
      let attacks = Attack.all(
        on: problem, subject: subject, others: answers, withSize: withSize && index == 0)
      var requests = attacks.map { JudgeRequest(problem: problem, completion: $0.completion) }
      if let answer = problem.answer, subject != .code || CodeAttacks.isProgram(answer) {
        requests.append(JudgeRequest(problem: problem, completion: answer))
      }
      let verdicts = try await bench.judge(requests)
      for (attack, verdict) in zip(attacks, verdicts) { tally.count(attack, problem, verdict) }
      if verdicts.count > attacks.count, let verdict = verdicts.last {
        tally.references += 1
        tally.referencesPassed += verdict.outcome == .passed ? 1 : 0
      }
      progress?(index + 1)
      // A verifier that answers nothing is not asked about every problem.
      if verdicts.allSatisfy({ $0.fault != nil }) { break }
    }
    let failure = await bench.failures.latest.last
    await bench.shutDown()
    return tally.report(
      manifest.name, tasks, lastFailure: failure,
      seconds: (SuspendingClock.now - start) / .seconds(1))
  }

  /// What came of the attacks so far.
  private struct Tally {
    var references = 0
    var referencesPassed = 0
    private var families: [String: StressReport.Count] = [:]
    private var fooled: [StressReport.Finding] = []
    private var crashed: [StressReport.Finding] = []
    private var late: [StressReport.Finding] = []
    private var reasons: [String: Int] = [:]
    private var notAsked = 0

    mutating func count(_ attack: Attack, _ problem: Problem, _ verdict: NamedVerdict) {
      let finding = StressReport.Finding(
        family: attack.family, attack: attack.name, problem: problem.id,
        reference: problem.answer, completion: Excerpt.of(attack.completion),
        score: verdict.score, reason: verdict.reason)
      var count = families[attack.family.rawValue] ?? StressReport.Count()
      count.attacks += 1
      if verdict.outcome == .passed || (verdict.score ?? 0) > 0 {
        count.paid += 1
        fooled.append(finding)
      }
      switch verdict.fault {
      case .late: late.append(finding)
      case .died, .brokeProtocol: crashed.append(finding)
      case .disabled: notAsked += 1
      case .requestTooLong, nil:
        if verdict.outcome == .unscored { reasons[verdict.reason, default: 0] += 1 }
      }
      if verdict.outcome == .unscored { count.unscored += 1 }
      families[attack.family.rawValue] = count
    }

    func report(
      _ verifier: String, _ tasks: TaskSet, lastFailure: String?, seconds: Double
    ) -> StressReport {
      StressReport(
        verifier: verifier, tasks: tasks.name, problems: tasks.problems.count, families: families,
        fooled: fooled, crashed: crashed, late: late,
        unscored: reasons.map { StressReport.Reason(reason: $0.key, count: $0.value) }
          .sorted { ($1.count, $0.reason) < ($0.count, $1.reason) },
        notAsked: notAsked, lastFailure: notAsked > 0 ? lastFailure : nil, references: references,
        referencesPassed: referencesPassed, seconds: seconds)
    }
  }
}
