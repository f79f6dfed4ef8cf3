import Foundation
import Policies
import Randomness
import Tensors
import Tokenizers
import Training
import Transformers

/// Training and decoding: shapes of real models, random weights and tokens.
enum Workloads {
  /// A shape by name.
  struct Model: Sendable {
    let name: String
    let shape: TransformerShape

    static let smolLM2 = Model(
      name: "SmolLM2-135M",
      shape: TransformerShape(
        vocabularySize: 49152, width: 576, blocks: 30, heads: 9, kvHeads: 3, headWidth: 64,
        feedForwardWidth: 1536, rotary: Rotary(base: 100_000)))
    static let small = Model(name: "the 2.7 M policy", shape: EmbeddedPolicy.small.shape)
    static let tiny = Model(name: "the 0.8 M policy", shape: EmbeddedPolicy.tiny.shape)

    var work: TransformerWork { TransformerWork(shape: shape) }

    /// Random weights, and a tokenizer under which no completion ends before its limit.
    func policy() throws -> Policy {
      try Policy(
        parameters: Parameters(shape, seed: 1),
        tokenizer: EndlessTokenizer(vocabularySize: shape.vocabularySize), template: .plain)
    }
  }

  /// Forward, backward and AdamW over `sequences` of `length` tokens, all scored, in passes of
  /// `rowBudget` rows as a pipeline makes them.
  static func train(
    _ model: Model, sequences: Int, length: Int, rowBudget: Int = 2048,
    as precision: WorkPrecision = .whole, repeats: Int
  ) throws -> [Measurement] {
    let updater = Updater(
      try model.policy(), optimizer: OptimizerSettings(),
      regularization: RegularizationSettings(), steps: repeats + 1, rowBudget: rowBudget,
      precision: precision.products, seed: 1)
    let tokens = Double(sequences * length)
    var rates: [Double] = []
    for step in 0...repeats {
      let groups = (0..<sequences).map { index in
        let tokens = self.tokens(length + 1, model, step * sequences + index)
        return TrainingGroup(
          prompt: [tokens[0]], sequences: [TrainingSequence(tokens: Array(tokens.dropFirst()))])
      }
      let seconds = seconds(isWarmUp: step == 0) { _ = updater.fit(groups) }
      if step > 0 { rates.append(tokens / seconds) }
    }
    let pairs = Double(sequences) * TransformerWork.pairs(0..<length)
    return [
      Measurement(
        "\(model.name): forward + backward + AdamW, \(sequences) x \(length) tokens, "
          + precision.products.rawValue,
        unit: "tokens/s", values: rates,
        need: model.work.training(rows: tokens, scored: tokens, pairs: pairs, as: precision).map {
          $0 * (1 / tokens)
        })
    ]
  }

  /// Decoding of `new` tokens for each of `rows` completions, prompts not counted.
  static func decode(
    _ model: Model, rows: Int, prompt: Int, new: Int, as precision: WorkPrecision = .whole,
    repeats: Int
  ) throws -> [Measurement] {
    let policy = try model.policy()
    let packed = PackedWeights(policy.parameters, as: precision.weights)
    let cache = KVCache(
      shape: model.shape, slots: rows, capacity: new, promptRows: rows * prompt,
      precision: precision.cache)
    // Prompts do not change from run to run, and completions are overwritten.
    _ = policy.transformer.prefill(
      (0..<rows).map { (tokens(prompt, model, $0), $0 * prompt) }, cache: cache, packed: packed)
    var rates: [Double] = []
    for run in 0...repeats {
      var fed = tokens(rows, model, run)
      let steps = run == 0 ? min(new, 4) : new
      let seconds = seconds(isWarmUp: run == 0) {
        for count in 0..<steps {
          let logits = policy.transformer.step(
            (0..<rows).map { row in
              DecodingRow(
                token: fed[row], position: Int32(prompt + count),
                prompt: row * prompt..<(row + 1) * prompt, slot: row, count: count)
            }, cache: cache, packed: packed)
          let uniforms = (0..<rows).map { row in
            var generator = CounterGenerator(keys: UInt64(run), UInt64(row), UInt64(count))
            return generator.uniform()
          }
          fed = sample(logits, temperature: 1, uniforms: uniforms).draws.map(\.token)
        }
      }
      if run > 0 { rates.append(Double(rows * new) / seconds) }
    }
    return [
      Measurement(
        "\(model.name): decode and sample \(new) tokens, batch \(rows), prompts of \(prompt), "
          + precision.name,
        unit: "tokens/s", values: rates,
        need: model.work.decode(rows: rows, prompt: prompt, steps: new, as: precision).map {
          $0 * (1 / Double(rows * new))
        })
    ]
  }

  /// Running `count` prompts of `length` tokens in one pass, with logits after each one's last.
  static func prefill(
    _ model: Model, count: Int, length: Int, as precision: WorkPrecision = .whole,
    repeats: Int
  ) throws -> [Measurement] {
    let policy = try model.policy()
    let packed = PackedWeights(policy.parameters, as: precision.weights)
    let cache = KVCache(
      shape: model.shape, slots: 1, capacity: 1, promptRows: count * length,
      precision: precision.cache)
    let prompts = (0..<count).map { (tokens: tokens(length, model, $0), firstRow: $0 * length) }
    var rates: [Double] = []
    for run in 0...repeats {
      let seconds = seconds(isWarmUp: run == 0) {
        _ = policy.transformer.prefill(prompts, cache: cache, packed: packed)
      }
      if run > 0 { rates.append(Double(count * length) / seconds) }
    }
    return [
      Measurement(
        "\(model.name): prefill, \(count) x \(length) tokens, \(precision.name)",
        unit: "tokens/s", values: rates,
        need: model.work.prefill(count: count, length: length, as: precision).map {
          $0 * (1 / Double(count * length))
        })
    ]
  }

  // MARK: - Helpers

  private static func tokens(_ count: Int, _ model: Model, _ key: Int) -> [Int32] {
    var generator = CounterGenerator(keys: 7, UInt64(key))
    return (0..<count).map { _ in
      Int32(generator.integer(in: 0...model.shape.vocabularySize - 1))
    }
  }

  /// Seconds of `body`, which no profile has where it only warms up.
  private static func seconds(isWarmUp: Bool, _ body: () -> Void) -> Double {
    KernelProfile.leavingOut(isWarmUp: isWarmUp) { SuspendingClock().measure(body) / .seconds(1) }
  }
}
