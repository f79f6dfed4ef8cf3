import Foundation
import Tensors
import Tokenizers
import Transformers

/// A folder of a test's own, removed with it.
final class Scratch {
  let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "hone-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit {
    do { try FileManager.default.removeItem(at: root) } catch { print("left \(root): \(error)") }
  }

  func url(_ name: String) -> URL { root.appending(path: name) }

  /// Writes a file and returns its path.
  func file(_ name: String, _ data: Data) throws -> String {
    try data.write(to: url(name))
    return url(name).path
  }

  /// Names in the folder, hidden ones included.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  /// - SeeAlso: Steele, Lea and Flood 2014 (SplitMix).
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  /// `data` with one to four bytes replaced, mostly among the first.
  mutating func flipped(_ data: Data) -> Data {
    var data = data
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let limit = Bool.random(using: &self) ? data.count : min(data.count, 400)
      data[Int.random(in: 0..<limit, using: &self)] =
        [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &self)]
        .randomElement(using: &self) ?? 0
    }
    return Bool.random(using: &self)
      ? data : data.prefix(Int.random(in: 0...data.count, using: &self))
  }
}

/// Shapes of the three families, small enough for thousands of files.
let smallShapes: [TransformerShape] = [
  TransformerShape(
    vocabularySize: 64, width: 8, blocks: 2, heads: 2, kvHeads: 1, headWidth: 4,
    feedForwardWidth: 12, normEpsilon: 1e-5, maxPositions: 32),
  TransformerShape(
    vocabularySize: 64, width: 8, blocks: 1, heads: 2, kvHeads: 2, headWidth: 4,
    feedForwardWidth: 12, normEpsilon: 1e-6,
    rotary: Rotary(
      base: 500_000,
      scaling: .llama3(factor: 32, lowFrequency: 1, highFrequency: 4, originalPositions: 8192)),
    tiedHead: false),
  TransformerShape(
    vocabularySize: 64, width: 8, blocks: 1, heads: 2, kvHeads: 1, headWidth: 4,
    feedForwardWidth: 12, rotary: Rotary(base: 1_000_000, scaling: .linear(factor: 2.5)),
    attentionBias: true),
  TransformerShape(
    vocabularySize: 64, width: 8, blocks: 1, heads: 2, kvHeads: 1, headWidth: 6,
    feedForwardWidth: 12, queryKeyNorm: true),
]

/// Parameters of random bits: subnormal numbers, infinities and NaN are among them.
func randomParameters(_ shape: TransformerShape, seed: UInt64) -> Parameters {
  let parameters = Parameters(shape)
  var generator = SeededGenerator(state: seed)
  for index in 0..<parameters.values.count {
    parameters.values[index] = Float(
      bitPattern: UInt32.random(in: .min ... .max, using: &generator))
  }
  return parameters
}

extension Parameters {
  /// The bits of all values: NaN equals itself here.
  var bits: [UInt32] { values.array.map(\.bitPattern) }
}
