import Foundation
import Policies
import Randomness
import Tensors
import Tokenizers
import Training
import Transformers

/// The work that is timed: shapes of real models, random weights and tokens.
enum Workloads {
  /// A model's shape by name.
  enum Model {
    case smolLM2
    case small
    case tiny

    var shape: TransformerShape {
      switch self {
      case .smolLM2:
        TransformerShape(
          vocabularySize: 49152, width: 576, blocks: 30, heads: 9, kvHeads: 3, headWidth: 64,
          feedForwardWidth: 1536, rotary: Rotary(base: 100_000))
      case .small: EmbeddedPolicy.small.shape
      case .tiny: EmbeddedPolicy.tiny.shape
      }
    }
  }

  /// Forward, backward and AdamW over `sequences` of `length` tokens, all scored, in passes of
  /// `rowBudget` rows as a pipeline makes them.
  static func train(
    _ model: Model, sequences: Int, length: Int, rowBudget: Int = 2048, repeats: Int
  ) throws -> Measurement {
    let policy = try policy(model)
    let updater = Updater(
      policy, optimizer: OptimizerSettings(), regularization: RegularizationSettings(),
      steps: repeats + 1, rowBudget: rowBudget, seed: 1)
    var rates: [Double] = []
    for step in 0...repeats {
      let groups = (0..<sequences).map { index in
        let tokens = self.tokens(length + 1, model, step * sequences + index)
        return TrainingGroup(
          prompt: [tokens[0]], sequences: [TrainingSequence(tokens: Array(tokens.dropFirst()))])
      }
      let seconds = seconds { _ = updater.fit(groups) }
      if step > 0 { rates.append(Double(sequences * length) / seconds) }  // the first one warms up
    }
    return Measurement(
      "forward + backward + AdamW, \(sequences) x \(length) tokens", unit: "tokens/s", rates: rates)
  }

  /// Decoding of `new` tokens for each of `rows` completions, prompts not counted.
  static func decode(
    _ model: Model, rows: Int, prompt: Int, new: Int, repeats: Int
  ) throws -> Measurement {
    let policy = try policy(model)
    let cache = KVCache(shape: model.shape, slots: rows, capacity: new, promptRows: rows * prompt)
    var rates: [Double] = []
    for run in 0...repeats {
      _ = policy.transformer.prefill(
        (0..<rows).map { (tokens(prompt, model, $0), $0 * prompt) }, cache: cache)
      var fed = tokens(rows, model, run)
      let seconds = seconds {
        for count in 0..<new {
          let logits = policy.transformer.step(
            (0..<rows).map { row in
              DecodingRow(
                token: fed[row], position: Int32(prompt + count),
                prompt: row * prompt..<(row + 1) * prompt, slot: row, count: count)
            }, cache: cache)
          let uniforms = (0..<rows).map { row in
            var generator = CounterGenerator(keys: UInt64(run), UInt64(row), UInt64(count))
            return generator.uniform()
          }
          fed = sample(logits, temperature: 1, uniforms: uniforms).draws.map(\.token)
        }
      }
      if run > 0 { rates.append(Double(rows * new) / seconds) }
    }
    return Measurement(
      "decode and sample, batch \(rows), prompts of \(prompt) tokens", unit: "tokens/s",
      rates: rates)
  }

  // MARK: - Helpers

  private static func policy(_ model: Model) throws -> Policy {
    try Policy(
      parameters: Parameters(model.shape, seed: 1), tokenizer: CharacterTokenizer.standard,
      template: .plain)
  }

  private static func tokens(_ count: Int, _ model: Model, _ key: Int) -> [Int32] {
    var generator = CounterGenerator(keys: 7, UInt64(key))
    return (0..<count).map { _ in
      Int32(generator.integer(in: 0...model.shape.vocabularySize - 1))
    }
  }

  private static func seconds(_ body: () -> Void) -> Double {
    let elapsed = ContinuousClock().measure(body)
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }
}
