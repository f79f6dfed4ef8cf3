package import Foundation
package import Registry

/// What a hook command is told on its standard input, as one object of JSON; members without a value
/// are left out.
///
/// ```json
/// {"event":"success","instant":"2025-01-31T02:00:00Z","job":7,"outcome":"succeeded",
///  "pipeline":"/home/me/p.yaml","run":"/home/me/runs/nightly-7","schedule":"nightly"}
/// {"event":"promotion","instant":"…","job":7,"pipeline":"…","promotion":{"action":"promote",
///  "name":"champion","number":3,"policy":"/home/me/runs/policies/champion/3","previous":2},
///  "run":"…","schedule":"nightly"}
/// ```
package struct HookMessage: Codable, Equatable, Sendable {
  /// What happened.
  package enum Event: String, Codable, Sendable {
    /// A job ended as it should.
    case success
    /// A job ended otherwise; `outcome` and `reason` say how.
    case failure
    /// A name stands for another policy.
    case promotion
  }

  /// What a name stands for now.
  package struct Promotion: Codable, Equatable, Sendable {
    package let name: String
    /// `promote`, or `undo` where the last promotion was taken back.
    package let action: PromotionEntry.Action
    /// The number of the policy that has the name, and of the one before; nil for none.
    package let number: Int?
    package let previous: Int?
    /// The folder of the policy that has the name.
    package let policy: String?
  }

  package let event: Event
  /// The job's number, its schedule, its instant as in `2025-01-31T02:00:00Z`, and the pipeline's file;
  /// nil where a command promoted.
  private(set) package var job: Int?
  private(set) package var schedule: String?
  private(set) package var instant: String?
  private(set) package var pipeline: String?
  private(set) package var outcome: JobOutcome?
  private(set) package var reason: String?
  /// The run's folder, where one was made.
  private(set) package var run: String?
  private(set) package var promotion: Promotion?

  /// A job's end.
  init(_ job: Job, outcome: JobOutcome, runs: URL) {
    event = outcome == .succeeded ? .success : .failure
    (self.outcome, reason) = (outcome, job.note)
    run = job.run.map { runs.appending(path: $0).path }
    setJob(job)
  }

  /// A promotion, or one that was taken back.
  ///
  /// - Parameters:
  ///   - entry: What happened.
  ///   - runs: The folder of runs.
  package init(_ entry: PromotionEntry, runs: URL) {
    event = .promotion
    run = entry.run.map { runs.appending(path: $0).path }
    promotion = Promotion(
      name: entry.name, action: entry.action, number: entry.number, previous: entry.previous,
      policy: entry.number.map { runs.appending(path: PromotionEntry.place(entry.name, $0)).path })
  }

  /// A promotion by a job's run.
  init(_ entry: PromotionEntry, of job: Job, runs: URL) {
    self.init(entry, runs: runs)
    setJob(job)
  }

  private mutating func setJob(_ job: Job) {
    (self.job, schedule) = (job.id, job.schedule)
    (instant, pipeline) = (job.instant.ISO8601Format(), job.request.pipeline)
  }
}
