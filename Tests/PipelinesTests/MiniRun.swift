import Foundation
import GRDB
import Registry
import TestSupport

/// A pipeline that takes the real program a few seconds, in a folder of its own that goes with the
/// value.
final class MiniRun: Sendable {
  private let home: TemporaryFolder
  var folder: URL { home.url }
  /// The run's folder, once it is there.
  var run: URL { folder.appending(path: "runs/mini-1") }

  /// Every kind of stage, with what a resume could forget.
  ///
  /// Dropout, a reference policy, several updates a round, and checkpoints in the middle of stages.
  /// After the warm-up about one answer in ten is right, so groups differ.
  static let pipeline = """
    name: mini
    seed: 5
    policy: { preset: tiny }
    tasks: { train: sums/train, evaluation: sums/heldout }
    reward: [{ verifier: arithmetic }]
    stages:
      - warmUp:
          steps: 9
          batchSize: 8
          checkpointEvery: 4
          regularization: { finalBlocks: 1, weightDecay: 0.1, dropout: 0.1 }
      - evaluate: { name: before, samples: 2, limit: 6, maxCompletionTokens: 6 }
      - reinforce:
          rounds: 5
          updatesPerRound: 2
          rollout: { problemsPerRound: 6, groupSize: 6, maxCompletionTokens: 6 }
          objective: { preset: grpo }
          checkpointEvery: 1
          monitorEvery: 2
          monitorProblems: 4
          recordedProblems: 2
      - evaluate: { name: after, samples: 2, limit: 6, maxCompletionTokens: 6 }

    """

  private static let task = """
    summary: Sums of two digits.
    generator: arithmetic
    settings: { trainingProblems: 24, heldOutProblems: 6, demonstrations: 10, seed: 1, heldOutShare: 0.2 }
    families:
      sums: { operation: addition, leftDigits: 1, rightDigits: 1 }

    """

  /// A folder with the pipeline, or with another one that is named `mini` as well.
  init(pipeline: String = pipeline) throws {
    home = try TemporaryFolder()
    let task = folder.appending(path: "tasks/sums")
    try FileManager.default.createDirectory(at: task, withIntermediateDirectories: true)
    try Data(Self.task.utf8).write(to: task.appending(path: "task.yaml"))
    try Data(pipeline.utf8).write(to: folder.appending(path: "mini.yaml"))
  }

  /// Starts the run.
  func start(_ more: String...) throws -> HoneProcess {
    try HoneProcess(["run", "mini.yaml", "--runs", "runs"] + more, in: folder)
  }

  /// Goes on with it, at most `blocks` KiB of a file allowed where that is not `nil`.
  func resume(blocks: Int? = nil) throws -> HoneProcess {
    try HoneProcess(["run", "--resume", "runs/mini-1"], in: folder, blocks: blocks)
  }

  /// Runs to the end in one go.
  static func unbroken(pipeline: String = pipeline) async throws -> MiniRun {
    let run = try MiniRun(pipeline: pipeline)
    let process = try run.start()
    guard await process.exitCode == 0 else { throw Failure(text: process.errorText) }
    return run
  }

  /// A run that a signal ended in its middle, the moment `isTime` said so, and what became of it.
  ///
  /// On a busy machine a run may end before the signal does arrive; then another one is made.
  static func stopped(
    by signal: Int32 = SIGKILL, pipeline: String = pipeline,
    once isTime: @escaping @Sendable (MiniRun) -> Bool
  ) async throws -> (run: MiniRun, process: HoneProcess) {
    for _ in 0..<10 {
      let run = try MiniRun(pipeline: pipeline)
      let process = try run.start()
      await process.send(signal) { isTime(run) }
      switch await process.exitCode {
      case 130 where signal == SIGINT, 128 + signal: return (run, process)
      case 0: continue
      default: throw Failure(text: process.errorText)
      }
    }
    throw Failure(text: "ten runs ended before they could be stopped")
  }

  /// A run that should have ended otherwise, and what it said.
  struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  // MARK: - What is left

  /// What `run.json` says of the run.
  var status: String? {
    get throws { try json("run.json")["status"] as? String }
  }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: file(path).path)
  }

  /// A file of the run.
  func file(_ path: String) -> URL { run.appending(path: path) }

  /// The numbered checkpoints.
  var checkpoints: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: file("checkpoints").path)
        .filter { Int($0) != nil }.sorted()
    }
  }

  /// Whether there is a numbered checkpoint; which one changes as the run goes on.
  var hasCheckpoint: Bool {
    has(in: "checkpoints") { Int($0) != nil }
  }

  /// Whether a folder of the run has a file that is meant.
  func has(in folder: String, _ isMeant: (String) -> Bool) -> Bool {
    let names = try? FileManager.default.contentsOfDirectory(atPath: file(folder).path)
    return names?.contains(where: isMeant) == true
  }

  /// The rows of a record file, such as `03-select`.
  func records<Row: Decodable>(_ type: Row.Type = Row.self, of stage: String) throws -> [Row] {
    try String(contentsOf: file("stages/\(stage).jsonl"), encoding: .utf8).split(separator: "\n")
      .map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
  }

  /// The folder of a run.
  func run(_ number: Int) -> URL { folder.appending(path: "runs/mini-\(number)") }

  /// What `run.json` says that other runs had done before.
  func reused(ofRun number: Int) throws -> [String: String] {
    try json("run.json", ofRun: number)["reused"] as? [String: String] ?? [:]
  }

  private func json(_ path: String, ofRun number: Int = 1) throws -> [String: Any] {
    let data = try Data(contentsOf: run(number).appending(path: path))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// The bytes of all that must be the same whenever the run is done: what it ships, its records,
  /// and its report without timings and the run's own name.
  func outcome(ofRun number: Int = 1) throws -> [String: Data] {
    let run = run(number)
    var files: [String: Data] = [:]
    for folder in ["checkpoints/final", "stages"] {
      let url = run.appending(path: folder)
      for name in try FileManager.default.contentsOfDirectory(atPath: url.path)
      where !name.hasSuffix(".timings.jsonl") {
        files["\(folder)/\(name)"] = try Data(contentsOf: url.appending(path: name))
      }
    }
    var report = try json("report.json", ofRun: number)
    report["timings"] = nil
    report["run"] = nil
    files["ledger"] = Data(try ledger(of: run).utf8)
    files["report.json"] = try JSONSerialization.data(
      withJSONObject: report, options: .sortedKeys)
    return files
  }
}

extension MiniRun {
  /// Tables of the ledger, and their columns that must be the same whenever the run is done.
  private static let ledgerColumns = [
    "record": "stage, number, record", "round": "stage, round, reward, correct, greedy, record",
    "evaluation": "stage, name, report", "problemResult": "*", "problem": "*", "rollout": "*",
  ]

  /// What the ledger holds, as text, without timings.
  private func ledger(of run: URL) throws -> String {
    try Ledger.reading(run).read { database in
      try Self.ledgerColumns.sorted { $0.key < $1.key }.map { table, columns in
        let rows = try Row.fetchAll(database, sql: "SELECT \(columns) FROM \(table) ORDER BY 1, 2")
        return "\(table)\n" + rows.map { "\(Array($0.databaseValues))\n" }.joined()
      }.joined()
    }
  }
}

/// The program at work.
final class HoneProcess: Sendable {
  private let process: Process
  private let ended: Task<Int32, Never>
  private let errors: URL

  /// Starts `hone`, which lies beside the tests, in `folder`; no file may become larger than `blocks`
  /// KiB, where that is not `nil`.
  convenience init(_ arguments: [String], in folder: URL, blocks: Int? = nil) throws {
    if let blocks {
      // A write beyond the limit fails as on a full disk, once the signal is ignored.
      let limit = "ulimit -f \(blocks); trap '' XFSZ; exec \"$0\" \"$@\""
      try self.init(program: "/bin/bash", ["-c", limit, Self.hone] + arguments, in: folder)
    } else {
      try self.init(program: Self.hone, arguments, in: folder)
    }
  }

  /// Where the program lies.
  static let hone = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "hone").path

  /// Starts any program, in `folder`.
  init(program: String, _ arguments: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    errors = folder.appending(path: "errors-\(UUID()).txt")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { process in
      continuation.yield(
        process.terminationReason == .exit
          ? process.terminationStatus : 128 + process.terminationStatus)
      continuation.finish()
    }
    try process.run()
    self.process = process
    ended = Task {
      for await code in stream { return code }
      return -1
    }
  }

  /// Waits for the end: its exit code, or 128 and the signal's number.
  var exitCode: Int32 { get async { await ended.value } }

  var isRunning: Bool { process.isRunning }

  /// What it wrote to standard error.
  var errorText: String {
    (try? String(contentsOf: errors, encoding: .utf8)) ?? "no standard error"
  }

  /// Sends a signal the moment `isTime` says so, unless the process ended before.
  ///
  /// A thread of its own asks: tests that compute may keep all of Swift's busy for seconds, in which
  /// a short run would end.
  func send(_ signal: Int32, once isTime: @escaping @Sendable () -> Bool) async {
    let process = process
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while process.isRunning, !isTime() { usleep(2000) }
        if process.isRunning { Foundation.kill(process.processIdentifier, signal) }
        continuation.resume()
      }
    }
  }

  /// Sends SIGKILL, and waits until it is gone.
  func kill() async {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    _ = await ended.value
  }

  /// Looks every few milliseconds whether `condition` holds, until it does or the process has ended.
  func wait(until condition: () throws -> Bool) async throws {
    while try !condition(), isRunning { try await Task.sleep(for: .milliseconds(5)) }
  }
}
