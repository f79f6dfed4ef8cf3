import Foundation
import Rollouts
import Settings
import Tasks
import Testing
import Training
import VerifierKit

@testable import Pipelines

@Suite struct PipelineTests {
  private static let text = """
    name: x
    stages:
      - warmUp: { steps: 7 }
      - reinforce: { rounds: 3 }
      - evaluate: { name: middle }
      - reinforce: { rounds: 4, rollout: { groupSize: 4 } }
      - evaluate: { name: end }
    """

  private func pipeline(_ text: String = text, _ overrides: String...) throws -> Pipeline {
    try Pipeline(
      SettingsTree.parse(text), overrides: overrides.map { try SettingOverride(parsing: $0) })
  }

  @Test func `a stage is named by its kind, and by its number from the second on`() throws {
    #expect(
      try pipeline().stages.map(\.name)
        == ["warmUp", "reinforce", "evaluate", "reinforce2", "evaluate2"])
  }

  @Test func `an override reaches the stage that it names, and no other`() throws {
    let pipeline = try pipeline(
      Self.text, "reinforce2.rounds=9", "reinforce.optimizer.learningRate=3e-5", "seed=12")
    #expect(pipeline.settings.seed == 12)
    guard case .reinforce(let first) = pipeline.stages[1].settings,
      case .reinforce(let second) = pipeline.stages[3].settings
    else {
      Issue.record("\(pipeline.stages)")
      return
    }
    #expect(first.rounds == 3 && second.rounds == 9 && second.rollout.groupSize == 4)
    #expect(first.optimizer.learningRate == 3e-5)
    #expect(second.optimizer.learningRate == ReinforceSettings().optimizer.learningRate)
  }

  @Test func `what a run writes down reads back as the same pipeline`() throws {
    let pipeline = try pipeline(Self.text, "reinforce.objective={preset: gspo}")
    #expect(try Pipeline(SettingsTree.parse(pipeline.yaml())) == pipeline)
  }

  struct Bad: CustomTestStringConvertible, Sendable {
    let text: String
    /// A part of the message: what, which, and what to do.
    let says: String
    var testDescription: String { text }
  }

  static let bad = [
    Bad(text: "name: x", says: "has no 'stages'"),
    Bad(text: "stages: []", says: "has no 'stages'"),
    Bad(text: "stages: [{ warmup: {} }]", says: "Did you mean 'warmUp'?"),
    Bad(text: "stages: [{ warmUp: {}, evaluate: {} }]", says: "a stage is one of"),
    Bad(text: "stages: [7]", says: "a stage is one of"),
    Bad(text: "nam: x\nstages: [{ warmUp: {} }]", says: "Did you mean 'name'?"),
    Bad(text: "stages: [{ warmUp: { stepss: 3 } }]", says: "Did you mean 'steps'?"),
    Bad(text: "stages: [{ warmUp: { steps: 0 } }]", says: "'warmUp.steps' is 0"),
    Bad(text: "stages: [{ warmUp: { steps: many } }]", says: "warmUp.steps"),
    Bad(text: "stages: [{ warmUp: { batchSize: -1 } }]", says: "'warmUp.batchSize' is -1"),
    Bad(text: "stages: [{ warmUp: { rowBudget: 0 } }]", says: "'warmUp.rowBudget' is 0"),
    Bad(text: "stages: [{ warmUp: { demonstrations: 0 } }]", says: "'warmUp.demonstrations' is 0"),
    Bad(
      text: "checkpoints: { keepLast: 0 }\nstages: [{ warmUp: {} }]", says: "checkpoints.keepLast"),
    Bad(
      text: "checkpoints: { keepEvery: 0 }\nstages: [{ warmUp: {} }]",
      says: "checkpoints.keepEvery"),
    Bad(
      text: "checkpoints: { keepBest: loss }\nstages: [{ warmUp: {} }]",
      says: "checkpoints.keepBest"),
    Bad(text: "stages: [{ warmUp: { checkpointEvery: -1 } }]", says: "warmUp.checkpointEvery"),
    Bad(
      text: "stages: [{ warmUp: { optimizer: { learningRate: 2 } } }]",
      says: "'warmUp.optimizer.learningRate' is 2"),
    Bad(
      text: "stages: [{ warmUp: { regularization: { dropout: 1 } } }]",
      says: "warmUp.regularization.dropout"),
    Bad(
      text: "stages: [{ warmUp: { optimizer: { schedule: { warmUp: 2 } } } }]",
      says: "optimizer.schedule.warmUp"),
    Bad(text: "stages: [{ reinforce: { rounds: 0 } }]", says: "'reinforce.rounds' is 0"),
    Bad(
      text: "stages: [{ reinforce: { rollout: { groupSize: 1 } } }]",
      says: "an advantage compares at least 2 completions"),
    Bad(
      text: "stages: [{ reinforce: { rollout: { temperature: 0 } } }]",
      says: "reinforce.rollout.temperature"),
    Bad(text: "stages: [{ reinforce: { rollout: { topK: 5 } } }]", says: "reinforce.rollout.topK"),
    Bad(
      text: "stages: [{ reinforce: "
        + "{ rollout: { weightPrecision: int8 }, objective: { ratio: none } } }]",
      says: "reinforce.rollout.weightPrecision"),
    Bad(
      text: "stages: [{ reinforce: "
        + "{ rollout: { cachePrecision: float16 }, objective: { ratio: none } } }]",
      says: "reinforce.rollout.cachePrecision"),
    Bad(
      text: "stages: [{ reinforce: { productPrecision: int8, objective: { ratio: none } } }]",
      says: "reinforce.productPrecision"),
    Bad(text: "stages: [{ warmUp: { productPrecision: int4 } }]", says: "warmUp.productPrecision"),
    Bad(
      text: "stages: [{ reinforce: { rollout: { weightPrecision: int4 } } }]",
      says: "reinforce.rollout.weightPrecision"),
    Bad(
      text: "stages: [{ reinforce: { rollout: { topP: 0.9 } } }]", says: "samples from all tokens"),
    Bad(
      text: "stages: [{ reinforce: { objective: { preset: gropo } } }]",
      says: "Did you mean 'grpo'?"),
    Bad(
      text: "stages: [{ reinforce: { objective: { preset: gspo, aggregation: tokenMean } } }]",
      says: "reinforce.objective.aggregation"),
    Bad(
      text: "stages: [{ reinforce: { updatesPerRound: 33 } }]",
      says: "can be split into at most as many"),
    Bad(text: "stages: [{ reinforce: { auditShare: 1.5 } }]", says: "reinforce.auditShare"),
    Bad(text: "stages: [{ reinforce: { monitorEvery: -1 } }]", says: "reinforce.monitorEvery"),
    Bad(text: "stages: [{ evaluate: { samples: -1 } }]", says: "'evaluate.samples' is -1"),
    Bad(text: "stages: [{ evaluate: { temperature: 0 } }]", says: "evaluate.temperature"),
    Bad(text: "stages: [{ evaluate: { limit: 0 } }]", says: "'evaluate.limit' is 0"),
    Bad(text: "stages: [{ evaluate: { name: '' } }]", says: "evaluate.name"),
    Bad(text: "stages: [{ evaluate: {} }, { evaluate: {} }]", says: "Two evaluations are named"),
    Bad(text: "stages: [{ select: {} }]", says: "'select.from' is 'rollout', but no stage of that"),
    Bad(text: "stages: [{ select: {} }, { rollout: {} }]", says: "put one that does before it"),
    Bad(
      text: "stages: [{ rollout: {} }, { warmUp: { from: rollout } }]",
      says: "that stage, of kind rollout, makes no completions"),
    Bad(
      text:
        "stages: [{ rollout: {} }, { select: { keep: middling } }, { warmUp: { from: select } }]",
      says: "that stage, of kind select, makes no completions"),
    Bad(
      text: "stages: [{ rollout: {} }, { select: {} }, { select: { from: rolout } }]",
      says: "Earlier stages that make rollouts: rollout."),
    Bad(text: "stages: [{ rollout: {} }, { select: { keep: wrong } }]", says: "select.keep"),
    Bad(text: "stages: [{ promote: {} }]", says: "the gate asks a second verifier"),
    Bad(text: "stages: [{ promote: { to: ../x, second: v } }]", says: "'promote.to' is '../x'"),
    Bad(
      text: "stages: [{ promote: { second: v, gate: { metric: sampled } } }]",
      says: "'gate.metric: sampled' compares samples"),
    Bad(
      text: "stages: [{ promote: { second: v, gate: { margin: 2 } } }]", says: "promote.gate.margin"
    ),
    Bad(text: "stages: [{ export: { path: '' } }]", says: "export.path"),
    Bad(
      text: "policy: { path: x, named: y }\nstages: [{ warmUp: {} }]",
      says: "path 'x' and named 'y'"),
    Bad(text: "stages: [{ rollout: { samples: 0 } }]", says: "'rollout.samples' is 0"),
    Bad(text: "stages: [{ rollout: { limit: 0 } }]", says: "'rollout.limit' is 0"),
    Bad(text: "stages: [{ rollout: { topP: 0 } }]", says: "rollout.topP"),
    Bad(text: "name: ../x\nstages: [{ warmUp: {} }]", says: "it names a folder"),
    Bad(text: "reward: []\nstages: [{ warmUp: {} }]", says: "at least one verifier must judge"),
    Bad(
      text:
        "reward: [{ verifier: b, onlyIf: passed }, { verifier: a }]\nstages: [{ warmUp: {} }]",
      says: "the first verifier says what is correct"),
    Bad(
      text: "policy: { preset: tiny, path: y }\nstages: [{ warmUp: {} }]",
      says: "a run trains one of them"),
    Bad(text: "seed: -1\nstages: [{ warmUp: {} }]", says: "seed"),
  ]

  @Test(arguments: bad)
  func `a pipeline that cannot run is refused with the reason`(bad: Bad) throws {
    do {
      _ = try pipeline(bad.text)
      Issue.record("it was accepted")
    } catch {
      #expect("\(error)".contains(bad.says), "\(error)")
    }
  }

  @Test func `an override that nothing reads is refused`() throws {
    do {
      _ = try pipeline(Self.text, "reinforce.round=5")
      Issue.record("it was accepted")
    } catch {
      #expect("\(error)".contains("Did you mean 'rounds'?"), "\(error)")
    }
  }

  // MARK: - Order

  @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 64, 65, 1000])
  func `each epoch reads every item once, in another order`(count: Int) {
    let epochs = (0..<3).map { epoch in
      (0..<count).map { shuffled(epoch * count + $0, of: count, seed: 9) }
    }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<count)) }
    if count > 15 {
      #expect(Set(epochs).count == 3)
      #expect(epochs[0] != Array(0..<count))
      #expect((0..<count).map { shuffled($0, of: count, seed: 10) } != epochs[0])
    }
  }

  @Test func `a round's problems go on where the last round's ended`() throws {
    let set = try TaskSet(
      name: "t", problems: (0..<7).map { Problem(id: "\($0)", prompt: "") })
    let rounds = (0..<7).map { set.problems(ofRound: $0, count: 4, seed: 3).map(\.id) }
    let all = rounds.flatMap { $0 }
    for epoch in 0..<4 {
      #expect(Set(all[epoch * 7..<(epoch + 1) * 7]).count == 7)
    }
  }
}
