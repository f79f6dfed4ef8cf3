import Cells
import Foundation

/// Where the parts of the code runner lie.
struct RunnerPlaces {
  /// The folder of the executables and of the library of this package.
  let executables: URL
  /// The plugin's own folder, with the Python script.
  let plugin: URL

  /// Beside the running executable, and in the current folder, as a host starts a plugin.
  static var standard: RunnerPlaces {
    RunnerPlaces(
      executables: URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent(),
      plugin: URL(filePath: FileManager.default.currentDirectoryPath))
  }
}

/// The servers of cells, one for each way to run a program, started when they are needed.
final class Workshop {
  /// Something that is not installed, or not built.
  struct Missing: Error {
    let reason: String
  }

  private let settings: RunnerSettings
  private let places: RunnerPlaces
  private var servers: [String: CellServer] = [:]

  init(settings: RunnerSettings, places: RunnerPlaces) {
    (self.settings, self.places) = (settings, places)
  }

  /// Runs Python programs.
  func python() throws(Missing) -> CellServer { try python("programs") }

  /// Runs tests that are code, while ``python()`` runs the candidate.
  func tester() throws(Missing) -> CellServer { try python("tests") }

  /// Runs the executables of a language.
  func executables(_ language: Language) throws(Missing) -> CellServer {
    // What reserves far more memory than it uses cannot live under a limit of its addresses.
    let reserves = language == .javascript
    return try server(reserves ? "reserving" : "executables") { () throws(Missing) in
      var limits = settings.limits
      limits.countsDataOnly = reserves
      limits.processes += reserves ? 16 : 0
      limits.recordsKiB = 8 << 10
      return CellServer(host: .executables(host: try built("hone-cell")), limits: limits)
    }
  }

  /// The absolute path of a language's interpreter or compiler.
  func program(of language: Language) throws(Missing) -> String {
    guard let path = language.places.first(where: FileManager.default.isExecutableFile) else {
      throw Missing(
        reason: """
          there is nothing to run \(language.rawValue) with; looked for \
          \(language.places.joined(separator: ", "))
          """)
    }
    return path
  }

  /// Ends the servers, so that nothing of a failure is left in them.
  func renew() { servers = [:] }

  // MARK: - Parts

  private func python(_ name: String) throws(Missing) -> CellServer {
    try server(name) { () throws(Missing) in
      let script = places.plugin.appending(path: "python_host.py").path
      guard FileManager.default.isReadableFile(atPath: script) else {
        throw Missing(reason: "there is no '\(script)'; it belongs to the plugin's folder")
      }
      return CellServer(
        host: .python(
          interpreter: try program(of: .python), script: script,
          library: try built("libHoneCell.so")),
        limits: settings.limits)
    }
  }

  private func server(
    _ name: String, _ make: () throws(Missing) -> CellServer
  ) throws(Missing) -> CellServer {
    if let server = servers[name] { return server }
    let server = try make()
    servers[name] = server
    return server
  }

  private func built(_ name: String) throws(Missing) -> String {
    let path = places.executables.appending(path: name).path
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw Missing(
        reason: "there is no '\(path)'; build the whole package, and keep it beside the executables"
      )
    }
    return path
  }
}
