import Foundation
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import ModelFiles

@Suite struct ModelConfigurationTests {
  private let llama = """
    {"architectures":["LlamaForCausalLM"],"hidden_act":"silu","hidden_size":64,
    "intermediate_size":144,"num_attention_heads":4,"num_hidden_layers":3,"vocab_size":96,
    "rms_norm_eps":1e-05,"max_position_embeddings":128,"tie_word_embeddings":true}
    """

  private func shape(_ text: String) throws -> TransformerShape {
    try ModelConfiguration(OrderedJSON(parsing: Data(text.utf8)), path: "config.json").shape
  }

  /// The Llama file with more keys.
  private func with(_ keys: String) -> String {
    llama.replacing("{\"arch", with: "{\(keys),\"arch")
  }

  @Test func `absent keys have the family's defaults`() throws {
    let shape = try shape(llama)
    #expect(
      shape
        == TransformerShape(
          vocabularySize: 96, width: 64, blocks: 3, heads: 4, kvHeads: 4, headWidth: 16,
          feedForwardWidth: 144, normEpsilon: 1e-5, maxPositions: 128))
    let untied = try self.shape(llama.replacing(",\"tie_word_embeddings\":true", with: ""))
    #expect(!untied.tiedHead)
    let qwen3 = try self.shape(llama.replacing("LlamaFor", with: "Qwen3For"))
    #expect(qwen3.queryKeyNorm && qwen3.headWidth == 128)
    #expect(try self.shape(llama.replacing("LlamaFor", with: "Qwen2For")).attentionBias)
  }

  @Test func `old and new spellings of the rotary settings agree`() throws {
    let scaling = """
      "rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,\
      "original_max_position_embeddings":8192
      """
    let old = try shape(with("\"rope_theta\":500000.0,\"rope_scaling\":{\(scaling)}"))
    let new = try shape(with("\"rope_parameters\":{\"rope_theta\":500000.0,\(scaling)}"))
    #expect(old == new)
    #expect(
      old.rotary
        == Rotary(
          base: 500_000,
          scaling: .llama3(
            factor: 8, lowFrequency: 1, highFrequency: 4, originalPositions: 8192)))
    let linear = try shape(with("\"rope_scaling\":{\"type\":\"linear\",\"factor\":2}"))
    #expect(linear.rotary == Rotary(base: 10000, scaling: .linear(factor: 2)))
    #expect(try shape(with("\"rope_scaling\":null")).rotary == Rotary())
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let keys: String
    let message: String
    var testDescription: String { keys }
  }

  @Test(arguments: [
    Refusal(keys: "\"attention_bias\":true", message: "'attention_bias'"),
    Refusal(keys: "\"mlp_bias\":true", message: "'mlp_bias'"),
    Refusal(keys: "\"use_sliding_window\":true", message: "'use_sliding_window'"),
    Refusal(keys: "\"layer_types\":[\"sliding_attention\"]", message: "sliding_attention"),
    Refusal(keys: "\"num_experts\":8", message: "'num_experts'"),
    Refusal(keys: "\"quantization_config\":{}", message: "'quantization_config'"),
    Refusal(keys: "\"partial_rotary_factor\":0.5", message: "'partial_rotary_factor'"),
    Refusal(keys: "\"rope_scaling\":{\"rope_type\":\"yarn\"}", message: "is yarn"),
    Refusal(keys: "\"rope_scaling\":{\"rope_type\":\"linear\"}", message: "'factor'"),
    Refusal(keys: "\"rope_scaling\":7", message: "'rope_scaling'"),
    Refusal(keys: "\"rope_parameters\":{\"full\":{}}", message: "rope_parameters.full"),
    Refusal(keys: "\"rope_theta\":-1", message: "rotary base"),
    Refusal(keys: "\"num_key_value_heads\":3", message: "divisor of the 4 heads"),
    Refusal(keys: "\"num_key_value_heads\":0", message: "not 0"),
    Refusal(keys: "\"head_dim\":15", message: "even"),
    Refusal(keys: "\"head_dim\":-2", message: "not -2"),
    Refusal(keys: "\"head_dim\":\"16\"", message: "'head_dim'"),
    Refusal(keys: "\"head_dim\":4611686018427387904", message: "the width of a head"),
  ])
  func `what a policy cannot be is refused by its key`(refusal: Refusal) throws {
    let error = #expect(throws: ModelFileError.self) { try shape(with(refusal.keys)) }
    #expect(error?.description.contains(refusal.message) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("LlamaForCausalLM", "MixtralForCausalLM", "'architectures' is MixtralForCausalLM"),
    ("\"silu\"", "\"gelu\"", "'hidden_act' is gelu"), ("\"vocab_size\":96,", "", "'vocab_size'"),
    ("\"hidden_size\":64", "\"hidden_size\":66", "a multiple of the 4 heads"),
    ("\"vocab_size\":96", "\"vocab_size\":1e3", "'vocab_size'"),
    ("\"num_hidden_layers\":3", "\"num_hidden_layers\":9999999", "the number of blocks"),
    ("\"num_attention_heads\":4", "\"num_attention_heads\":0", "a multiple of the 0 heads"),
  ])
  func `a wrong value is refused by its key`(part: String, other: String, message: String) throws {
    let error = #expect(throws: ModelFileError.self) {
      try shape(llama.replacing(part, with: other))
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test(arguments: smallShapes)
  func `what is written reads back`(shape: TransformerShape) throws {
    let document = ModelConfiguration.document(shape, endOfSequence: [2, 0], beginOfSequence: 1)
    let copy = try ModelConfiguration(OrderedJSON(parsing: document.serialized()), path: "")
    #expect(copy.shape == shape)
    #expect(copy.endOfSequence == [2, 0])
  }
}
