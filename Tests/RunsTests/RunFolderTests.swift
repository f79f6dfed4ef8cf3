import Dispatch
import Foundation
import Runs
import Synchronization
import Testing

@Suite final class RunFolderTests {
  private let runs = FileManager.default.temporaryDirectory
    .appending(path: "hone-tests-\(UUID().uuidString)")

  deinit {
    do {
      try FileManager.default.removeItem(at: runs)
    } catch {
      print("left \(runs.path) behind: \(error)")
    }
  }

  private struct Record: Codable, Equatable {
    var round: Int
    var loss: Float
  }

  private func create() throws -> RunFolder {
    try RunFolder.create(
      in: runs, name: "demo", settings: "seed: 7\n", created: Date(timeIntervalSince1970: 0))
  }

  private func bytes(_ path: String, of run: RunFolder) throws -> String {
    String(decoding: try Data(contentsOf: run.url.appending(path: path)), as: UTF8.self)
  }

  // MARK: - Making and opening

  @Test func `a run is named by its path, or by its name in the folder of runs`() throws {
    let run = try create().url
    #expect(RunFolder.named(run.lastPathComponent, in: runs).path == run.path)
    #expect(RunFolder.named(run.path, in: runs).path == run.path)
    #expect(RunFolder.named("nobody", in: runs).relativePath == "nobody")
  }

  @Test func `a new run takes the next number and says what it is`() throws {
    let first = try create()
    let second = try create()
    #expect(first.url.lastPathComponent == "demo-1")
    #expect(second.url.lastPathComponent == "demo-2")
    #expect(try RunFolder.manifest(of: second.url) == second.manifest)
    #expect(second.manifest.name == "demo-2")
    #expect(try bytes("settings.yaml", of: first) == "seed: 7\n")
    #expect(second.manifest.created == "1970-01-01T00:00:00Z")
    #expect(second.manifest.status == .running)
  }

  @Test func `the next number is above the highest, and other names do not count`() throws {
    for folder in ["demo-7", "demo-x", "demo-more-9", "demolition-30"] {
      try FileManager.default.createDirectory(
        at: runs.appending(path: folder), withIntermediateDirectories: true)
    }
    #expect(try create().url.lastPathComponent == "demo-8")
  }

  @Test func `where no number is left, that is said`() throws {
    for number in [2_147_483_647, 2_147_483_648] {
      try FileManager.default.createDirectory(
        at: runs.appending(path: "demo-\(number)"), withIntermediateDirectories: true)
    }
    let error = try #require(throws: RunError.self) {
      try RunFolder.create(in: runs, name: "demo", settings: "")
    }
    #expect(error.description.contains("'demo-2147483647' is there"), "\(error)")
  }

  @Test func `runs that begin at the same moment get numbers of their own`() throws {
    let runs = runs
    let names = Mutex<Set<String>>([])
    DispatchQueue.concurrentPerform(iterations: 12) { _ in
      do {
        let run = try RunFolder.create(in: runs, name: "demo", settings: "")
        _ = names.withLock { $0.insert(run.url.lastPathComponent) }
      } catch {
        Issue.record(error)
      }
    }
    #expect(names.withLock { $0 } == Set((1...12).map { "demo-\($0)" }))
  }

  @Test(arguments: [
    "", "../out", "a/b", ".hidden", "-x", "a b", "ä", String(repeating: "a", count: 101),
  ])
  func `a name that is no file's name is refused`(name: String) throws {
    #expect(throws: RunError.unusableName(kind: "run", name: name)) {
      try RunFolder.create(in: self.runs, name: name, settings: "")
    }
    let run = try create()
    #expect(throws: RunError.unusableName(kind: "stage", name: name)) {
      try run.append(Record(round: 1, loss: 1), to: name)
    }
  }

  @Test func `the status outlives the process`() throws {
    var run: RunFolder? = try create()
    let url = try #require(run?.url)
    try run?.update(status: .failed, reason: "the disk is full")
    run = nil
    let again = try RunFolder.open(url)
    #expect(again.manifest.status == .failed)
    #expect(again.manifest.reason == "the disk is full")
  }

  @Test func `a second holder is refused with the first one's process`() throws {
    var run: RunFolder? = try create()
    let url = try #require(run?.url)
    let process = ProcessInfo.processInfo.processIdentifier
    #expect(throws: RunError.inUse(folder: url.relativePath, processID: process)) {
      try RunFolder.open(url)
    }
    run = nil
    #expect(try RunFolder.open(url).manifest.name == "demo-1")
  }

  @Test func `a lock that another process holds is respected`() throws {
    let url = try create().url
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/flock")
    let lock = url.appending(path: "lock").path
    holder.arguments = ["--exclusive", lock, "/bin/sh", "-c", "echo; read x"]
    let (input, output) = (Pipe(), Pipe())
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    #expect(try output.fileHandleForReading.read(upToCount: 1) == Data("\n".utf8))
    #expect(throws: RunError.self) { try RunFolder.open(url) }
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    #expect(throws: Never.self) { try RunFolder.open(url) }
  }

  @Test(arguments: [
    (#"{"format":2,"honeVersion":"9.0","what":1}"#, "has format 2 of hone 9.0"),
    (#"{"format":1}"#, "is damaged"),
    ("{", "is damaged"),
    ("", "is damaged"),
  ])
  func `another layout or a damaged manifest is refused`(text: String, reason: String) throws {
    let url = try create().url
    try Data(text.utf8).write(to: url.appending(path: "run.json"))
    do {
      _ = try RunFolder.open(url)
      Issue.record("it was opened")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }

  @Test func `a folder without a manifest is no run`() throws {
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    #expect(throws: RunError.notARun(folder: runs.relativePath)) { try RunFolder.open(runs) }
  }

  // MARK: - Records

  @Test func `records are lines in their order, and times lie beside them`() throws {
    let run = try create()
    let stage = RunFolder.stage(1, "warmUp")
    for round in 1...2 {
      try run.append(Record(round: round, loss: 0.1), to: stage)
      try run.appendTimings(["seconds": 1.5], to: stage)
    }
    #expect(
      try bytes("stages/01-warmUp.jsonl", of: run)
        == "{\"loss\":0.1,\"round\":1}\n{\"loss\":0.1,\"round\":2}\n")
    #expect(
      try bytes("stages/01-warmUp.timings.jsonl", of: run)
        == "{\"seconds\":1.5}\n{\"seconds\":1.5}\n")
    #expect(try run.records(Record.self, of: stage).map(\.round) == [1, 2])
    #expect(try run.records(Record.self, of: "02-later").isEmpty)
  }

  @Test func `a resumed run leaves the bytes of an unbroken one`() throws {
    let stage = RunFolder.stage(2, "reinforce")
    func work(_ run: RunFolder, _ rounds: ClosedRange<Int>) throws {
      for round in rounds {
        try run.append(Record(round: round, loss: 1 / Float(round)), to: stage)
        try run.appendTimings(["seconds": Double.random(in: 0...1)], to: stage)
      }
    }
    let unbroken = try create()
    try work(unbroken, 1...6)

    var killed: RunFolder? = try create()
    let url = try #require(killed?.url)
    if let killed { try work(killed, 1...5) }
    killed = nil
    // The process died within a write.
    let file = try FileHandle(forWritingTo: url.appending(path: "stages/\(stage).jsonl"))
    try file.seekToEnd()
    try file.write(contentsOf: Data("{\"loss\":0.1".utf8))
    try file.close()

    let resumed = try RunFolder.open(url)
    try resumed.truncate(stage, toRecords: 3)
    try work(resumed, 4...6)
    #expect(
      try bytes("stages/\(stage).jsonl", of: resumed)
        == bytes("stages/\(stage).jsonl", of: unbroken))
    #expect(
      try bytes("stages/\(stage).timings.jsonl", of: resumed).split(separator: "\n").count == 6)
  }

  @Test func `a torn last line is cut off as the file is opened`() throws {
    var run: RunFolder? = try create()
    let url = try #require(run?.url)
    try run?.append(Record(round: 1, loss: 1), to: "01-a")
    run = nil
    let path = url.appending(path: "stages/01-a.jsonl")
    try (Data(contentsOf: path) + Data("{\"loss\":".utf8)).write(to: path)
    let again = try RunFolder.open(url)
    try again.append(Record(round: 2, loss: 1), to: "01-a")
    #expect(try again.records(Record.self, of: "01-a").map(\.round) == [1, 2])
  }

  @Test func `records that a checkpoint counts on must be there`() throws {
    let run = try create()
    try run.append(Record(round: 1, loss: 1), to: "01-a")
    try run.synchronize()
    #expect(
      throws: RunError.recordsMissing(
        file: run.url.appending(path: "stages/01-a.jsonl").relativePath, found: 1, wanted: 2)
    ) {
      try run.truncate("01-a", toRecords: 2)
    }
    #expect(throws: Never.self) { try run.truncate("01-a", toRecords: 0) }
    #expect(try bytes("stages/01-a.jsonl", of: run) == "")
  }

  @Test func `a line that is no record is refused with its number`() throws {
    let run = try create()
    try run.append(Record(round: 1, loss: 1), to: "01-a")
    try run.append(["odd"], to: "01-a")
    do {
      _ = try run.records(Record.self, of: "01-a")
      Issue.record("it was read")
    } catch {
      #expect("\(error)".contains("01-a.jsonl:2:"), "\(error)")
    }
  }

  // MARK: - Other files

  @Test func `a report is replaced in one step, for people to read`() throws {
    let run = try create()
    try run.write(report: ["b": 1.5])
    try run.write(report: ["b": 2.5, "a": 1])
    #expect(try bytes("report.json", of: run) == "{\n  \"a\" : 1,\n  \"b\" : 2.5\n}\n")
    #expect(
      !FileManager.default.fileExists(atPath: run.url.appending(path: "report.json.new").path))
  }

  @Test func `a write that fails leaves the old file and no half of the new one`() throws {
    let run = try create()
    try run.write(report: ["a": 1])
    // A folder stands where the new bytes would go first.
    try FileManager.default.createDirectory(
      at: run.url.appending(path: "report.json.new/x"), withIntermediateDirectories: true)
    #expect(throws: RunError.self) { try run.write(report: ["a": 2]) }
    #expect(try bytes("report.json", of: run) == "{\n  \"a\" : 1\n}\n")
  }

  @Test func `the log holds one line a message`() throws {
    let run = try create()
    try run.log("one\ntwo")
    try run.log("three")
    #expect(try bytes("log.txt", of: run) == "one two\nthree\n")
  }
}
