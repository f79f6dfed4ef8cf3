import Foundation
import Tensors
import Testing
import Transformers

@testable import ModelFiles

@Suite struct SafetensorsFileTests {
  /// A file with the given header and 24 bytes of values.
  private func file(_ header: String, length: UInt64? = nil, bytes: Int = 24) -> Data {
    var length = (length ?? UInt64(header.utf8.count)).littleEndian
    return Data(bytes: &length, count: 8) + Data(header.utf8) + Data(count: bytes)
  }

  private let header = """
    {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
    "b":{"dtype":"BF16","shape":[4],"data_offsets":[16,24]}}
    """

  @Test func `names, shapes and types are read`() throws {
    let scratch = try Scratch()
    let tensors = try SafetensorsFile(scratch.file("x", file(header))).tensors
    #expect(tensors.map(\.name) == ["a", "b"])
    #expect(tensors.map(\.shape) == [[2, 2], [4]])
    #expect(tensors.map(\.type) == [.f32, .bf16])
    #expect(tensors[1].range.count == 8)
  }

  @Test func `half precision and bfloat16 become float32 in a model`() throws {
    let scratch = try Scratch()
    try ModelFolder.write(
      Parameters(smallShapes[0]), tokenizer: nil, template: nil, to: scratch.url("a"))
    let parameters = Parameters(smallShapes[0])
    var (members, values): ([String], Data) = ([], Data())
    for (index, entry) in parameters.table.entries.enumerated() {
      // 1.5 in either format, low byte first.
      let isHalf = index.isMultiple(of: 2)
      for _ in 0..<entry.count { values += isHalf ? [0x00, 0x3E] : [0xC0, 0x3F] }
      members.append(
        """
        "\(entry.name)":{"dtype":"\(isHalf ? "F16" : "BF16")","shape":\(entry.shape),\
        "data_offsets":[\(values.count - 2 * entry.count),\(values.count)]}
        """)
    }
    let header = file("{" + members.joined(separator: ",") + "}", bytes: 0)
    _ = try scratch.file("a/model.safetensors", header + values)
    let copy = try ModelFile.load(scratch.url("a").path).parameters
    #expect(copy.values.array.allSatisfy { $0 == 1.5 })
    #expect(try ModelFile.inspect(scratch.url("a").path).types == ["F16": 10, "BF16": 10])
  }

  struct Lie: Sendable, CustomTestStringConvertible {
    let part: String
    let other: String
    let message: String
    var testDescription: String { "\(part) → \(other)" }
  }

  @Test(arguments: [
    Lie(part: "[0,16]", other: "[0,20]", message: "data_offsets of 'a'"),
    Lie(part: "[0,16]", other: "[16,0]", message: "data_offsets of 'a'"),
    Lie(part: "[0,16]", other: "[-16,0]", message: "data_offsets of 'a'"),
    Lie(part: "[0,16]", other: "[0,16,32]", message: "data_offsets of 'a'"),
    Lie(part: "[0,16]", other: "[8,24]", message: "without a gap"),
    Lie(part: "[16,24]", other: "[0,8]", message: "overlap"),
    Lie(part: "[16,24]", other: "[9223372036854775800,9223372036854775807]", message: "'b' needs"),
    Lie(part: "[16,24]", other: "[17,25]", message: "'b' needs 25 bytes, but only 24"),
    Lie(part: "[2,2]", other: "[2,3]", message: "data_offsets of 'a'"),
    Lie(part: "[2,2]", other: "[-2,-2]", message: "shape of 'a'"),
    Lie(part: "[2,2]", other: "[4611686018427387904,4]", message: "shape of 'a'"),
    Lie(part: "[2,2]", other: "[4611686018427387904]", message: "data_offsets of 'a'"),
    Lie(part: "[2,2]", other: "[2,2.0]", message: "shape of 'a'"),
    Lie(part: "[2,2]", other: "4", message: "shape of 'a'"),
    Lie(part: "\"F32\"", other: "\"I32\"", message: "'a' is I32"),
    Lie(part: "\"F32\"", other: "\"Q4_0\"", message: "'a' is Q4_0"),
    Lie(part: "\"F32\"", other: "7", message: "dtype of 'a'"),
    Lie(part: "\"b\"", other: "\"a\"", message: "repeats the key 'a'"),
    Lie(part: ",\"data_offsets\":[0,16]", other: "", message: "data_offsets of 'a'"),
    Lie(part: "}}", other: "}", message: "not valid JSON"),
  ])
  func `each part of the header that lies is named`(lie: Lie) throws {
    let scratch = try Scratch()
    try #require(header.contains(lie.part))
    let index = try #require(
      header.range(of: lie.part, options: lie.part == "}}" ? .backwards : []))
    let path = try scratch.file("x", file(header.replacingCharacters(in: index, with: lie.other)))
    let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path) }
    #expect(error?.description.contains(lie.message) == true, "\(String(describing: error))")
    #expect(error?.path == path)
  }

  @Test(arguments: [UInt64(0), 1, 5000, 100_000_001, .max])
  func `a header's length that lies is refused`(length: UInt64) throws {
    let scratch = try Scratch()
    let path = try scratch.file("x", file(header, length: length))
    #expect(throws: ModelFileError.self) { try SafetensorsFile(path) }
  }

  @Test func `gaps, bytes behind the end and short files are refused`() throws {
    let scratch = try Scratch()
    let gap = header.replacing("[0,16]", with: "[8,24]").replacing("[16,24]", with: "[24,32]")
    for data in [
      file(header, bytes: 25), file(header, bytes: 23), file(gap, bytes: 32),
      Data([1, 2, 3]), Data(),
    ] {
      let path = try scratch.file("x", data)
      #expect(throws: ModelFileError.self) { try SafetensorsFile(path) }
    }
  }

  @Test func `what is no plain file is refused without waiting`() throws {
    let scratch = try Scratch()
    #expect(mkfifo(scratch.url("pipe").path, 0o600) == 0)
    for name in ["pipe", "absent", "."] {
      #expect(throws: ModelFileError.self) { try SafetensorsFile(scratch.url(name).path) }
    }
  }
}
