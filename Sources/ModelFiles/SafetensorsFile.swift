import Foundation
import Tensors
import Tokenizers

/// The tensors of a `.safetensors` file: a length, a JSON header, and the values.
///
/// The header is believed only as far as the file bears it out: types, sizes and offsets agree, and
/// the tensors cover the values without overlap or gap.
struct SafetensorsFile {
  let tensors: [StoredTensor]
  private static let headerLimit: UInt64 = 100_000_000

  /// Reads the header of a file.
  ///
  /// - Throws: ``ModelFileError`` that says which part of the header is wrong.
  init(_ path: String) throws(ModelFileError) {
    let file = try MappedFile(path)
    var cursor = FileCursor(file)
    let length = try cursor.integer(UInt64.self, "the header's length")
    guard length <= Self.headerLimit else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the header's length", expected: "at most \(Self.headerLimit), not \(length)"))
    }
    let header = try cursor.take(length, "the header")
    let json: OrderedJSON
    do {
      json = try OrderedJSON(parsing: file.data(of: header))
    } catch {
      throw ModelFileError(path, .notJSON(error))
    }
    guard let members = json.members else {
      throw ModelFileError(path, .malformed(part: "the header", expected: "a JSON object"))
    }
    var tensors: [StoredTensor] = []
    for member in members where member.key != "__metadata__" {
      tensors.append(
        try Self.tensor(member.key, member.value, file: file, start: cursor.position))
    }
    try Self.checkCoverage(of: tensors, from: cursor.position, in: file)
    self.tensors = tensors
  }

  private static func tensor(
    _ name: String, _ entry: OrderedJSON, file: MappedFile, start: Int
  ) throws(ModelFileError) -> StoredTensor {
    func malformed(_ part: String, _ expected: String) -> ModelFileError {
      ModelFileError(file.path, .malformed(part: "\(part) of '\(name)'", expected: expected))
    }
    guard let typeName = entry["dtype"].string else { throw malformed("dtype", "a name") }
    guard let type = StoredNumbers(rawValue: typeName), type.blockValues == 1 else {
      throw ModelFileError(
        file.path,
        .unsupported(
          part: "the type of '\(name)'", value: typeName, supported: "F32, F16 or BF16 weights"))
    }
    let shape = entry["shape"].array?.compactMap(\.integer) ?? []
    guard shape.count == entry["shape"].array?.count, shape.count <= 8 else {
      throw malformed("shape", "a list of at most 8 integers")
    }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { throw malformed("shape", "positive and countable") }
      count = product
    }
    let offsets = entry["data_offsets"].array?.compactMap(\.integer) ?? []
    guard offsets.count == 2, entry["data_offsets"].array?.count == 2,
      offsets[0] >= 0, offsets[1] >= offsets[0]
    else { throw malformed("data_offsets", "two ascending integers") }
    guard offsets[1] <= file.count - start else {
      throw ModelFileError(
        file.path,
        .truncated(
          part: "the tensor '\(name)'", bytes: UInt64(offsets[1]), available: file.count - start))
    }
    guard let bytes = type.bytes(ofValues: count), bytes == offsets[1] - offsets[0] else {
      throw malformed(
        "data_offsets", "as long as \(count) values of \(typeName), not \(offsets[1] - offsets[0])")
    }
    return StoredTensor(
      name: name, shape: shape, type: type, file: file,
      range: start + offsets[0]..<start + offsets[1])
  }

  private static func checkCoverage(
    of tensors: [StoredTensor], from start: Int, in file: MappedFile
  ) throws(ModelFileError) {
    var end = start
    var previous = "the header"
    let sorted = tensors.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for tensor in sorted {
      guard tensor.range.lowerBound >= end else {
        throw ModelFileError(file.path, .overlappingTensors(previous, tensor.name))
      }
      guard tensor.range.lowerBound == end else {
        throw ModelFileError(
          file.path, .malformed(part: "the start of '\(tensor.name)'", expected: "without a gap"))
      }
      (end, previous) = (tensor.range.upperBound, tensor.name)
    }
    guard end == file.count else {
      throw ModelFileError(
        file.path, .malformed(part: "the end of the file", expected: "the end of the last tensor"))
    }
  }
}
