import Foundation
import Tensors
import Tokenizers

/// Writes tensors as float32 in a `.safetensors` file.
enum SafetensorsWriter {
  /// Writes the header, padded to eight bytes, and the values in the order of `tensors`.
  ///
  /// - Throws: ``ModelFileError`` where the system refuses, e.g. on a full disk.
  static func write(
    _ tensors: [(name: String, shape: [Int], matrix: Matrix)], to file: borrowing FileWriter
  ) throws(ModelFileError) {
    var members = [OrderedJSON.Member("__metadata__", .object(["format": .string("pt")]))]
    var offset = 0
    for (name, shape, matrix) in tensors {
      precondition(
        shape.reduce(1, *) == matrix.count, "'\(name)' of shape \(shape) has \(matrix.count) values"
      )
      let end = offset + matrix.count * MemoryLayout<Float>.size
      members.append(
        OrderedJSON.Member(
          name,
          .object([
            "dtype": .string("F32"), "shape": .array(shape.map(OrderedJSON.integer)),
            "data_offsets": .array([.integer(offset), .integer(end)]),
          ])))
      offset = end
    }
    var header = OrderedJSON.object(members).serialized()
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -header.count & 7))
    var length = UInt64(header.count).littleEndian
    try file.write(unsafe withUnsafeBytes(of: &length) { unsafe Data($0) })
    try file.write(header)
    for (_, _, matrix) in tensors {
      for range in rowRanges(of: matrix) { try file.write(matrix.buffer, range) }
    }
  }

  /// The stretches of a matrix's buffer that hold its values, in order.
  static func rowRanges(of matrix: Matrix) -> [Range<Int>] {
    guard matrix.count > 0 else { return [] }
    guard !matrix.isContiguous else { return [matrix.offset..<matrix.offset + matrix.count] }
    return (0..<matrix.rows).map { row in
      let start = matrix.offset + row * matrix.stride
      return start..<start + matrix.columns
    }
  }
}

/// A new file that is being written; closed at the end of its life.
@safe struct FileWriter: ~Copyable {
  private let path: String
  private let descriptor: Int32

  /// Creates a file that must not exist yet.
  init(creating path: String) throws(ModelFileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw failure("open") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ data: Data) throws(ModelFileError) {
    let result = unsafe data.withUnsafeBytes { bytes in unsafe writeAll(bytes) }
    if !result { throw failure("write") }
  }

  func write(_ buffer: FloatBuffer, _ range: Range<Int>) throws(ModelFileError) {
    let result = buffer.withBytes(of: range) { bytes in
      unsafe writeAll(UnsafeRawBufferPointer(bytes))
    }
    if !result { throw failure("write") }
  }

  /// Waits until the disk has the file.
  func synchronize() throws(ModelFileError) {
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    while position < bytes.count {
      guard let base = bytes.baseAddress else { return true }
      let written = unsafe Foundation.write(
        descriptor, base + position, min(bytes.count - position, 1 << 30))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return false }
      position += written
    }
    return true
  }

  private func failure(_ call: String) -> ModelFileError {
    ModelFileError(path, .system(call: call, reason: String(cString: strerror(errno))))
  }
}
