import Foundation
import Tensors
import TestSupport
import Testing
import Transformers

@testable import ModelFiles

@Suite struct Llama2FileTests {
  /// One block, width 4, two heads of width 2, one of them for keys; every value is its position.
  private func file(_ header: [Int32] = [4, 6, 1, 2, 1, 8, 3]) -> Data {
    let header = Data(
      header.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
    // Embedding 32, norms 4 + 4 + 4, queries 16, keys 8, values 8, output 16, gate, down and up 24
    // each, and 3 positions of cosines and sines of one pair.
    let count = 32 + 12 + 16 + 8 + 8 + 16 + 72 + 6
    return header + GGUFBuilder.bytes((0..<count).map(Float.init))
  }

  @Test func `values are found in llama2.c's order`() throws {
    let scratch = try Scratch()
    let parameters = try ModelFile.load(scratch.file("x.bin", file())).parameters
    func values(_ name: String) -> [Float] { parameters.matrix(name).array }
    #expect(parameters.shape.kvHeads == 1 && parameters.shape.tiedHead)
    #expect(values("model.embed_tokens.weight") == (0..<32).map(Float.init))
    #expect(values("model.layers.0.input_layernorm.weight") == [32, 33, 34, 35])
    // Heads of width 2 have one pair, whose order is the same in both rotary orders.
    #expect(values("model.layers.0.self_attn.q_proj.weight") == (36..<52).map(Float.init))
    #expect(values("model.layers.0.self_attn.k_proj.weight") == (52..<60).map(Float.init))
    #expect(values("model.layers.0.self_attn.o_proj.weight") == (68..<84).map(Float.init))
    #expect(values("model.layers.0.post_attention_layernorm.weight") == (84..<88).map(Float.init))
    #expect(values("model.layers.0.mlp.gate_proj.weight") == (88..<112).map(Float.init))
    #expect(values("model.layers.0.mlp.down_proj.weight") == (112..<136).map(Float.init))
    #expect(values("model.layers.0.mlp.up_proj.weight") == (136..<160).map(Float.init))
    #expect(values("model.norm.weight") == (160..<164).map(Float.init))
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `a real checkpoint is read to its last byte`() throws {
    let file = SharedFiles.root.appending(path: "data/models/stories260K/stories260K.bin")
    let summary = try ModelFile.inspect(file.path)
    #expect(summary.format == .llama2c && summary.tokenizer == nil)
    #expect(summary.shape.vocabularySize == 512 && summary.shape.blocks == 5)
    #expect(summary.shape.heads == 8 && summary.shape.kvHeads == 4)
    let values = try ModelFile.load(file.path).parameters.values.array
    #expect(values.allSatisfy { $0.isFinite && abs($0) < 100 })
  }

  @Test(
    arguments: [
      [5, 6, 1, 2, 1, 8, 3], [4, 6, 1, 0, 1, 8, 3], [4, 6, 1, -2, 1, 8, 3], [-4, 6, 1, 2, 1, 8, 3],
      [4, -6, 1, 2, 1, 8, 3], [4, 6, 0, 2, 1, 8, 3], [4, 6, 1 << 30, 2, 1, 8, 3],
      [4, 6, 2, 2, 1, 8, 3], [4, 6, 1, 2, 3, 8, 3], [4, 6, 1, 2, 1, 0, 3], [4, 6, 1, 2, 1, -8, 3],
      [4, 6, 1, 2, 1, .min, 3], [4, 6, 1, 2, 1, 8, 2], [4, 6, 1, 2, 1, 8, .max],
      [4, 6, 1, 2, 1, 8, -1], [.max, .max, .max, .max, .max, .max, .max], [],
    ] as [[Int32]])
  func `a header that lies is refused`(header: [Int32]) throws {
    let scratch = try Scratch()
    let path = try scratch.file("x.bin", file(header))
    #expect(throws: ModelFileError.self) { try ModelFile.load(path) }
  }
}
