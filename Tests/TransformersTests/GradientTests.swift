import Tensors
import TestSupport
import Testing

@testable import Transformers

@Suite struct GradientTests {
  /// The first block drops a third, so both of its masks must be the same in both directions.
  static let dropout = DropoutPlan(probabilities: [0.33, 0], key: 5)

  /// Two norms behind each other bend more than a single kernel.
  ///
  /// At `2⁻⁶` the curve costs 2 %. The loss is known to some 3e-6, which at `2⁻⁸` costs 4e-4 of slopes between 1 and 10.
  private static let quotient = DifferenceQuotient(step: 0x1p-8, tolerance: 0.01)

  @Test(arguments: TinyModel.families)
  func `the slope of every parameter is its difference quotient`(model: TinyModel) {
    expectGradients(model, dropout: nil)
  }

  @Test func `with frozen masks too, the slope of every parameter is its difference quotient`() {
    expectGradients(TinyModel.families[0], dropout: Self.dropout)
  }

  private func expectGradients(_ model: TinyModel, dropout: DropoutPlan?) {
    let transformer = Transformer(model.parameters())
    let batch = TinyBatch()
    let gradients = batch.gradients(transformer, dropout: dropout)
    let largest = gradients.values.array.reduce(0) { max($0, abs($1)) }
    for entry in gradients.table.entries {
      let values = transformer.parameters.values
      let point = entry.range.map { values[$0] }
      expectGradient(
        entry.range.map { gradients.values[$0] },
        of: { moved in
          for (position, value) in zip(entry.range, moved) { values[position] = value }
          defer { for (position, value) in zip(entry.range, point) { values[position] = value } }
          return batch.loss(transformer, dropout: dropout)
        }, at: point, by: Self.quotient, scale: 0.05 * Double(largest), entry.name)
    }
  }

  @Test func `a gradient is added to what was there`() {
    let transformer = Transformer(TinyModel.families[0].parameters())
    let once = TinyBatch().gradients(transformer)
    let twice = TinyBatch().gradients(transformer)
    TinyBatch().addGradients(transformer, to: twice)
    expectClose(twice.values.array, once.values.array.map { 2 * $0 }, .accumulated(terms: 16))
  }

  @Test func `dropout leaves blocks of probability 0 alone`() {
    let transformer = Transformer(TinyModel.families[0].parameters())
    let none = DropoutPlan(probabilities: [0, 0], key: 5)
    #expect(TinyBatch().logProbs(transformer, dropout: none) == TinyBatch().logProbs(transformer))
    #expect(
      TinyBatch().logProbs(transformer, dropout: Self.dropout)
        != TinyBatch().logProbs(transformer))
  }

  @Test func `masks differ by block, by site and by step`() {
    let keys = [Self.dropout, DropoutPlan(probabilities: [0.33, 0], key: 6)].flatMap { plan in
      (0..<4).flatMap { block in
        [DropoutPlan.Site.attention, .feedForward].map { plan.key(block, $0) }
      }
    }
    #expect(Set(keys).count == keys.count)
  }
}
