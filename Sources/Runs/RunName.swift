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
        .compactMap { number(of: $0, pipeline: name) }
      guard let next = Int32(exactly: (numbers.max() ?? 0) + 1) else {
        throw RunError.system(
          operation: "number a run in", path: runs.path,
          reason: "'\(name)-\(Int32.max)' is there, and no number is greater")
      }
      let url = runs.appending(path: "\(name)-\(next)")
      do {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        return url
      } catch CocoaError.fileWriteFileExists {
        continue
      }
    }
  }

  /// The number of a pipeline's run, the `12` of `nightly-12`; nil for a name that such a run does not
  /// get.
  package static func number(of run: String, pipeline: String) -> Int? {
    guard run.hasPrefix(pipeline + "-") else { return nil }
    let digits = run.dropFirst(pipeline.count + 1)
    guard digits.first != "0", digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int32(digits).map(Int.init)
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
