import Foundation
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import ModelFiles

/// The file under test, where the environment names one.
private enum SmolLM2File {
  static let path = ProcessInfo.processInfo.environment["HONE_SMOLLM2"]
}

/// SmolLM2-135M-Instruct as llama.cpp's Q4_1 file, where `HONE_SMOLLM2` names it.
@Suite(
  .enabled(
    if: SmolLM2File.path != nil && SharedFiles.areHere,
    "SKIPPED: HONE_SMOLLM2 does not name SmolLM2-135M-Instruct.Q4_1.gguf"))
struct SmolLM2Tests {
  struct Vector: Decodable {
    let text: String
    let ids_parse_special_false: [Int]
  }

  @Test func `the summary is that of its data sheet`() throws {
    let summary = try ModelFile.inspect(#require(SmolLM2File.path))
    #expect(summary.types == ["Q8_0": 1, "Q4_1": 210, "F32": 61])
    #expect(summary.bytes == 98_362_432)
    let shape = summary.shape
    #expect(shape.vocabularySize == 49152 && shape.width == 576 && shape.blocks == 30)
    #expect(shape.heads == 9 && shape.kvHeads == 3 && shape.feedForwardWidth == 1536)
    #expect(shape.rotary.base == 100_000 && shape.normEpsilon == 1e-5 && shape.tiedHead)
    #expect(summary.tokenizer == "byte-level BPE, 49152 tokens")
    #expect(summary.template == .chatML)
  }

  @Test func `its whole tokenizer meets its vectors, also through a file`() throws {
    let file = try GGUFFile(#require(SmolLM2File.path))
    let tokenizer = try #require(try GGUFTokenizer.read(file))
    let copy = try TokenizerFile.read(tokenizer.tokenizerJSON())
    #expect(tokenizer.endOfSequence == [0, 2] && copy.endOfSequence == [0, 2])
    #expect(tokenizer.beginOfSequence == nil)
    let vectors = SharedFiles.root.appending(path: "data/tokenizer/smollm2_vectors.jsonl")
    for line in try String(contentsOf: vectors, encoding: .utf8).split(separator: "\n") {
      let vector = try JSONDecoder().decode(Vector.self, from: Data(line.utf8))
      #expect(try tokenizer.encode(vector.text) == vector.ids_parse_special_false)
      #expect(try copy.encode(vector.text) == vector.ids_parse_special_false)
      #expect(tokenizer.decode(vector.ids_parse_special_false) == vector.text)
    }
  }

  @Test func `it becomes a folder of the same weights`() throws {
    let model = try ModelFile.load(#require(SmolLM2File.path))
    let scratch = try Scratch()
    try ModelFolder.write(
      model.parameters, tokenizer: model.tokenizer, template: model.template,
      to: scratch.url("a"))
    let copy = try ModelFile.load(scratch.url("a").path)
    #expect(copy.parameters.shape == model.parameters.shape)
    #expect(copy.template == .chatML && copy.tokenizer?.endOfSequence == [0, 2])
    try ModelFolder.write(copy.parameters, tokenizer: nil, template: nil, to: scratch.url("b"))
    #expect(
      try Data(contentsOf: scratch.url("a/model.safetensors"))
        == Data(contentsOf: scratch.url("b/model.safetensors")))
  }
}
