import Foundation
import GRDB
import Glibc
import Registry
import Runs
import Testing

@testable import Scheduling

@Suite(.serialized) struct ScheduleDaemonTests {
  /// Runs a daemon until something is so, and then shuts it down.
  private func serve(_ hone: StubHone, until name: String, _ isSo: () throws -> Bool) async throws {
    let daemon = hone.daemon()
    let task = Task { try await daemon.run() }
    try await hone.wait(for: name, until: isSo)
    daemon.send(.shutDown)
    try await task.value
  }

  private func phase(_ hone: StubHone, _ id: Int) throws -> JobPhase? {
    try hone.store.jobs(done: 100).first { $0.job.id == id }?.job.phase
  }

  @Test func `a job runs in a folder of its own, with its overrides, and is recorded`() async throws
  {
    let hone = try StubHone("status finished; echo done")
    var request = hone.request()
    request.overrides = ["a.b=c d"]
    let job = try hone.store.enqueue(request, now: Date())
    try await serve(hone, until: "the end") {
      try phase(hone, job.id) == .ended(.succeeded)
    }
    let runs = hone.runs.path
    #expect(
      try hone.calls() == ["run /p.yaml --set a.b=c d --runs \(runs) --into \(runs)/sums-1"])
    let output = try String(
      contentsOf: hone.runs.appending(path: "sums-1/output.txt"), encoding: .utf8)
    #expect(output == "done\n")
    let record = try #require(hone.store.jobs(done: 1).first)
    #expect(record.job.run == "sums-1" && record.process == nil && record.ended != nil)
  }

  @Test func `what the user wrote wrongly ends a job with the reason`() async throws {
    let hone = try StubHone("echo 'hone: no such key'; exit 64")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    try await serve(hone, until: "the end") { try phase(hone, job.id) == .ended(.badUsage) }
    #expect(try hone.calls().count == 1)
  }

  @Test func `a job that fails waits for its next attempt, with the reason`() async throws {
    let hone = try StubHone("status failed; echo 'hone: the disk is full'; exit 1")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    try await serve(hone, until: "the wait") {
      try hone.store.jobs(done: 0).first?.job.failures == 1
    }
    let note = try #require(hone.store.jobs(done: 0).first { $0.job.id == job.id }?.job.note)
    #expect(
      note == "It failed with exit code 1: the disk is full. Attempt 2 of 4 follows after 1m.")
  }

  @Test func `a daemon that ends stops its jobs, and the next resumes them`() async throws {
    let hone = try StubHone(
      "status running; trap 'status interrupted; exit 130' TERM; while :; do sleep 0.05; done")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    try await serve(hone, until: "the start") {
      FileManager.default.fileExists(
        atPath: hone.runs.appending(path: "sums-1/run.json").path)
    }
    guard case .waiting = try phase(hone, job.id) else {
      Issue.record("the job is not waiting")
      return
    }
    try hone.replace("status finished")
    try await serve(hone, until: "the end") { try phase(hone, job.id) == .ended(.succeeded) }
    #expect(try hone.calls().last == "run --resume \(hone.runs.path)/sums-1")
    #expect(try hone.store.jobs(done: 1).first?.job.failures == 0)
  }

  @Test func `a job that outlived its daemon is adopted, and not started again`() async throws {
    let gate = "while [ ! -e '$GATE' ]; do sleep 0.05; done"
    let hone = try StubHone("")
    let open = hone.folder.appending(path: "gate")
    try hone.replace(
      "status running; " + gate.replacing("$GATE", with: open.path) + "; status finished")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    // As a daemon that was killed leaves it: decided and written down, its process at work.
    let now = Date()
    let (state, _) = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: now) {
      scheduler, _ in
      let actions = scheduler.step(at: now)
      scheduler.state.jobs[0].run = "sums-1"
      return actions
    }
    let folder = hone.runs.appending(path: "sums-1")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let process = JobProcess(program: hone.program, runs: hone.runs)
    let orphan = Task { [request = state.jobs[0].request] in
      await process.run(
        request, at: JobPlace(folder: request.folder, pipeline: request.pipeline), in: folder
      ) { _ in }
    }
    try await hone.wait(for: "the orphan") { JobProcess.isAlive(in: folder) }

    let daemon = hone.daemon()
    let task = Task { try await daemon.run() }
    try await hone.wait(for: "the adoption") { try ScheduleDaemon.process(in: hone.runs) != nil }
    try Data().write(to: open)
    try await hone.wait(for: "the end") { try phase(hone, job.id) == .ended(.succeeded) }
    daemon.send(.shutDown)
    try await task.value
    #expect(await orphan.value == .succeeded)
    #expect(try hone.calls().count == 1)
  }

  @Test(arguments: [false, true])
  func `a stop that the daemon before wrote down and did not send is sent`(
    isForced: Bool
  ) async throws {
    let stops = "status running; trap 'status interrupted; exit 130' TERM"
    let hone = try StubHone("\(isForced ? "status running" : stops); while :; do sleep 0.05; done")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    let folder = hone.runs.appending(path: "sums-1")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let process = JobProcess(program: hone.program, runs: hone.runs)
    let request = job.request
    let orphan = Task {
      await process.run(
        request, at: JobPlace(folder: request.folder, pipeline: request.pipeline), in: folder
      ) { [store = hone.store] id in
        do {
          try store.setProcess(id, of: job.id)
        } catch {
          Issue.record(error)
        }
      }
    }
    try await hone.wait(for: "the orphan") {
      try FileManager.default.fileExists(atPath: folder.appending(path: "run.json").path)
        && hone.store.jobs(done: 0).first?.process != nil
    }
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: Date()) { scheduler, _ in
      scheduler.state.jobs[0].run = "sums-1"
      scheduler.state.jobs[0].hasStarted = true
      scheduler.state.jobs[0].phase = .stopping(.cancelled, seconds: 0, isForced: isForced)
      return []
    }
    try await serve(hone, until: "the end") { try phase(hone, job.id) == .ended(.cancelled) }
    let expected =
      isForced
      ? JobExit.crashed(reason: "signal 9 ended it, perhaps since memory was short") : .interrupted
    #expect(await orphan.value == expected)
    #expect(try hone.calls().count == 1)
  }

  @Test func `a job whose process is gone is resumed after a wait`() async throws {
    let hone = try StubHone("exit 0")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    let now = Date()
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: now) { scheduler, _ in
      let actions = scheduler.step(at: now)
      scheduler.state.jobs[0].run = "sums-1"
      return actions
    }
    let folder = hone.runs.appending(path: "sums-1")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data().write(to: folder.appending(path: JobProcess.outputName))
    try await serve(hone, until: "the look") {
      try hone.store.jobs(done: 0).first?.job.failures == 1
    }
    let note = try #require(hone.store.jobs(done: 0).first { $0.job.id == job.id }?.job.note)
    #expect(note.hasPrefix("It crashed: its process ended before its run began."))
    #expect(try hone.calls() == [])
  }

  @Test func `one folder has one daemon`() async throws {
    let hone = try StubHone("exit 0")
    let daemon = hone.daemon()
    let task = Task { try await daemon.run() }
    try await hone.wait(for: "the daemon") { try ScheduleDaemon.process(in: hone.runs) != nil }
    let error = await #expect(throws: ScheduleError.self) { try await hone.daemon().run() }
    #expect(error?.description.contains("process \(getpid())") == true)
    daemon.send(.shutDown)
    try await task.value
    // A process that another test forks has the lock, too, until it becomes its program.
    try await hone.wait(for: "the lock") { try ScheduleDaemon.process(in: hone.runs) == nil }
  }

  @Test func `a running job that is cancelled stops, and stays stopped`() async throws {
    let hone = try StubHone(
      "status running; trap 'status interrupted; exit 130' TERM; while :; do sleep 0.05; done")
    let job = try hone.store.enqueue(hone.request(), now: Date())
    let daemon = hone.daemon()
    let task = Task { try await daemon.run() }
    try await hone.wait(for: "the start") {
      FileManager.default.fileExists(
        atPath: hone.runs.appending(path: "sums-1/run.json").path)
    }
    #expect(try hone.store.cancel(job.id, now: Date()).phase == .running)
    daemon.send(.told)
    try await hone.wait(for: "the end") { try phase(hone, job.id) == .ended(.cancelled) }
    daemon.send(.shutDown)
    try await task.value
    #expect(throws: ScheduleError.notWaiting(id: job.id, state: "cancelled")) {
      try hone.store.cancel(job.id, now: Date())
    }
  }

  @Test func `a hook is told how a job ended, and its failure is recorded`() async throws {
    let hone = try StubHone("status finished")
    var request = hone.request()
    request.hook = ["sh", "-c", "cat > told; exit 3"]
    let job = try hone.store.enqueue(request, now: Date())
    try await serve(hone, until: "the hook") {
      try hone.store.jobs(done: 1).first?.hook != nil
    }
    #expect(try hone.store.jobs(done: 1).first?.hook == "it failed with exit code 3")
    #expect(try phase(hone, job.id) == .ended(.succeeded))
    let told = try JSONDecoder().decode(
      HookMessage.self, from: Data(contentsOf: hone.folder.appending(path: "told")))
    #expect(told.event == .success && told.outcome == .succeeded && told.job == job.id)
    #expect(told.run == hone.runs.appending(path: "sums-1").path)
  }

  @Test func `a hook is told what a job promoted, and then how it ended`() async throws {
    let hone = try StubHone("status failed; exit 64")
    func promotion(_ number: Int, created: Date, _ action: PromotionEntry.Action = .promote)
      -> PromotionEntry
    {
      PromotionEntry(
        name: "champion", action: action, number: number, previous: nil, run: "sums-1",
        created: created.ISO8601Format())
    }
    // One of an earlier run of that name, one of this run, and one that the gate refused.
    try hone.registry.add(promotion(1, created: Date() - 3600))
    try hone.registry.add(promotion(2, created: Date() + 3600))
    try hone.registry.add(promotion(2, created: Date() + 3600, .refuse))
    var request = hone.request()
    request.hook = ["sh", "-c", "cat >> told"]
    _ = try hone.store.enqueue(request, now: Date())
    try await serve(hone, until: "the hook") { try hone.store.jobs(done: 1).first?.hook != nil }
    let told = try String(contentsOf: hone.folder.appending(path: "told"), encoding: .utf8)
      .split(separator: "\n")
      .map { try JSONDecoder().decode(HookMessage.self, from: Data($0.utf8)) }
    #expect(told.map(\.event) == [.promotion, .failure])
    #expect(told.first?.promotion?.number == 2 && told.first?.job == 1)
    #expect(
      told.first?.promotion?.policy == hone.runs.appending(path: "policies/champion/2").path)
    #expect(try hone.store.jobs(done: 1).first?.hook == "done")
  }

  @Test func `a hook that fails says which message it failed on`() async throws {
    let job = Job(
      id: 1, schedule: nil, instant: Date(),
      request: JobRequest(name: "a", pipeline: "/", folder: "/"))
    let end = HookMessage(job, outcome: .failed, runs: URL(filePath: "/runs"))
    let entry = PromotionEntry(
      name: "c", action: .promote, number: 1, previous: nil, created: "2025-01-31T02:00:00Z")
    let promotion = HookMessage(entry, of: job, runs: URL(filePath: "/runs"))
    let picky = JobHook(words: ["grep", "-q", "failure"], folder: "/")
    #expect(await picky.run([promotion, end]) == "promotion: it failed with exit code 1")
    #expect(await picky.run([end]) == "done")
  }

  @Test func `a hook that does not end is ended, with all that it began`() async throws {
    let stub = try StubHone("")
    let job = Job(
      id: 1, schedule: nil, instant: Date(),
      request: JobRequest(name: "a", pipeline: "/", folder: "/"))
    let message = HookMessage(job, outcome: .failed, runs: URL(filePath: "/runs"))
    let hook = JobHook(words: ["sleep", "1000"], folder: "/")
    #expect(await hook.run(message, limitSeconds: 0.2) == "it took longer than 0 s and was ended")
    let stubborn = JobHook(
      words: [
        "sh", "-c", "trap '' TERM; sh -c 'trap \"\" TERM; exec sleep 1000' & echo $! > left; wait",
      ],
      folder: stub.folder.path)
    _ = await stubborn.run(message, limitSeconds: 1)
    let left = try String(
      contentsOf: stub.folder.appending(path: "left"), encoding: .utf8
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    try await stub.wait(for: "the end of what the hook began") {
      // Gone, or a zombie that the machine's first process reaps.
      guard let stat = try? String(contentsOfFile: "/proc/\(left)/stat", encoding: .utf8) else {
        return true
      }
      return stat.contains(") Z ")
    }
    let missing = JobHook(words: ["no-such-program-as-this"], folder: "/")
    #expect(await missing.run(message).hasPrefix("it could not be run: "))
  }

  @Test func `memory is that of a process and its descendants`() throws {
    let own = try ProcessTree().residentBytes(below: getpid())
    #expect(own > 1 << 20)
    #expect(
      try #require(ProcessTree.parse("5 (a) b) S 7 8 9 \(String(repeating: "0 ", count: 17))42 0"))
        == (7, 9, 42))
    #expect(ProcessTree.parse("nothing") == nil)
  }

  @Test func `a hook that does not read what it is told harms nobody`() async throws {
    let hone = try StubHone("status finished")
    var request = hone.request()
    // More than a pipe takes before somebody reads.
    request.pipeline = String(repeating: "/", count: 100_000)
    request.hook = ["true"]
    _ = try hone.store.enqueue(request, now: Date())
    try await serve(hone, until: "the hook") { try hone.store.jobs(done: 1).first?.hook == "done" }
  }

  @Test func `a job whose daemon died before it began is started, and no attempt is spent`()
    async throws
  {
    let hone = try StubHone("status finished")
    var request = hone.request()
    request.retries.limit = 0
    let job = try hone.store.enqueue(request, now: Date())
    let now = Date()
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: now) { scheduler, _ in
      let actions = scheduler.step(at: now)
      scheduler.state.jobs[0].run = "sums-1"
      return actions
    }
    try await serve(hone, until: "the end") { try phase(hone, job.id) == .ended(.succeeded) }
    #expect(try hone.calls().count == 1)
    #expect(try hone.store.jobs(done: 1).first?.job.failures == 0)
  }

  @Test func `a hook that a daemon left untold is told by the next one`() async throws {
    let hone = try StubHone("status finished")
    var request = hone.request()
    request.hook = ["sh", "-c", "cat > told"]
    let job = try hone.store.enqueue(request, now: Date())
    // It was recorded as ended, and there the daemon was killed.
    _ = try hone.store.update(maxJobs: 1, isShuttingDown: false, now: Date()) { scheduler, _ in
      scheduler.step(at: Date()) + scheduler.record(.succeeded, of: job.id, at: Date())
    }
    try await serve(hone, until: "the hook") { try hone.store.jobs(done: 1).first?.hook == "done" }
    let told = try String(contentsOf: hone.folder.appending(path: "told"), encoding: .utf8)
    #expect(told.contains("\"success\""))
  }

  @Test func `the hook of a job that is cancelled as it waits is told`() async throws {
    let hone = try StubHone("exit 0")
    var requests = [hone.request(), hone.request()]
    requests[0].hook = ["true"]
    let jobs = try requests.map { try hone.store.enqueue($0, now: Date()) }
    for job in jobs { _ = try hone.store.cancel(job.id, now: Date()) }
    #expect(try hone.store.hooksDue(limit: 9).map(\.id) == [jobs[0].id])
    try await serve(hone, until: "the hook") { try hone.store.hooksDue(limit: 9).isEmpty }
    #expect(try hone.store.jobs(done: 2).map(\.hook) == [nil, "done"])
  }

  @Test func `folders that were made for what cannot be written down go again`() async throws {
    let hone = try StubHone("status finished")
    for name in ["sums", "other"] {
      _ = try hone.store.enqueue(hone.request(name), now: Date())
    }
    // Two jobs may start, and the second has a name that no folder can have.
    try hone.registry.write { database in
      try database.execute(sql: "UPDATE job SET body = replace(body, '\"other\"', '\"../x\"')")
    }
    await #expect(throws: RunError.self) { try await hone.daemon().run() }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: hone.runs.path)
        .filter { $0.hasPrefix("sums") } == [])
  }
}
