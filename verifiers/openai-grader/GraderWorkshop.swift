import Cells
import Foundation
import VerifierKit

/// Where the parts that run programs lie.
struct GraderPlaces {
  /// The library of this package that makes cells.
  let library: URL
  /// The Python script of the code runner, whose cells these are.
  let script: URL

  /// Beside the running executable, where a host shows what a plugin needs.
  static var standard: GraderPlaces {
    let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent()
    return GraderPlaces(
      library: folder.appending(path: "libHoneCell.so"),
      script: folder.appending(path: "python_host.py"))
  }
}

/// Runs a grader's `grade(sample, item)`, each time in a fresh cell.
///
/// The completion is an argument: nothing of it is ever code. What comes back is one number, read
/// strictly.
final class GraderWorkshop {
  /// What running came to.
  struct Run {
    enum Result: Equatable {
      case returned(Double)
      /// The program cannot grade anything.
      case unusable(reason: String)
      /// It failed on this completion.
      case failed(reason: String)
    }

    let result: Result
    /// By the clock.
    let seconds: Double
    /// The end of standard error.
    let errors: [UInt8]
  }

  /// The cell could not be made; never the grader's fault, nor the completion's.
  struct Broken: Error {
    let reason: String
  }

  /// The real interpreter, no shim of a version manager.
  private static let interpreters = ["/usr/bin/python3", "/bin/python3"]

  private let limits: CellLimits
  private let places: GraderPlaces
  private var server: CellServer?

  init(_ settings: GraderSettings, places: GraderPlaces) {
    var limits = CellLimits()
    limits.memoryMiB = settings.memoryMiB
    limits.processes = settings.processes
    limits.scratchMiB = settings.scratchMiB
    limits.fileKiB = settings.scratchMiB << 10
    limits.recordsKiB = 64
    (self.limits, self.places) = (limits, places)
  }

  /// Calls `grade` once.
  func run(
    _ source: String, arguments: [JSONValue], seconds: Double
  ) throws(Broken) -> Run {
    let server = try running()
    var job: [UInt8] = []
    JSONWriter.append(
      [
        "kind": .string("function"), "source": .string(source), "entry": .string("grade"),
        "calls": .array([.array([.array(arguments.map(Self.tagged)), .object([:])])]),
      ], to: &job)
    do throws(CellError) {
      let report = try server.run(
        CellJob(job: job, cpuSeconds: max(1, Int(seconds)), wallSeconds: max(seconds, 1)))
      return Run(
        result: Self.result(report), seconds: report.wallSeconds, errors: report.errors)
    } catch {
      self.server = nil
      throw Broken(reason: "\(error)")
    }
  }

  private func running() throws(Broken) -> CellServer {
    if let server { return server }
    let files = FileManager.default
    guard let interpreter = Self.interpreters.first(where: files.isExecutableFile) else {
      throw Broken(
        reason: """
          there is nothing to run a python grader with; looked for \
          \(Self.interpreters.joined(separator: ", "))
          """)
    }
    for part in [places.library.path, places.script.path] where !files.isReadableFile(atPath: part)
    {
      throw Broken(reason: "there is no '\(part)'; build the whole package")
    }
    let made = CellServer(
      host: .python(
        interpreter: interpreter, script: places.script.path, library: places.library.path),
      limits: limits)
    server = made
    return made
  }

  // MARK: - What comes back

  static func result(_ report: CellReport) -> Run.Result {
    if report.isLate { return .failed(reason: "the grader's time was up") }
    if report.hasMuchOutput || report.hasManyRecords {
      return .failed(reason: "the grader wrote more than the limit")
    }
    guard let record = record(report.records) else {
      switch report.ending {
      case .exited(let code): return .failed(reason: "the grader left with exit code \(code)")
      case .signalled(let number): return .failed(reason: "the grader ended by signal \(number)")
      }
    }
    if case .string(let how)? = record["failed"] { return failure(how, name(record["type"])) }
    guard report.ending == .exited(code: 0) else {
      return .failed(reason: "the grader did not end well")
    }
    if let value = record["value"] { return returned(value) }
    if record["raised"] != nil {
      return .failed(reason: "the grader raised \(name(record["raised"]))")
    }
    return .unusable(
      reason: "the grader returned a value of type '\(name(record["type"]))', not a float")
  }

  private static func failure(_ how: String, _ type: String) -> Run.Result {
    switch how {
    case "source": .unusable(reason: "the grader's source is no program: \(type)")
    case "missing", "notCallable":
      .unusable(reason: "the grader's source defines no function 'grade'")
    case "arguments": .unusable(reason: "'grade' does not take (sample, item)")
    // Raised by the statements of the source itself, before any completion was seen.
    case "raised": .unusable(reason: "the grader's source raised \(type)")
    case "memory": .failed(reason: "the grader ran out of memory")
    default: .failed(reason: "the grader could not work: \(how)")
    }
  }

  private static func returned(_ value: JSONValue) -> Run.Result {
    switch value {
    case .bool(let bool): return .returned(bool ? 1 : 0)
    case .object(let tags):
      if tags.count == 1, case .string(let digits)? = tags["f"] ?? tags["i"],
        let number = Double(digits), number.isFinite
      {
        return .returned(number)
      }
    default: break
    }
    return .unusable(reason: "the grader returned no finite number")
  }

  /// The one record that a cell writes; nil where it wrote none, or something else.
  private static func record(_ bytes: [UInt8]) -> [String: JSONValue]? {
    guard bytes.last == 0x0A, bytes.count(where: { $0 == 0x0A }) == 1,
      case .object(let members)? = try? JSONReader.value(in: bytes, 0..<bytes.count)
    else { return nil }
    return members
  }

  /// A type's name, for a reason; the program chose it, so that nothing else may get there.
  private static func name(_ value: JSONValue?) -> String {
    guard case .string(let text)? = value, text.utf8.count <= 60,
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else { return "?" }
    return text
  }

  // MARK: - What goes in

  /// A JSON value as the cell's script reads values: whole numbers are integers.
  private static func tagged(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .string: value
    case .number(let number):
      if let whole = Int(exactly: number) {
        .object(["i": .string("\(whole)")])
      } else {
        .object(["f": .string("\(number)")])
      }
    case .array(let elements): .array(elements.map(tagged))
    case .object(let members):
      .object([
        "d": .array(
          members.sorted { $0.key < $1.key }.map { .array([.string($0.key), tagged($0.value)]) })
      ])
    }
  }
}
