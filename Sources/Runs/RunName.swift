import Foundation

/// Names that are given to runs, stages and files, and the numbers that tell runs apart.
package enum RunName {
  /// Refuses what could lie elsewhere, hide, or be read as an option.
  package static func check(_ name: String, of kind: String) throws(RunError) {
    let allowed = name.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
    guard let first = name.utf8.first, isLetterOrDigit(first), allowed, name.utf8.count <= 100
    else { throw .unusableName(kind: kind, name: name) }
  }

  /// Makes `<runs>/<name>-<n>`, with the number after the highest one that is there.
  ///
  /// Of two processes that choose the same number, the one that makes the folder first has it, and
  /// the other one goes on to the next.
  static func makeNextFolder(in runs: URL, name: String) throws -> URL {
    while true {
      let numbers = try FileManager.default.contentsOfDirectory(atPath: runs.path)
        .filter { $0.hasPrefix(name + "-") }
        .compactMap { Int32($0.dropFirst(name.count + 1)) }.filter { $0 > 0 }
      let url = runs.appending(path: "\(name)-\(Int(numbers.max() ?? 0) + 1)")
      do {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        return url
      } catch CocoaError.fileWriteFileExists {
        continue
      }
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
