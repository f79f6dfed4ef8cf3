import Foundation
import Settings
import Glibc

/// A file of records, one a line, that only grows at its end or is cut there.
///
/// Each record is one write of a whole line, so a process that is killed leaves at most one torn
/// line, the last, which counts for nothing and is cut off as the file is opened.
final class RecordFile: Sendable {
  let url: URL
  private let handle: FileHandle

  /// Opens the file, which need not be there, and cuts a torn last line off.
  init(_ url: URL) throws(RunError) {
    self.url = url
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .system(
        operation: "open", path: url.path, reason: String(cString: strerror(errno)))
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    _ = try cut(after: nil)
  }

  /// Adds one record's bytes, which hold no line break.
  func append(_ record: Data) throws(RunError) {
    try run("append to") { try handle.write(contentsOf: record + Data("\n".utf8)) }
  }

  /// Waits until the records are on their disk.
  func synchronize() throws(RunError) {
    try run("sync") { try handle.synchronize() }
  }

  /// Cuts off all records but the first `count`.
  ///
  /// - Returns: The number of records that are left, which may be less.
  func cut(after count: Int?) throws(RunError) -> Int {
    let data = try contents()
    var (left, end) = (0, 0)
    for (index, byte) in data.enumerated() where byte == UInt8(ascii: "\n") {
      if left == count { break }
      left += 1
      end = index + 1
    }
    if end < data.count { try run("cut") { try handle.truncate(atOffset: UInt64(end)) } }
    return left
  }

  /// The whole records, without their line breaks.
  func records() throws(RunError) -> [Data] {
    try contents().split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }

  /// The whole records of a file that another holder may be writing to; the file stays as it is.
  static func records(in url: URL) throws(RunError) -> [Data] {
    let data = try contents(of: url)
    let end = data.lastIndex(of: UInt8(ascii: "\n")) ?? data.startIndex
    return data[..<end].split(separator: UInt8(ascii: "\n")).map { Data($0) }
  }

  // MARK: - Helpers

  private func contents() throws(RunError) -> Data { try Self.contents(of: url) }

  private static func contents(of url: URL) throws(RunError) -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw .system(operation: "read", path: url.path, reason: failureReason(error))
    }
  }

  private func run(_ operation: String, _ body: () throws -> Void) throws(RunError) {
    do {
      try body()
    } catch {
      throw .system(operation: operation, path: url.path, reason: failureReason(error))
    }
  }
}
