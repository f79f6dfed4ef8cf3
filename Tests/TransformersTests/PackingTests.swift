import Tensors
import TestSupport
import Testing

@testable import Transformers

/// What a batch gives does not depend on how it is packed, with dropout or without.
@Suite struct PackingTests {
  static let plans: [DropoutPlan?] = [nil, DropoutPlan(probabilities: [0.4, 0.2], key: 3)]

  /// Each completion by itself, behind its own copy of the prompt.
  private var separate: [TinyBatch.Group] {
    TinyBatch.groups.flatMap { group in
      group.completions.enumerated().map { index, tokens in
        TinyBatch.Group(
          prompt: group.prompt, completions: [tokens], key: group.key, firstIndex: index)
      }
    }
  }

  private func gradients(
    of batches: [[TinyBatch.Group]], _ model: TinyModel, _ plan: DropoutPlan?
  ) -> [Float] {
    let transformer = Transformer(model.parameters())
    let gradients = Parameters(model.shape)
    for batch in batches {
      TinyBatch(batch).addGradients(transformer, dropout: plan, to: gradients)
    }
    return gradients.values.array
  }

  @Test(arguments: TinyModel.families, plans)
  func `separate passes give the values of one pass`(model: TinyModel, plan: DropoutPlan?) {
    let transformer = Transformer(model.parameters())
    let packed = TinyBatch().logProbs(transformer, dropout: plan).flatMap { $0 }
    let alone = separate.flatMap {
      TinyBatch([$0]).logProbs(transformer, dropout: plan).flatMap { $0 }
    }
    #expect(packed.count == alone.count)
    expectClose(packed.flatMap { $0 }, alone.flatMap { $0 }, .accumulated(terms: 32))
  }

  @Test(arguments: TinyModel.families, plans)
  func `separate passes give the gradients of one pass`(model: TinyModel, plan: DropoutPlan?) {
    expectClose(
      gradients(of: separate.map { [$0] }, model, plan),
      gradients(of: [TinyBatch.groups], model, plan), .accumulated(terms: 64))
  }

  @Test(arguments: TinyModel.families, plans)
  func `a group may be split between its completions`(model: TinyModel, plan: DropoutPlan?) {
    var (first, second) = (TinyBatch.groups[0], TinyBatch.groups[0])
    first.completions = Array(first.completions.prefix(2))
    second.completions = Array(second.completions.dropFirst(2))
    second.firstIndex = 2
    expectClose(
      gradients(of: [[first], [second, TinyBatch.groups[1]], [TinyBatch.groups[2]]], model, plan),
      gradients(of: [TinyBatch.groups], model, plan), .accumulated(terms: 64))
  }

  @Test(arguments: plans)
  func `the order of groups does not matter`(plan: DropoutPlan?) {
    let model = TinyModel.families[0]
    let transformer = Transformer(model.parameters())
    let reversed = TinyBatch(TinyBatch.groups.reversed()).logProbs(transformer, dropout: plan)
    expectClose(
      reversed.reversed().flatMap { $0 }.flatMap { $0 },
      TinyBatch().logProbs(transformer, dropout: plan).flatMap { $0 }.flatMap { $0 },
      .accumulated(terms: 32))
    expectClose(
      gradients(of: [TinyBatch.groups.reversed()], model, plan),
      gradients(of: [TinyBatch.groups], model, plan), .accumulated(terms: 64))
  }

  @Test func `a shared prompt equals one that is part of its sequence`() {
    let transformer = Transformer(TinyModel.families[3].parameters())
    let shared = TinyBatch([TinyBatch.groups[0]]).logProbs(transformer)[0]
    for (tokens, logProbs) in zip(TinyBatch.groups[0].completions, shared) {
      var rows = PackedRows()
      let whole = rows.append(prompt: TinyBatch.groups[0].prompt + tokens.dropLast()).prompt
      var targets = TokenHead.Targets()
      targets.rows = (2..<Int32(whole.upperBound)).map { $0 }
      targets.tokens = tokens
      let alone = TokenHead(transformer).score(
        transformer.forward(rows), targets, temperature: 0.8)
      expectClose(logProbs, alone.logProbs, .accumulated(terms: 32))
    }
  }

  @Test func `rows know their tokens, positions and segments`() {
    let rows = TinyBatch().rows
    #expect(rows.tokens == [1, 4, 7, 2, 3, 6, 6, 1, 9, 8, 2, 3, 3, 4])
    #expect(rows.positions == [0, 1, 2, 3, 4, 3, 4, 5, 0, 1, 2, 0, 1, 2])
    #expect(rows.longest == 6)
    #expect(rows.groups == [0..<3, 3..<5, 5..<7])
    #expect(Set(rows.rowKeys).count == rows.count, "no two rows share a dropout mask")
  }
}
