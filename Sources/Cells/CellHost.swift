/// What a server of cells is started as.
package enum CellHost: Equatable, Sendable {
  /// A warm Python whose forks run Python programs.
  ///
  /// - Parameters:
  ///   - interpreter: Absolute path of the real interpreter, no shim.
  ///   - script: The script that preloads modules and loads the library.
  ///   - library: The dynamic library of this package that makes cells.
  case python(interpreter: String, script: String, library: String)
  /// The executable of this package that runs other executables.
  case executables(host: String)

  /// The words that start it.
  func words(_ limits: CellLimits) -> [String] {
    switch self {
    // Not -I, which would ignore the seed of string hashes; the environment is the server's own.
    case .python(let interpreter, let script, let library):
      [interpreter, "-s", "-S", script, library, limits.options]
    case .executables(let host): [host, limits.options]
    }
  }
}
