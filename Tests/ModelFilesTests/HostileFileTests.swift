import Foundation
import Testing
import Tokenizers
import Transformers

@testable import ModelFiles

/// Thousands of damaged files: each gives a model or a typed error, and never a crash.
@Suite struct HostileFileTests {
  private func check(
    _ data: Data, rounds: Int, seed: UInt64, write: (Data) throws -> String
  ) throws {
    var generator = SeededGenerator(state: seed)
    var refused = 0
    for _ in 0..<rounds {
      let path = try write(generator.flipped(data))
      do {
        _ = try ModelFile.load(path)
      } catch is ModelFileError {
        refused += 1
      }
    }
    #expect(refused > rounds / 3 && refused < rounds)
  }

  @Test func `damaged GGUF files`() throws {
    let scratch = try Scratch()
    var builder = GGUFBuilder.model(Parameters(smallShapes[0]), architecture: "llama")
    builder.metadata += [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .strings(["a", "b", "ab", "<|im_end|>"])),
      ("tokenizer.ggml.token_type", .int32s([1, 1, 1, 3])),
      ("tokenizer.ggml.merges", .strings(["a b"])), ("tokenizer.ggml.eos_token_id", .uint32(3)),
    ]
    try check(builder.data(), rounds: 1500, seed: 1) { try scratch.file("x.gguf", $0) }
  }

  @Test func `damaged weights of a folder`() throws {
    let scratch = try Scratch()
    let folder = scratch.url("a")
    try ModelFolder.write(Parameters(smallShapes[0]), tokenizer: nil, template: nil, to: folder)
    let data = try Data(contentsOf: folder.appending(path: "model.safetensors"))
    try check(data, rounds: 1000, seed: 2) {
      try $0.write(to: folder.appending(path: "model.safetensors"))
      return folder.path
    }
  }

  @Test(arguments: [
    "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json",
  ])
  func `damaged descriptions of a folder`(name: String) throws {
    let scratch = try Scratch()
    let folder = scratch.url("a")
    try ModelFolder.write(
      Parameters(smallShapes[0]), tokenizer: CharacterTokenizer.standard, template: .chatML,
      to: folder)
    let data = try Data(contentsOf: folder.appending(path: name))
    try check(data, rounds: 400, seed: 3) {
      try $0.write(to: folder.appending(path: name))
      return folder.path
    }
  }

  @Test func `damaged llama2 c checkpoints`() throws {
    let scratch = try Scratch()
    let header: [UInt8] = [
      4, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0,
    ]
    let data = Data(header) + Data(count: 4 * 170)
    try check(data, rounds: 1000, seed: 4) { try scratch.file("x.bin", $0) }
  }
}
