import Cells
import Foundation

/// A program that this verifier asks.
enum Program: String {
  case z3, coqc

  /// The package that has it.
  var package: String { self == .z3 ? "z3" : "coq" }
}

/// Where programs, and what makes cells, are looked for; never by a PATH.
struct AssistantPlaces {
  /// The folder of the executables of this package.
  let executables: URL
  /// Folders of programs.
  let programs: [String]

  /// Beside the running executable; in the system's folders.
  static var standard: AssistantPlaces {
    AssistantPlaces(
      executables: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent(),
      programs: ["/usr/bin", "/usr/local/bin"])
  }
}

/// Runs programs, each in a cell of its own, by a server that is started when it is needed.
final class ProgramBench {
  private let settings: AssistantSettings
  private let places: AssistantPlaces
  private var server: CellServer?
  /// Seconds of all cells of the current answer, of CPU time and by the clock.
  private(set) var (cpuSeconds, wallSeconds) = (0.0, 0.0)

  init(settings: AssistantSettings, places: AssistantPlaces) {
    (self.settings, self.places) = (settings, places)
  }

  /// The absolute path of a program.
  ///
  /// - Throws: ``Unjudged`` that says how to install it.
  func path(of program: Program) throws(Unjudged) -> String {
    let paths = places.programs.map { "\($0)/\(program.rawValue)" }
    guard let path = paths.first(where: FileManager.default.isExecutableFile) else {
      throw Unjudged(
        """
        \(program.rawValue) is not installed: apt install \(program.package) (looked for \
        \(paths.joined(separator: ", ")))
        """)
    }
    return path
  }

  /// Runs a program to its end.
  ///
  /// - Throws: ``Unjudged`` where no cell can be made, or those before took too long.
  func run(_ job: ExecutableJob) throws(Unjudged) -> CellReport {
    guard wallSeconds < settings.totalSeconds else {
      throw Unjudged("judging takes longer than \(Int(settings.totalSeconds)) s")
    }
    let server = try running()
    do throws(CellError) {
      let report = try server.run(
        CellJob(job: job.bytes, cpuSeconds: settings.seconds, wallSeconds: settings.wallSeconds))
      cpuSeconds += report.cpuSeconds
      wallSeconds += report.wallSeconds
      return report
    } catch {
      self.server = nil
      throw Unjudged("\(error)")
    }
  }

  /// Begins to count seconds for another answer.
  func restartClock() { (cpuSeconds, wallSeconds) = (0, 0) }

  private func running() throws(Unjudged) -> CellServer {
    if let server { return server }
    let host = places.executables.appending(path: "hone-cell").path
    guard FileManager.default.isExecutableFile(atPath: host) else {
      throw Unjudged(
        "there is no '\(host)'; build the whole package, and keep it beside the executables")
    }
    let made = CellServer(host: .executables(host: host), limits: settings.limits)
    server = made
    return made
  }
}
