import Settings
import Tensors
import Testing
import Training
import Transformers

@testable import Pipelines

@Suite struct StagePlanTests {
  private static let shape = TransformerShape(
    vocabularySize: 1000, width: 64, blocks: 2, heads: 2, kvHeads: 1, headWidth: 32,
    feedForwardWidth: 128)

  private func plan(rows: Int, slots: Int, notices: [String] = []) -> PipelineCheck.StagePlan {
    PipelineCheck.StagePlan(
      name: "reinforce", kind: "reinforce", settings: AnySection(ReinforceSettings()),
      regularization: [],
      memory: MemoryPlan(
        Self.shape, trains: rows > 0, rows: rows, slots: slots, capacity: 50, promptRows: 10),
      notices: notices)
  }

  @Test func `memory names the larger of the phases that take turns`() {
    let training = plan(rows: 1000, slots: 2)
    #expect(training.memory.update > training.memory.generation)
    #expect(training.text.contains("gradients") && !training.text.contains("packed weights"))
    let decoding = plan(rows: 1, slots: 1000)
    #expect(decoding.memory.update < decoding.memory.generation)
    #expect(decoding.text.contains("packed weights") && !decoding.text.contains("gradients"))
    #expect(
      decoding.memory.total
        == decoding.memory.weights + decoding.memory.moments + decoding.memory.generation)
  }

  @Test func `a notice stands below the stage that it is about`() {
    #expect(plan(rows: 1, slots: 1, notices: ["slow"]).text.contains("notice  slow"))
    #expect(!plan(rows: 1, slots: 1).text.contains("notice"))
  }
}
