import Foundation
import TestSupport
import Testing

@testable import Scheduling

/// Jobs that take their files from a commit, with a stand-in for hone's program.
@Suite(.serialized) struct JobCheckoutTests {
  private let files: TestRepository
  private let hone: StubHone
  private let first: String

  init() throws {
    files = try TestRepository()
    // What a job sees: the file of the commit, beside the pipeline that it is given.
    hone = try StubHone(#"cat data.txt > "$run/seen"; status finished"#)
    try files.write("name: p\n", to: "p.yaml")
    try files.write("one", to: "data.txt")
    first = try files.commit()
    try files.write("two", to: "data.txt")
    try files.commit()
  }

  private func request(commit: String? = nil, branch: String? = nil) throws -> JobRequest {
    var request = JobRequest(name: "sums", pipeline: "/unused", folder: files.folder.path)
    request.code = try JobCode.asked(
      commit: commit, branch: branch, pipeline: files.folder.appending(path: "p.yaml"),
      in: files.folder)
    return request
  }

  private func serve(until name: String, _ isSo: () throws -> Bool) async throws {
    let daemon = hone.daemon()
    let task = Task { try await daemon.run() }
    try await hone.wait(for: name, until: isSo)
    daemon.send(.shutDown)
    try await task.value
  }

  private func job(_ id: Int) throws -> Job? {
    try hone.store.jobs(done: 100).first { $0.job.id == id }?.job
  }

  private func seen(_ run: String) throws -> String {
    try String(contentsOf: hone.runs.appending(path: "\(run)/seen"), encoding: .utf8)
  }

  private var checkouts: [String] {
    get throws {
      let folder = hone.runs.appending(path: ".checkouts")
      guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }
  }

  @Test func `two jobs of one commit see its files, and their checkout goes when they are done`()
    async throws
  {
    for _ in 0..<2 { _ = try hone.store.enqueue(request(commit: "HEAD~1"), now: Date()) }
    try await serve(until: "both ends") {
      try (1...2).allSatisfy { try job($0)?.phase == .ended(.succeeded) } && checkouts.isEmpty
    }
    #expect(try seen("sums-1") == "one" && seen("sums-2") == "one")
    #expect(try job(1)?.checkout == JobCheckout(commit: first, changedSources: 0))
    let runs = hone.runs.path
    #expect(
      try hone.calls().sorted().first
        == "run p.yaml --models \(files.folder.path) --runs \(runs) --into \(runs)/sums-1")
  }

  @Test func `a job of a branch goes on with the commit that it began with`() async throws {
    try files.branch("nightly", first)
    try hone.replace(
      #"""
      cat data.txt >> "$run/seen"
      if [ "$2" = --resume ]; then status finished; else
        status running; trap 'status interrupted; exit 130' TERM; while :; do sleep 0.05; done
      fi
      """#)
    _ = try hone.store.enqueue(request(branch: "nightly"), now: Date())
    let manifest = hone.runs.appending(path: "sums-1/run.json")
    try await serve(until: "the start") { FileManager.default.fileExists(atPath: manifest.path) }
    // The branch moves on, and the checkout is gone, as after a cleaning.
    let head = try #require(try JobCode.Reference.head(of: files))
    try files.branch("nightly", head)
    try FileManager.default.removeItem(at: hone.runs.appending(path: ".checkouts"))
    try await serve(until: "the end") { try job(1)?.phase == .ended(.succeeded) }
    #expect(try seen("sums-1") == "oneone")
    _ = try hone.store.enqueue(request(branch: "nightly"), now: Date())
    try hone.replace(#"cat data.txt > "$run/seen"; status finished"#)
    try await serve(until: "the next") { try job(2)?.phase == .ended(.succeeded) }
    #expect(try seen("sums-2") == "two")
  }

  @Test func `a branch that is not there skips the run with its reason, and the next job starts`()
    async throws
  {
    // It is due since New Year, and then not before the next one.
    var schedule = try Schedule.example("nightly", "0 0 1 1 *", zone: "UTC")
    schedule.job = try request(branch: "gone")
    schedule.job.priority = 1
    schedule.job.hook = ["sh", "-c", "cat > told"]
    try hone.store.add(schedule, now: Date() - 366 * 24 * 3600)
    let plain = JobRequest(
      name: "plain", pipeline: "p.yaml", folder: files.folder.path)
    let waiting = try hone.store.enqueue(plain, now: Date())
    try await serve(until: "the other job and the hook") {
      try job(waiting.id)?.phase == .ended(.succeeded)
        && hone.store.lastJob(of: "nightly")?.hook != nil
    }
    let skipped = try #require(try hone.store.lastJob(of: "nightly")?.job)
    #expect(skipped.phase == .ended(.skipped) && skipped.run == nil)
    let reason = "\(files.folder.path) has no branch gone"
    #expect(skipped.note == reason)
    #expect(try hone.store.skipped("nightly", limit: 1).map(\.reason) == [reason])
    let told = try String(
      contentsOf: files.folder.appending(path: "told"), encoding: .utf8)
    #expect(told.contains(#""outcome":"skipped""#) && told.contains("has no branch gone"))
  }

  @Test func `a checkout stays while its schedule is there, and where it holds other files`()
    async throws
  {
    try hone.replace(#"echo mine > export.txt; status finished"#)
    var schedule = try Schedule.example("stable", "0 0 1 1 *", zone: "UTC")
    schedule.job = try request(commit: first)
    try hone.store.add(schedule, now: Date())
    _ = try hone.store.enqueue(request(commit: first), now: Date())
    try await serve(until: "the end") { try job(1)?.phase == .ended(.succeeded) }
    #expect(try checkouts.count == 1)
    _ = try hone.store.remove("stable", now: Date())
    let jobs = JobCheckouts(in: hone.runs, hone.store)
    let told = try await jobs.sweep()
    #expect(told.count == 1 && told.first?.contains("holds files that its commit") == true)
    #expect(try await jobs.sweep() == [], "it is told once")
    let name = try #require(try checkouts.first)
    try FileManager.default.removeItem(
      at: hone.runs.appending(path: ".checkouts/\(name)/export.txt"))
    #expect(try await jobs.sweep() == [])
    #expect(try checkouts == [])
  }

  @Test func `what cannot be asked for is refused`() throws {
    let folder = files.folder
    let pipeline = folder.appending(path: "p.yaml")
    #expect(throws: (any Error).self) {
      try JobCode.asked(commit: "none", branch: nil, pipeline: pipeline, in: folder)
    }
    #expect(
      throws: ScheduleError.outsideRepository(
        file: "/elsewhere/p.yaml", repository: folder.resolvingSymlinksInPath().path)
    ) {
      try JobCode.asked(
        commit: "HEAD", branch: nil, pipeline: URL(filePath: "/elsewhere/p.yaml"), in: folder)
    }
    #expect(throws: ScheduleError.noRepository(folder: "/proc")) {
      try JobCode.asked(
        commit: "HEAD", branch: nil, pipeline: pipeline, in: URL(filePath: "/proc"))
    }
    let absent = try JobCode.asked(
      commit: "HEAD", branch: nil, pipeline: folder.appending(path: "sub/q.yaml"), in: folder)
    #expect(absent?.pipeline == "sub/q.yaml")
    #expect(throws: ScheduleError.self) { try absent?.checkout() }
    #expect(try JobCode.asked(commit: nil, branch: nil, pipeline: pipeline, in: folder) == nil)
  }

  @Test func `a commit with other sources of the program says so`() throws {
    try files.write("a", to: "Sources/hone/Hone.swift")
    try files.write("a", to: "verifiers/v/main.swift")
    try files.write("a", to: "verifiers/v/verifier.yaml")
    try files.commit()
    try files.write("b", to: "Sources/hone/Hone.swift")
    try files.write("b", to: "verifiers/v/main.swift")
    try files.write("b", to: "verifiers/v/verifier.yaml")
    let head = try files.commit()
    #expect(try request(commit: head).code?.checkout().changedSources == 0)
    let before = try #require(try request(commit: "HEAD~1").code?.checkout())
    #expect(before.changedSources == 2)
    #expect(before.remark?.contains("2 files of the program's sources") == true)
    // A repository of another program has no sources of hone's.
    #expect(try request(commit: first).code?.checkout().changedSources == 0)
  }

  @Test func `a job without a commit reads as it was written before there were any`() throws {
    let job = Job(
      id: 1, schedule: nil, instant: Date(),
      request: JobRequest(name: "a", pipeline: "/p", folder: "/"))
    let text = String(decoding: try JSONEncoder().encode(job), as: UTF8.self)
    #expect(!text.contains("code") && !text.contains("checkout"))
    let again = try JSONDecoder().decode(Job.self, from: Data(text.utf8))
    #expect(again.request.code == nil && again.checkout == nil)
  }
}

extension JobCode.Reference {
  /// The commit that is checked out in a repository.
  fileprivate static func head(of files: TestRepository) throws -> String? {
    let code = try JobCode.asked(
      commit: "HEAD", branch: nil, pipeline: files.folder.appending(path: "p.yaml"),
      in: files.folder)
    guard case .commit(let commit) = code?.reference else { return nil }
    return commit
  }
}
