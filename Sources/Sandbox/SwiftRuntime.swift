import Foundation

/// Where the libraries of Swift lie that executables of this package need.
enum SwiftRuntime {
  /// Folders of the Swift libraries that this process has loaded, but for those of the system,
  /// which a jail shows anyway; empty where Swift is linked in.
  static let folders: [String] = folders(maps: loadedFiles())

  /// The folders of Swift's core library in the text of a `/proc/PID/maps`.
  static func folders(maps: String) -> [String] {
    let paths = maps.split(separator: "\n").compactMap { line in
      line.firstIndex(of: "/").map { String(line[$0...]) }
    }
    let folders = paths.filter { $0.hasSuffix("/libswiftCore.so") }
      .map { String($0.dropLast("/libswiftCore.so".count)) }
    return Set(folders).filter { !$0.isEmpty && !$0.hasPrefix("/usr/") && !$0.hasPrefix("/lib") }
      .sorted()
  }

  private static func loadedFiles() -> String {
    do {
      // A handle reads to the end; reading the file as a whole trusts its size, which is 0.
      let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps"))
      defer { file.closeFile() }
      return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    } catch {
      return ""  // without /proc nothing can be jailed either, and the trial of the jail says so
    }
  }
}
