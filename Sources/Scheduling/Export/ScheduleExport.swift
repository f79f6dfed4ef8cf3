import Foundation
import Runs

/// A schedule in the words of another scheduler, with a remark on all that it cannot say.
///
/// What is written runs `hone run` by itself: overlaps, misfires, retries, jitter, quiet hours and
/// budgets are Hone's own, and are written only where the other one has the like.
package struct ScheduleExport: Sendable {
  /// Another scheduler.
  package enum Format: String, CaseIterable, Codable, Sendable {
    case cron, systemd, kubernetes, slurm
  }

  private let schedule: Schedule
  private let program: String
  private let runs: String
  private var job: JobRequest { schedule.job }

  /// - Parameters:
  ///   - schedule: What is written.
  ///   - program: Hone's executable, as a whole path.
  ///   - runs: The folder of runs, as a whole path.
  package init(_ schedule: Schedule, program: String, runs: String) {
    (self.schedule, self.program, self.runs) = (schedule, program, runs)
  }

  package func text(_ format: Format) -> String {
    switch format {
    case .cron: cron
    case .systemd: systemd
    case .kubernetes: kubernetes
    case .slurm: slurm
    }
  }

  /// The words that run the pipeline.
  private var words: [String] {
    [program, "run", job.pipeline] + job.overrides.flatMap { ["--set", $0] } + ["--runs", runs]
  }

  /// What a format leaves out, as comments.
  private func remarks(_ known: Set<String>) -> [String] {
    var left: [(String, String)] = []
    func add(_ name: String, _ value: String, where isSet: Bool) {
      if isSet, !known.contains(name) { left.append((name, value)) }
    }
    add("overlap", schedule.overlap.rawValue, where: true)
    add("misfire", schedule.misfire.rawValue, where: true)
    add("jitter", "\(schedule.jitter)", where: schedule.jitter.seconds > 0)
    add("retries", "\(job.retries.limit)", where: job.retries.limit > 0)
    add("quiet hours", job.quiet?.description ?? "", where: job.quiet != nil)
    add("max-time", job.budget.time?.description ?? "", where: job.budget.time != nil)
    add("max-memory", job.budget.memory?.description ?? "", where: job.budget.memory != nil)
    add("priority", "\(job.priority)", where: job.priority != 0)
    add("code", job.code?.text ?? "", where: job.code != nil)
    add(
      "days on which clocks are set",
      "(Hone: each time of the day once; others may leave one out, or repeat it)",
      where: schedule.changesClocks)
    add("hook", ShellWords.line(job.hook), where: !job.hook.isEmpty)
    return left.map { "# Left out: \($0.0) \(Self.oneLine($0.1))" }
  }

  /// What crons other than Vixie's understand otherwise.
  private var differences: [String] {
    schedule.cron.dependsOnSteppedStar
      ? ["# Days: Hone starts it where both fields fit; this scheduler may take either."] : []
  }

  /// A shell's line that goes to the folder and becomes the program, and what it lost.
  private var shellLine: (line: String, remarks: [String]) {
    let line = "cd \(ShellWords.quote(job.folder)) && exec \(ShellWords.line(words))"
    let isOneLine = !line.contains(where: \.isNewline)
    return (
      Self.oneLine(line), isOneLine ? [] : ["# A line break in the command became a blank."]
    )
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private static func join(_ lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }

  // MARK: - Formats

  private var cron: String {
    let (line, lost) = shellLine
    return Self.join(
      ["# Hone's schedule '\(schedule.name)'."] + remarks([]) + lost
        + [
          "# CRON_TZ is read by cronie; other crons go by the machine's zone.",
          "CRON_TZ=\(schedule.zone)",
          // In a crontab, % is a line's end.
          "\(schedule.cron.portableFields) \(line.replacing("%", with: "\\%"))",
        ])
  }

  private var systemd: String {
    let timed = job.budget.time.map { ["RuntimeMaxSec=\($0.seconds)"] } ?? []
    let sized = job.budget.memory.map { ["MemoryMax=\($0.bytes)"] } ?? []
    let calendar = schedule.cron.systemdCalendars.map { "OnCalendar=\($0) \(schedule.zone)" }
    let jitter =
      schedule.jitter.seconds > 0
      ? ["RandomizedDelaySec=\(schedule.jitter.seconds)", "FixedRandomDelay=true"] : []
    return Self.join(
      ["# ~/.config/systemd/user/hone-\(schedule.name).service"]
        + remarks(
          Set(["misfire", "jitter", "max-time", "max-memory"])
            .union(schedule.overlap == .skip ? ["overlap"] : []))
        + [
          "[Unit]", "Description=Hone: \(schedule.name)", "", "[Service]", "Type=exec",
          "WorkingDirectory=\(ServiceUnit.escaped(job.folder))",
          "ExecStart=\(ServiceUnit.line(words))", "KillMode=mixed",
          // 0 would be without end.
          "TimeoutStopSec=\(max(1, job.budget.stopGrace.seconds))",
        ] + timed + sized
        + [
          "", "# ~/.config/systemd/user/hone-\(schedule.name).timer", "[Timer]",
        ] + calendar + ["AccuracySec=1s", "Persistent=\(schedule.misfire == .runOnce)"] + jitter
        + ["", "[Install]", "WantedBy=timers.target"])
  }

  private var kubernetes: String {
    let policy =
      switch schedule.overlap {
      case .skip: "Forbid"
      case .queue: "Allow"
      case .replace: "Replace"
      }
    let arguments = words.dropFirst().map { "                - \(Self.json($0))" }
    let deadline = job.budget.time.map { ["      activeDeadlineSeconds: \($0.seconds)"] } ?? []
    let memory =
      job.budget.memory.map {
        ["              resources:", "                limits: { memory: \"\($0.bytes)\" }"]
      } ?? []
    let known: Set = ["overlap", "retries", "max-time", "max-memory"]
    let queue =
      schedule.overlap == .queue
      ? ["# Kubernetes has no queue: with Allow, jobs run side by side."] : []
    return Self.join(
      [
        "# The image and the volumes for \(Self.oneLine(job.folder)) and \(Self.oneLine(runs)) are",
        "# yours to fill in.",
      ] + queue + remarks(known) + differences
        + [
          "apiVersion: batch/v1", "kind: CronJob",
          "metadata: { name: \(Self.json("hone-" + Self.label(schedule.name))) }", "spec:",
          "  schedule: \(Self.json(schedule.cron.portableFields))",
          "  timeZone: \(Self.json("\(schedule.zone)"))", "  concurrencyPolicy: \(policy)",
          "  suspend: \(schedule.isPaused)", "  jobTemplate:", "    spec:",
          "      backoffLimit: \(job.retries.limit)",
        ] + deadline
        + [
          "      template:", "        spec:", "          restartPolicy: Never",
          "          terminationGracePeriodSeconds: \(job.budget.stopGrace.seconds)",
          "          containers:", "            - name: hone", "              image: \"hone\"",
          "              workingDir: \(Self.json(job.folder))",
          "              command: [\(Self.json(program))]", "              args:",
        ] + arguments + memory)
  }

  private var slurm: String {
    // The wish to stop comes a grace before the end by force, and to the shell's process, which is
    // the program's: without B: it goes to what srun starts.
    let grace = min(job.budget.stopGrace.seconds, 65535)
    let minutes = job.budget.time.map { max(1, ($0.seconds + grace + 59) / 60) }
    let options =
      ["#SCRON --job-name=\(Self.label(schedule.name))"]
      + (minutes.map { ["#SCRON --time=\($0)"] } ?? [])
      + (job.budget.memory.map { ["#SCRON --mem=\(($0.bytes + 1023) / 1024)K"] } ?? [])
      + ["#SCRON --signal=B:TERM@\(grace)"]
    let (line, lost) = shellLine
    return Self.join(
      [
        "# For scrontab. It reads times in the zone of the controller and cannot name one: this",
        "# schedule is for \(schedule.zone).",
      ] + remarks(["max-time", "max-memory"]) + differences + lost + options
        + ["\(schedule.cron.portableFields) \(line)"])
  }

  // MARK: - Quoting

  /// A text as YAML reads it in double quotes, which is as JSON writes it.
  private static func json(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 32 || scalar.value == 127:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// A name of small letters, digits and hyphens, at most 40.
  private static func label(_ name: String) -> String {
    let letters = name.lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    var label = String(letters.prefix(40))
    while label.last == "-" { label.removeLast() }
    return label
  }
}
