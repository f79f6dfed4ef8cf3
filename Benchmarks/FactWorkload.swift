import Foundation
import Sandbox
import VerifierKit
import Verifiers

/// Lookups in a table of a million facts, through the plugin protocol and the jail.
enum FactWorkload {
  private static let rows = 1_000_000

  /// Lookups a second of one worker, and what it took to get there.
  ///
  /// The table is written and indexed once, in a folder that goes with the measurement.
  ///
  /// - Returns: Lookups a second, seconds from nothing to the first verdict with an index that is
  ///   there, and the largest memory that is resident at the end, in MiB.
  static func lookups(requests: Int, repeats: Int) async throws -> [Measurement] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-facts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = folder.appending(path: "million.csv")
    try write(table)
    let prepared = ContinuousClock.now
    await (try judge(table, folder)).shutDown()
    let preparing = seconds(since: prepared)

    var (starts, rates, memory): ([Double], [Double], [Double]) = ([], [], [])
    for run in 0..<repeats {
      let start = ContinuousClock.now
      let judge = try judge(table, folder)
      try await ask(judge, [request(run)])
      starts.append(seconds(since: start))
      let all = (0..<requests).map { request($0 &* 7_919 &+ run) }
      let begin = ContinuousClock.now
      try await ask(judge, all)
      rates.append(Double(requests) / seconds(since: begin))
      memory.append(residentMiB())
      await judge.shutDown()
    }
    return [
      Measurement(
        "lookups in a table of a million facts, one worker in the jail", unit: "lookups/s",
        values: rates),
      Measurement("from nothing to the first lookup, index there", unit: "s", values: starts),
      Measurement("resident memory of the worker after the lookups", unit: "MiB", values: memory),
      Measurement("indexing the table, once", unit: "s", values: [preparing]),
    ]
  }

  // MARK: - Helpers

  private static func write(_ table: URL) throws {
    var text = "key,relation,value\n"
    for number in 0..<rows { text += "\(key(number)),code,\(value(number))\n" }
    try Data(text.utf8).write(to: table)
  }

  private static func key(_ number: Int) -> String { "Entity \(number) of the register" }

  private static func value(_ number: Int) -> String { "Value \(number &* 31 % 999_983)" }

  private static func request(_ number: Int) -> JudgeRequest {
    let number = number % rows
    return JudgeRequest(
      problem: Problem(
        id: "p\(number)", prompt: "The code of \(key(number))?",
        metadata: ["key": .string(key(number)), "relation": .string("code")]),
      completion: value(number))
  }

  private static func judge(_ table: URL, _ folder: URL) throws -> Judge {
    try Judge(
      terms: [RewardTerm(verifier: "fact-table", settings: ["table": .string(table.path)])],
      workers: 1, cache: folder.appending(path: "cache"))
  }

  private static func ask(_ judge: Judge, _ requests: [JudgeRequest]) async throws {
    let judgements = try await judge.judge(requests)
    precondition(judgements.allSatisfy { $0.reward == 1 }, "each of the answers is right")
  }

  private static func seconds(since start: ContinuousClock.Instant) -> Double {
    (ContinuousClock.now - start) / .seconds(1)
  }

  /// The resident memory of the verifier's process, pages of the index included.
  private static func residentMiB() -> Double {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let sizes = processes.compactMap { process -> Double? in
      guard
        let name = try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8),
        name.hasPrefix("hone-verifier-f"),
        let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
        let size = status.firstMatch(of: /VmHWM:\s+([0-9]+) kB/)
      else { return nil }
      return Double(size.1).map { $0 / 1024 }
    }
    return sizes.max() ?? 0
  }
}
