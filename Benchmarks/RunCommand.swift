import ArgumentParser
import Foundation
import Measurements
import Pipelines
import Provenance
import Runs

/// Limits first, then each workload: the command that is meant where none is named.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Measures workloads.",
    discussion: """
      JSON goes to standard output; with --json it goes to a file, and a table to
      standard output. A workload that needs data which is not there is left out.

        hone-benchmarks run decode-smollm2-1 prefill-smollm2 --json new.json
      """)

  @Argument(help: "Workloads; all of them where none is named.")
  var workloads: [WorkloadName] = []

  @Option(help: ArgumentHelp("Write the JSON here, and print a table.", valueName: "file"))
  var json: String?

  @Option(help: "Repeats of each workload. [default: its own]")
  var repeats: Int?

  @Flag(help: "Print the names of all workloads, and measure nothing.")
  var list = false

  func validate() throws {
    if let repeats, !(1...10_000).contains(repeats) {
      throw ValidationError("--repeats must be within 1...10000.")
    }
  }

  func run() async throws {
    if list { return print(Workload.all.map(\.name).joined(separator: "\n")) }
    if let json { try AtomicFile.check(URL(filePath: json)) }
    let wanted = workloads.isEmpty ? Workload.all : workloads.map(\.workload)
    let (date, checkout) = (Date.now.ISO8601Format(), Self.checkout())
    Self.tell("limits of the machine …")
    var limits = MachineLimits()
    limits.measure()
    var done: [(workload: String, report: WorkProcess.Report)] = []
    var hasFailed = false
    for workload in wanted {
      Self.tell("\(workload.name) …")
      switch try await WorkProcess.run(workload, repeats: repeats ?? workload.repeats) {
      case .measured(let report): done.append((workload.name, report))
      case .absent: Self.tell("\(workload.name) is left out")
      case .failed(let reason):
        Self.tell("\(workload.name) failed: \(reason)")
        hasFailed = true
      }
    }
    Self.tell("limits of the machine again …")
    limits.measure()
    let results = limits.results
    let report = BenchmarkReport(
      commit: checkout?.commit, isDirty: checkout?.isDirty, date: date, host: .current(),
      limits: results,
      workloads: done.flatMap { name, report in
        report.measurements.map {
          $0.result(of: name, peakMemoryBytes: report.peakMemoryBytes, limits: results)
        }
      })
    let document = try StableJSON.document(report)
    if let json {
      print(report.text)  // first, so that a full disk does not cost it
      try AtomicFile.write(document, to: URL(filePath: json))
    } else {
      FileHandle.standardOutput.write(document)
    }
    if hasFailed { throw ExitCode.failure }
  }

  /// The commit of the folder that this was started in, and whether files differ from it; nil
  /// outside of a repository, and of one that cannot be read, which is told.
  private static func checkout() -> (commit: String?, isDirty: Bool)? {
    let folder = URL(filePath: FileManager.default.currentDirectoryPath)
    do {
      guard let repository = try Repository.containing(folder) else { return nil }
      return (try repository.head().commit, !(try repository.changes().isClean))
    } catch {
      tell("The commit is not known: \(error)")
      return nil
    }
  }

  private static func tell(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }
}

/// One workload in this process: what the others are started as.
struct MeasureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure", abstract: "Does one workload in this process.", shouldDisplay: false)

  @Argument(help: "The workload.")
  var name: WorkloadName

  @Option(help: "Repeats.")
  var repeats: Int

  func run() async throws {
    WorkProcess.endWithParent()
    do {
      let report = try await WorkProcess.measure(name.workload, repeats: repeats)
      FileHandle.standardOutput.write(try StableJSON.data(report))
    } catch let error as Absent {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      throw ExitCode(WorkProcess.absentCode)
    }
  }
}
