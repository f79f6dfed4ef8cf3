import Foundation
import TestSupport
import Testing

@testable import Cells

@Suite(.serialized) struct CellServerTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private var built: URL {
    let beside = Bundle.main.bundleURL
    return FileManager.default.fileExists(atPath: beside.appending(path: "hone-cell").path)
      ? beside : Self.root.appending(path: ".build/debug")
  }

  private func executables(_ limits: CellLimits = CellLimits()) -> CellServer {
    CellServer(
      host: .executables(host: built.appending(path: "hone-cell").path), limits: limits)
  }

  private func shell(
    _ script: String, input: String = "", cpuSeconds: Int = 2, wallSeconds: Double = 4
  ) -> CellJob {
    CellJob(
      job: ExecutableJob(
        words: ["/bin/sh", "main.sh"],
        files: [.init(name: "main.sh", contents: Array(script.utf8))]
      ).bytes, input: Array(input.utf8), cpuSeconds: cpuSeconds, wallSeconds: wallSeconds)
  }

  @Test func `a program reads its input and its output is captured`() throws {
    let report = try executables().run(
      shell("read word; echo got $word; echo oops >&2; exit 7", input: "this\n"))
    #expect(report.ending == .exited(code: 7))
    #expect(String(decoding: report.output, as: UTF8.self) == "got this\n")
    #expect(String(decoding: report.errors, as: UTF8.self) == "oops\n")
    #expect(report.records.isEmpty && !report.isLate && !report.hasMuchOutput)
    #expect(report.cpuSeconds > 0 && report.wallSeconds > 0)
  }

  @Test func `a cell has its own folder, user and processes`() throws {
    let report = try executables().run(
      shell(
        "pwd; id -u; echo $$; ls /proc | grep -c '^[0-9]'; hostname 2>/dev/null || cat /proc/self/comm"
      ))
    let lines = String(decoding: report.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "/work" || lines.first == "/scratch/work")
    #expect(lines.dropFirst().first != "0")
    #expect(lines.dropFirst(2).first == "2")
  }

  @Test func `a compiler's result comes back through a pipe`() throws {
    let server = executables()
    let job = ExecutableJob(
      words: ["/bin/sh", "-c", "printf 'made of %s' $(cat part) > whole"],
      files: [.init(name: "part", contents: Array("parts".utf8))], result: "whole")
    let report = try server.run(CellJob(job: job.bytes, cpuSeconds: 2, wallSeconds: 4))
    #expect(report.ending == .exited(code: 0))
    #expect(String(decoding: report.records, as: UTF8.self) == "made of parts")
  }

  @Test(arguments: ["ln -s /etc/passwd whole", "mkdir whole", "mkfifo whole", "true"])
  func `what is no file is no result`(script: String) throws {
    let job = ExecutableJob(words: ["/bin/sh", "-c", script], files: [], result: "whole")
    let report = try executables().run(CellJob(job: job.bytes, cpuSeconds: 2, wallSeconds: 4))
    #expect(report.ending == .exited(code: 127) && report.records.isEmpty)
  }

  @Test func `the wall time ends a cell with all its processes`() throws {
    let report = try executables().run(
      shell("sleep 1000 & sleep 1000 & sleep 1000", wallSeconds: 0.3))
    // Had one of them to be waited for, the server would count as lost.
    #expect(report.isLate && report.ending == .signalled(number: 9))
    #expect(report.wallSeconds >= 0.3)
  }

  @Test func `CPU time of children counts`() throws {
    let report = try executables().run(
      shell("(i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done) & wait", cpuSeconds: 5))
    #expect(report.ending == .exited(code: 0) && report.cpuSeconds > 0.01)
  }

  @Test func `output beyond the limit stops the cell`() throws {
    var limits = CellLimits()
    limits.outputKiB = 16
    let report = try executables(limits).run(shell("yes"))
    #expect(report.hasMuchOutput && report.output.count <= 16 << 10)
  }

  @Test func `the end of standard error is kept`() throws {
    var limits = CellLimits()
    limits.errorsKiB = 1
    let report = try executables(limits).run(
      shell("i=0; while [ $i -lt 500 ]; do echo line $i >&2; i=$((i+1)); done"))
    #expect(report.errors.count == 1024)
    #expect(String(decoding: report.errors, as: UTF8.self).hasSuffix("line 499\n"))
  }

  @Test func `a server that dies is replaced, and the program run again`() throws {
    let server = executables()
    _ = try server.run(shell("true"))
    let first = try #require(server.processID)
    kill(first, SIGKILL)
    let report = try server.run(shell("echo again"))
    #expect(String(decoding: report.output, as: UTF8.self) == "again\n")
    #expect(server.starts == 2 && server.processID != first)
  }

  @Test(arguments: [false, true])
  func `nothing of a server is left when it goes`(diesFirst: Bool) throws {
    var server: CellServer? = executables()
    _ = try server?.run(shell("true"))
    let process = try #require(server?.processID)
    let deadline = ContinuousClock.now + .seconds(60)
    var cells: [pid_t] = []
    while cells.isEmpty, ContinuousClock.now < deadline { cells = try children(of: process) }
    let cell = try #require(cells.first)
    if diesFirst { kill(process, SIGKILL) }
    server = nil
    // Where this process adopts no orphans, another one waits for the cell, in its own time.
    while kill(cell, 0) == 0, ContinuousClock.now < deadline { usleep(10_000) }
    for one in [process, cell] { #expect(kill(one, 0) == -1 && errno == ESRCH) }
  }

  private func children(of process: pid_t) throws -> [pid_t] {
    try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
      .split(separator: " ").compactMap { pid_t($0) }
  }

  @Test(
    arguments: [
      ("/no/such/server", "'/no/such/server' could not be started: No such file or directory"),
      ("/bin/true", "the server of cells was lost: it ended"),
      ("/bin/echo", "the server of cells"),
    ])
  func `a server that is none is refused`(path: String, message: String) throws {
    let server = CellServer(host: .executables(host: path), limits: CellLimits())
    let error = try #require(throws: CellError.self) { try server.run(shell("true")) }
    #expect(error.description.hasPrefix(message), "\(error)")
    #expect(server.processID == nil)
  }

  @Test func `an option that is none is refused`() throws {
    var limits = CellLimits()
    limits.memoryMiB = -1
    let error = try #require(throws: CellError.self) {
      try executables(limits).run(shell("true"))
    }
    #expect(error.description.contains("options: Invalid argument"))
  }
}
