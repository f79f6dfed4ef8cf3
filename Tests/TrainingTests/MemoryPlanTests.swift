import Policies
import PolicyGradient
import Tensors
import TestPolicies
import TestSupport
import Testing
import Transformers

@testable import Training

@Suite struct MemoryPlanTests {
  /// Large enough for nearly all of its matrices to lie in the pool.
  private static func policy(queryKeyNorm: Bool) throws -> Policy {
    let shape = TransformerShape(
      vocabularySize: 3000, width: 128, blocks: 4, heads: 4, kvHeads: 2, headWidth: 32,
      feedForwardWidth: 256, queryKeyNorm: queryKeyNorm, maxPositions: 256)
    let parameters = Parameters(shape)
    var numbers = TestNumbers(seed: 1)
    for index in 0..<parameters.values.count { parameters.values[index] = numbers.float(0.1) }
    let small = try SmallPolicy.make()
    return try Policy(
      parameters: parameters, tokenizer: small.tokenizer, template: small.template)
  }

  private static func groups(prompts: Int, samples: Int, tokens: Int) -> [TrainingGroup] {
    (0..<prompts).map { prompt in
      TrainingGroup(
        prompt: [Int32](repeating: Int32(prompt + 1), count: 16),
        sequences: (0..<samples).map { sample in
          TrainingSequence(
            tokens: [Int32](repeating: Int32(sample), count: tokens + 1),
            oldLogProbs: [Float](repeating: -8, count: tokens + 1), advantage: Double(sample))
        })
    }
  }

  /// 8 prompts of 16 tokens, 8 completions of each: 8 · (16 + 8 · 32) = 2,176 rows.
  @Test(arguments: [false, true], ProductPrecision.allCases)
  func `an update takes what its plan says`(
    queryKeyNorm: Bool, precision: ProductPrecision
  ) throws {
    let policy = try Self.policy(queryKeyNorm: queryKeyNorm)
    let updater = UpdaterTests.updater(policy, rowBudget: 4096, precision: precision)
    _ = updater.improve(
      Self.groups(prompts: 8, samples: 8, tokens: 32),
      objective: Objective(ObjectivePreset.dapo.settings), temperature: 1, maximumLength: 33)
    let plan = MemoryPlan(
      policy.shape, trains: true, rows: 2176, slots: 0, capacity: 0, promptRows: 0,
      products: precision)
    #expect(policy.transformer.memory.takenBytes == 0)
    Self.expect(plan.update, near: policy.transformer.memory.peakBytes)
  }

  @Test func `a backward pass gives back what was kept, to the system too, and changes no slope`()
    throws
  {
    let transformer = try Self.policy(queryKeyNorm: true).transformer
    var rows = PackedRows()
    _ = rows.append(prompt: (0..<600).map { Int32($0) })
    var targets = TokenHead.Targets()
    (targets.rows, targets.tokens) = ((0..<600).map { $0 }, (0..<600).map { $0 + 1 })
    func gradients(isOnlyPass: Bool) -> [Float] {
      let gradients = transformer.zeroGradients(forOnePass: isOnlyPass)
      var activations = transformer.forward(rows)
      let dOutput = TokenHead(transformer).backward(
        activations, targets, temperature: 1, gradients: gradients
      ) { chunk in
        TokenHead.Slopes(
          dLogProbs: chunk.range.map { _ in -1 }, dEntropies: chunk.range.map { _ in 0.1 })
      }
      let before = transformer.memory.takenBytes
      transformer.backward(
        dOutput, activations: &activations, gradients: gradients, isOnlyPass: isOnlyPass)
      let kept = Activations.bytes(transformer.shape, rows: 600)
      #expect(before - transformer.memory.takenBytes > kept * 9 / 10)
      return gradients.values.array
    }
    let expected = gradients(isOnlyPass: false)
    #expect(expected.contains { $0 != 0 })
    #expect(gradients(isOnlyPass: true) == expected)
    #expect(gradients(isOnlyPass: false) == expected)
  }

  @Test(arguments: ProductPrecision.allCases)
  func `a generation takes what its plan says`(precision: ProductPrecision) throws {
    let policy = try Self.policy(queryKeyNorm: false)
    var settings = SamplingSettings()
    settings.weightPrecision = precision
    settings.maxCompletionTokens = 48
    settings.maxRows = 64
    let requests = (0..<8).map {
      GenerationRequest(
        promptTokens: [Int32](repeating: Int32($0), count: 40), samples: 8, key: UInt64($0))
    }
    _ = Generator(policy, settings: settings, seed: 1).generate(requests)
    let plan = MemoryPlan(
      policy.shape, trains: false, rows: 0, slots: 64, capacity: 48, promptRows: 320,
      precision: precision)
    #expect(policy.transformer.memory.takenBytes == 0)
    Self.expect(plan.generation, near: policy.transformer.memory.peakBytes)
  }

  /// Rounds of both take no more than the larger one alone: of 8 · (16 + 8 · 8) = 640 rows.
  @Test func `generation and update take turns`() throws {
    let policy = try Self.policy(queryKeyNorm: false)
    let updater = UpdaterTests.updater(policy, rowBudget: 4096)
    var settings = SamplingSettings()
    settings.maxCompletionTokens = 24
    let requests = (0..<8).map {
      GenerationRequest(promptTokens: [Int32($0), 3], samples: 8, key: UInt64($0))
    }
    for _ in 0..<3 {
      _ = Generator(policy, settings: settings, seed: 1).generate(requests)
      _ = updater.fit(Self.groups(prompts: 8, samples: 8, tokens: 8))
    }
    let plan = MemoryPlan(
      policy.shape, trains: true, rows: 640, slots: 64, capacity: 24, promptRows: 16)
    #expect(plan.generation < plan.update && plan.generation > plan.update / 4)
    Self.expect(max(plan.update, plan.generation), near: policy.transformer.memory.peakBytes)
  }

  /// Within five in a hundred: whole pages, and the few matrices that are too small for the pool.
  private static func expect(_ planned: Int, near peak: Int) {
    #expect(abs(planned - peak) * 20 <= peak, "planned \(planned), taken \(peak) bytes")
  }
}
