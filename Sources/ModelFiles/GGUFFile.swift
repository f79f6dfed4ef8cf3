import Foundation
import Tensors

/// The metadata and the tensors of a GGUF file, versions 2 and 3, under GGUF's own names.
///
/// Every count, length, offset and product is held against the file's size before it is used.
struct GGUFFile {
  let file: MappedFile
  let metadata: [String: GGUFValue]
  let tensors: [StoredTensor]

  static let string: UInt32 = 8
  private static let array: UInt32 = 9

  /// Reads a file's header.
  ///
  /// - Throws: ``ModelFileError`` that says which part of the header is wrong.
  init(_ path: String) throws(ModelFileError) {
    file = try MappedFile(path)
    var cursor = FileCursor(file)
    guard try cursor.integer(UInt32.self, "the magic number") == 0x4655_4747 else {
      throw ModelFileError(path, .malformed(part: "the magic number", expected: "'GGUF'"))
    }
    let version = try cursor.integer(UInt32.self, "the version")
    guard version == 2 || version == 3 else {
      throw ModelFileError(
        path,
        .unsupported(
          part: "the version", value: "\(version)", supported: "GGUF version 2 or 3, little-endian")
      )
    }
    let tensorCount = try cursor.integer(UInt64.self, "the number of tensors")
    let metadataCount = try cursor.integer(UInt64.self, "the number of metadata values")
    // A value takes at least 8 + 4 + 1 bytes, a tensor's entry 8 + 4 + 8 + 4 + 8.
    for (part, count, size) in [
      ("the number of metadata values", metadataCount, 13),
      ("the number of tensors", tensorCount, 32),
    ] where count > UInt64(cursor.available / size) {
      throw ModelFileError(
        path,
        .truncated(
          part: "\(part) (\(count))", bytes: count &* UInt64(size), available: cursor.available))
    }
    metadata = try Self.metadata(count: Int(metadataCount), &cursor)
    tensors = try Self.tensors(count: Int(tensorCount), metadata: metadata, &cursor)
  }

  // MARK: - Metadata

  private static func metadata(
    count: Int, _ cursor: inout FileCursor
  ) throws(ModelFileError) -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<count {
      let length = try cursor.integer(UInt64.self, "the length of a metadata key")
      let key = try cursor.string(bytes: length, "a metadata key")
      let type = try cursor.integer(UInt32.self, "the type of '\(key)'")
      let value = try value(of: type, "'\(key)'", &cursor)
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw ModelFileError(
          cursor.file.path, .malformed(part: "the metadata", expected: "without a second '\(key)'"))
      }
    }
    return metadata
  }

  private static func value(
    of type: UInt32, _ part: String, _ cursor: inout FileCursor
  ) throws(ModelFileError) -> GGUFValue {
    switch type {
    case 0: return .integer(Int(try cursor.integer(UInt8.self, part)))
    case 1: return .integer(Int(try cursor.integer(Int8.self, part)))
    case 2: return .integer(Int(try cursor.integer(UInt16.self, part)))
    case 3: return .integer(Int(try cursor.integer(Int16.self, part)))
    case 4: return .integer(Int(try cursor.integer(UInt32.self, part)))
    case 5: return .integer(Int(try cursor.integer(Int32.self, part)))
    case 6:
      return .number(Double(Float(bitPattern: try cursor.integer(UInt32.self, part))))
    case 7: return .bool(try cursor.integer(UInt8.self, part) != 0)
    case string:
      let length = try cursor.integer(UInt64.self, "the length of \(part)")
      return .string(try cursor.string(bytes: length, part))
    case array: return try arrayValue(part, &cursor)
    case 10:
      let value = try cursor.integer(UInt64.self, part)
      return Int(exactly: value).map(GGUFValue.integer) ?? .number(Double(value))
    case 11: return .integer(Int(try cursor.integer(Int64.self, part)))
    case 12: return .number(Double(bitPattern: try cursor.integer(UInt64.self, part)))
    default:
      throw ModelFileError(
        cursor.file.path,
        .malformed(part: "the type of \(part)", expected: "a metadata type in 0...12, not \(type)"))
    }
  }

  private static func arrayValue(
    _ part: String, _ cursor: inout FileCursor
  ) throws(ModelFileError) -> GGUFValue {
    let element = try cursor.integer(UInt32.self, "the element type of \(part)")
    let count = try cursor.integer(UInt64.self, "the number of elements of \(part)")
    let position = cursor.position
    let sizes: [UInt32: UInt64] = [
      0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, string: 8, 10: 8, 11: 8, 12: 8,
    ]
    guard let size = sizes[element] else {
      throw ModelFileError(
        cursor.file.path,
        .malformed(
          part: "the element type of \(part)", expected: "a number or a string, not \(element)"))
    }
    guard count <= UInt64(cursor.available) / size else {
      throw ModelFileError(
        cursor.file.path,
        .truncated(part: part, bytes: count &* size, available: cursor.available))
    }
    if element == string {
      for _ in 0..<count {
        _ = try cursor.take(try cursor.integer(UInt64.self, "a string's length in \(part)"), part)
      }
    } else {
      _ = try cursor.take(count * size, part)
    }
    return .array(element: element, count: Int(count), position: position)
  }

  // MARK: - Tensors

  private static let formats: [UInt32: StoredNumbers] = [
    0: .f32, 1: .f16, 2: .q40, 3: .q41, 6: .q50, 7: .q51, 8: .q80, 12: .q4K, 13: .q5K, 14: .q6K,
    30: .bf16,
  ]

  private struct Entry {
    let name: String
    let shape: [Int]
    let type: StoredNumbers
    let offset: UInt64
    let bytes: Int
  }

  private static func tensors(
    count: Int, metadata: [String: GGUFValue], _ cursor: inout FileCursor
  ) throws(ModelFileError) -> [StoredTensor] {
    let file = cursor.file
    var alignment = 32
    if let value = metadata["general.alignment"] {
      guard case .integer(let given) = value, (8...1 << 20).contains(given),
        given & (given - 1) == 0
      else {
        throw ModelFileError(
          file.path,
          .malformed(part: "'general.alignment'", expected: "a power of two in 8...\(1 << 20)"))
      }
      alignment = given
    }
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try entry(&cursor)) }
    let start = (cursor.position + alignment - 1) / alignment * alignment
    var tensors: [StoredTensor] = []
    for entry in entries {
      guard entry.offset.isMultiple(of: UInt64(alignment)) else {
        throw ModelFileError(
          file.path,
          .malformed(
            part: "the offset of '\(entry.name)'",
            expected: "a multiple of \(alignment), not \(entry.offset)"))
      }
      let available = max(0, file.count - start)
      guard entry.offset <= UInt64(available), entry.bytes <= available - Int(entry.offset) else {
        throw ModelFileError(
          file.path,
          .truncated(
            part: "the tensor '\(entry.name)' at offset \(entry.offset)",
            bytes: UInt64(entry.bytes), available: available))
      }
      let first = start + Int(entry.offset)
      tensors.append(
        StoredTensor(
          name: entry.name, shape: entry.shape, type: entry.type, file: file,
          range: first..<first + entry.bytes))
    }
    let sorted = tensors.sorted { $0.range.lowerBound < $1.range.lowerBound }
    for (left, right) in zip(sorted, sorted.dropFirst())
    where left.range.upperBound > right.range.lowerBound {
      throw ModelFileError(file.path, .overlappingTensors(left.name, right.name))
    }
    return tensors
  }

  private static func entry(_ cursor: inout FileCursor) throws(ModelFileError) -> Entry {
    let path = cursor.file.path
    let length = try cursor.integer(UInt64.self, "the length of a tensor's name")
    let name = try cursor.string(bytes: length, "a tensor's name")
    let dimensions = try cursor.integer(UInt32.self, "the number of dimensions of '\(name)'")
    guard (1...4).contains(dimensions) else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the number of dimensions of '\(name)'", expected: "in 1...4, not \(dimensions)"))
    }
    var shape: [Int] = []
    var count = 1
    for _ in 0..<dimensions {
      let size = try cursor.integer(UInt64.self, "a dimension of '\(name)'")
      let (product, overflow) = count.multipliedReportingOverflow(
        by: Int(truncatingIfNeeded: size))
      guard size > 0, size <= UInt64(Int.max), !overflow else {
        throw ModelFileError(
          path,
          .malformed(
            part: "a dimension of '\(name)'", expected: "positive and countable, not \(size)"))
      }
      count = product
      shape.insert(Int(size), at: 0)  // GGUF lists the innermost first
    }
    let typeNumber = try cursor.integer(UInt32.self, "the type of '\(name)'")
    let offset = try cursor.integer(UInt64.self, "the offset of '\(name)'")
    guard let type = formats[typeNumber] else {
      let known = StoredNumbers.allCases.map(\.rawValue).joined(separator: ", ")
      throw ModelFileError(
        path,
        .unsupported(
          part: "the type of '\(name)'", value: "number \(typeNumber) of GGML's types",
          supported: known))
    }
    guard let columns = shape.last, columns.isMultiple(of: type.blockValues),
      let bytes = type.bytes(ofValues: count)
    else {
      throw ModelFileError(
        path,
        .malformed(
          part: "the innermost dimension of '\(name)'",
          expected: "a multiple of \(type.blockValues) for \(type.rawValue), in \(shape)"))
    }
    return Entry(name: name, shape: shape, type: type, offset: offset, bytes: bytes)
  }
}
