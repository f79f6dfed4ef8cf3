import Foundation
import Runs
import Scheduling

/// What is shown of a schedule.
struct ScheduleSummary: Encodable {
  let name: String
  let cron: String
  let timezone: String
  let state: String
  /// With the zone's offset; nil for one that is paused.
  let next: String?
  let last: JobSummary?
  let skipped: Skipped?
  let schedule: Schedule

  /// What was passed over last.
  struct Skipped: Encodable {
    let first: String
    let last: String
    let count: Int
    let reason: String

    init(_ instants: SkippedInstants, _ zone: ScheduleZone) {
      (first, last) = (zone.text(instants.first), zone.text(instants.last))
      (count, reason) = (instants.count, instants.reason)
    }
  }

  init(_ progress: ScheduleProgress, _ store: ScheduleStore) throws {
    schedule = progress.schedule
    (name, cron, timezone) = (
      schedule.name, schedule.cron.description, schedule.zone.description
    )
    state = schedule.isPaused ? "paused" : "on"
    next = progress.due.map(schedule.zone.text)
    last = try store.lastJob(of: schedule.name).map { JobSummary($0, zone: progress.schedule.zone) }
    skipped = try store.skipped(schedule.name, limit: 1).first.map {
      Skipped($0, progress.schedule.zone)
    }
  }

  /// In the columns of ``columns``.
  var row: [String] {
    [
      name, cron, timezone, next ?? "paused",
      last.map { "\($0.instant) \($0.state)\($0.run.map { " (\($0))" } ?? "")" } ?? "-",
      schedule.job.code.map { code in
        "\(code.text)\(last?.commit.map { " (\($0.prefix(12)))" } ?? "")"
      } ?? "-",
      skipped.map { "\($0.last): \($0.reason)" } ?? "-",
    ]
  }

  static let columns = ["schedule", "cron", "zone", "next", "last", "code", "skipped"]
}

/// What is shown of a job.
struct JobSummary: Encodable {
  let id: Int
  let name: String
  let schedule: String?
  let instant: String
  let state: String
  let priority: Int
  let run: String?
  /// The commit or branch that it asks for, the commit that it runs with, and what is to be known of
  /// that; nil where it takes the files of its working folder.
  let code: String?
  let commit: String?
  let codeRemark: String?
  let started: String?
  let ended: String?
  let failures: Int
  let secondsAtWork: Double
  let note: String?
  let hook: String?

  init(_ record: JobRecord, zone: ScheduleZone? = nil) {
    let job = record.job
    let zone = zone ?? job.request.zone
    (id, name, schedule) = (job.id, job.request.name, job.schedule)
    (instant, state, priority) = (zone.text(job.instant), job.phase.name, job.request.priority)
    run = job.run
    (code, commit) = (job.request.code?.text, job.checkout?.commit)
    codeRemark = job.checkout?.remark
    (started, ended) = (record.started.map(zone.text), record.ended.map(zone.text))
    (failures, secondsAtWork, note) = (job.failures, job.usedSeconds, job.note)
    hook = record.hook
  }

  var row: [String] {
    [
      "\(id)", state, name, schedule ?? "-", instant, "\(priority)", run ?? "-",
      commit.map { String($0.prefix(12)) } ?? code ?? "-", note ?? codeRemark ?? "-",
    ]
  }

  static let columns = [
    "job", "state", "name", "schedule", "for", "priority", "run", "code", "note",
  ]
}

extension ScheduleSummary {
  /// ``row`` as a terminal may show it: reasons hold whatever a job printed last.
  var shownRow: [String] { row.map { TextTable.line($0) } }
}

extension JobSummary {
  /// ``row`` as a terminal may show it: a note holds whatever the job printed last.
  var shownRow: [String] { row.map { TextTable.line($0) } }
}
