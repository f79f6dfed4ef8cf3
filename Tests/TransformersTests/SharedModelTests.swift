import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@testable import Transformers

/// Real models against what other engines computed.
@Suite struct SharedModelTests {
  /// llama2.c's own greedy run.
  private struct GreedyRun: Decodable {
    struct Step: Decodable {
      let pos: Int
      let token: Int32
      let logsumexp: Double
      let logits_at: [String: Float]
      let argmax: Int32
      let argmax_logit: Float
    }
    let steps: [Step]
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `stories260K writes what llama2.c writes, with its logits`() throws {
    let folder = SharedFiles.root.appending(path: "data/models/stories260K")
    let run = try JSONDecoder().decode(
      GreedyRun.self, from: Data(contentsOf: folder.appending(path: "golden_greedy200.json")))
    let model = try ModelFile.load(folder.appending(path: "stories260K.bin").path)
    let transformer = Transformer(model.parameters)
    let cache = KVCache(
      shape: transformer.shape, slots: 1, capacity: run.steps.count, promptRows: 1)
    #expect(run.steps.count >= 199)
    var token: Int32 = 1
    for (index, step) in run.steps.enumerated() {
      #expect(token == step.token)
      let logits =
        index == 0
        ? transformer.prefill([([token], 0)], cache: cache)
        : transformer.step(
          [
            DecodingRow(
              token: token, position: Int32(step.pos), prompt: 0..<1, slot: 0, count: index - 1)
          ],
          cache: cache)
      for (place, expected) in step.logits_at {
        #expect(abs(logits[0, try #require(Int(place))] - expected) < 1e-3)
      }
      let values = logits.array
      let peak = Double(values.max() ?? 0)
      let logSum = peak + log(values.reduce(0.0) { $0 + exp(Double($1) - peak) })
      #expect(abs(logSum - step.logsumexp) < 2e-4)
      token = argmax(logits)[0]
      #expect(token == step.argmax, "after position \(step.pos)")
    }
  }

  private struct TeacherForced: Decodable {
    struct Item: Decodable {
      let prompt_ids: [Int32]
      let gen_ids: [Int32]
      let logprob_of_gen_f32: [Float]
      let prompt_logprobs_f32: [Float]
      let argmax_f32: [Int32]
    }
    let items: [Item]
  }

  /// The file that the environment names, or the one that `hone model fetch` leaves.
  private static let smolLM2: String? = {
    let fetched = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "models/smollm2-135m.gguf").path
    let named = ProcessInfo.processInfo.environment["HONE_SMOLLM2"]
    return named ?? (FileManager.default.fileExists(atPath: fetched) ? fetched : nil)
  }()

  @Test(
    .enabled(
      if: smolLM2 != nil && SharedFiles.areHere,
      """
      SKIPPED: neither HONE_SMOLLM2 names SmolLM2-135M-Instruct.Q4_1.gguf nor is \
      models/smollm2-135m.gguf here, or the real inputs (../shared) are not
      """))
  func `SmolLM2 gives the log-probabilities of a float32 pass in NumPy`() throws {
    let file = SharedFiles.root.appending(path: "data/models/SmolLM2/teacher_forced_f32.json")
    let golden = try JSONDecoder().decode(TeacherForced.self, from: Data(contentsOf: file))
    let transformer = Transformer(try ModelFile.load(#require(Self.smolLM2)).parameters)
    #expect(!golden.items.isEmpty)
    for item in golden.items {
      let tokens = item.prompt_ids + item.gen_ids
      var rows = PackedRows()
      _ = rows.append(prompt: Array(tokens.dropLast()))
      var targets = TokenHead.Targets()
      targets.rows = (0..<Int32(tokens.count - 1)).map { $0 }
      targets.tokens = Array(tokens.dropFirst())
      let activations = transformer.forward(rows, keep: false)
      let scores = TokenHead(transformer).score(activations, targets, temperature: 1)
      let expected = item.prompt_logprobs_f32 + item.logprob_of_gen_f32
      #expect(scores.logProbs.count == expected.count)
      for (index, pair) in zip(scores.logProbs, expected).enumerated() {
        #expect(abs(pair.0 - pair.1) < 1e-3, "token \(index)")
      }
    }
  }
}
