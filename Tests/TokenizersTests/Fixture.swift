import Foundation
import Tokenizers

/// Files beside the tests.
enum Fixture {
  static func data(_ name: String) throws -> Data {
    try Data(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures/\(name)"))
  }

  /// The part of SmolLM2's tokenizer (Apache-2.0) that its test vectors touch: every merge whose
  /// result occurs in one of their words, and the ids as they are.
  static func smolLM2() throws -> ByteLevelBPE {
    try ByteLevelBPE(tokenizerJSON: data("smollm2-subset.tokenizer.json"))
  }
}

/// A tiny byte-level tokenizer: all bytes, `Ġ` pairs, `ab`, `abc`, and two added tokens.
func tinyTokenizer(
  preTokenizer: PreTokenizer = .gpt2, normalizesToNFC: Bool = false, ignoresMerges: Bool = false,
  beginOfSequence: Int? = nil
) throws -> ByteLevelBPE {
  let ranges: [ClosedRange<UInt32>] = [0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF, 0x100...0x143]
  let alphabet = ranges.joined().compactMap(Unicode.Scalar.init).map { String($0) }
  return try ByteLevelBPE(
    vocabulary: alphabet + ["ab", "abc", "bc", "whole", "<|im_end|>", "<think>"],
    merges: [("b", "c"), ("a", "b"), ("a", "bc")],
    added: [
      AddedToken(id: 260, text: "<|im_end|>", isSpecial: true),
      AddedToken(id: 261, text: "<think>", isSpecial: false),
    ],
    preTokenizer: preTokenizer, normalizesToNFC: normalizesToNFC, ignoresMerges: ignoresMerges,
    beginOfSequence: beginOfSequence)
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

  /// Text of scalars from all planes.
  mutating func text(scalars count: Int) -> String {
    var view = String.UnicodeScalarView()
    while view.count < count {
      let limit: UInt32 = [0x80, 0x800, 0x10000, 0x110000].randomElement(using: &self) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) {
        view.append(scalar)
      }
    }
    return String(view)
  }
}
