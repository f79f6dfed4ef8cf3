package import Foundation

/// Float32 tensors of a small safetensors file, read the shortest way: a reference for tests.
package struct TensorFixture {
  package let tensors: [String: (shape: [Int], values: [Float])]

  package init(_ url: URL) throws {
    let data = try Data(contentsOf: url)
    let length = data.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any]
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    for (name, entry) in header ?? [:] where name != "__metadata__" {
      guard let entry = entry as? [String: Any], let shape = entry["shape"] as? [Int],
        let offsets = entry["data_offsets"] as? [Int], entry["dtype"] as? String == "F32"
      else { throw CocoaError(.fileReadCorruptFile) }
      let bytes = data[(8 + length + offsets[0])..<(8 + length + offsets[1])]
      tensors[name] = (
        shape,
        bytes.withUnsafeBytes { bytes in
          (0..<bytes.count / 4).map {
            bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
          }
        }
      )
    }
    self.tensors = tensors
  }
}
