import Foundation

/// A file in memory, read only, mapped and not copied.
///
/// Nothing protects a mapped file from being cut by another process while it is read: the system
/// then ends this one. Files of models are written once, and replaced by renaming.
@safe final class MappedFile {
  let path: String
  /// Size in bytes.
  let count: Int
  private let base: UnsafeRawPointer

  /// Maps a file.
  ///
  /// - Throws: ``ModelFileError`` where the file cannot be opened, is empty, or is no plain file.
  init(_ path: String) throws(ModelFileError) {
    func failure(_ call: String) -> ModelFileError {
      ModelFileError(path, .system(call: call, reason: String(cString: strerror(errno))))
    }
    // Opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure("open") }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure("fstat") }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      throw ModelFileError(path, .malformed(part: "the file", expected: "a plain, non-empty file"))
    }
    let count = Int(status.st_size)
    guard let base = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe base != MAP_FAILED
    else { throw failure("mmap") }
    (self.path, self.count) = (path, count)
    unsafe self.base = UnsafeRawPointer(base)
  }

  deinit { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }

  /// Gives `body` the bytes of `range`.
  ///
  /// - Precondition: `range` lies in the file; readers check what a file says before they ask.
  func withBytes<R, E: Error>(
    of range: Range<Int>, _ body: (RawSpan) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) of \(count) bytes")
    let bytes = unsafe UnsafeRawBufferPointer(
      start: base + range.lowerBound, count: range.count)
    return try body(unsafe bytes.bytes)
  }

  /// A copy of the bytes of `range`.
  func data(of range: Range<Int>) -> Data {
    withBytes(of: range) { span in unsafe span.withUnsafeBytes { unsafe Data($0) } }
  }
}

/// Reads numbers and strings of a file from left to right, and never beyond its end.
struct FileCursor {
  let file: MappedFile
  private(set) var position: Int

  init(_ file: MappedFile, at position: Int = 0) {
    (self.file, self.position) = (file, position)
  }

  /// Bytes that are left.
  var available: Int { file.count - position }

  /// Steps over `bytes` bytes, and returns where they are.
  mutating func take(_ bytes: UInt64, _ part: String) throws(ModelFileError) -> Range<Int> {
    guard bytes <= UInt64(available) else {
      throw ModelFileError(
        file.path, .truncated(part: part, bytes: bytes, available: available))
    }
    let start = position
    position += Int(bytes)
    return start..<position
  }

  /// A little-endian integer.
  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, _ part: String
  ) throws(ModelFileError) -> T {
    let range = try take(UInt64(MemoryLayout<T>.size), part)
    return file.withBytes(of: range) { span in
      T(littleEndian: unsafe span.unsafeLoadUnaligned(as: T.self))
    }
  }

  /// A UTF-8 string of `bytes` bytes.
  mutating func string(bytes: UInt64, _ part: String) throws(ModelFileError) -> String {
    let range = try take(bytes, part)
    guard let text = String(validating: file.data(of: range), as: UTF8.self) else {
      throw ModelFileError(file.path, .malformed(part: part, expected: "UTF-8"))
    }
    return text
  }
}
