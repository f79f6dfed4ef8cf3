import Policies
import PolicyGradient
import Tensors
import TestPolicies
import Testing
import Transformers

@testable import Training

@Suite struct RegularizationTests {
  static let shapes: [TransformerShape] = [1, 2, 5].flatMap { blocks in
    [true, false].flatMap { tied in
      [(false, false), (true, false), (false, true)].map { bias, norm in
        TransformerShape(
          vocabularySize: 11, width: 8, blocks: blocks, heads: 2, kvHeads: 1, headWidth: 4,
          feedForwardWidth: 12, tiedHead: tied, attentionBias: bias, queryKeyNorm: norm)
      }
    }
  }

  @Test(arguments: shapes, [0, 1, 2, 5, 9])
  func `every parameter is in one group, and the right one`(
    shape: TransformerShape, finalBlocks: Int
  ) {
    let table = RegularizationTable(shape, finalBlocks: finalBlocks)
    let entries = ParameterTable(shape).entries
    #expect(table.isPartition(of: ParameterTable(shape).count))
    #expect(table.groups.count == entries.count)
    let lines = table.lines(RegularizationSettings())
    #expect(lines.reduce(0) { $0 + $1.values } == ParameterTable(shape).count)
    #expect(lines.reduce(0) { $0 + $1.parameters } == entries.count)
    for (entry, group) in zip(entries, table.groups) {
      // By the names alone, as the table in the documentation says it.
      let block = entry.name.split(separator: ".").dropFirst(2).first.flatMap { Int($0) }
      let expected: RegularizationTable.Group =
        if let block, block >= shape.blocks - finalBlocks {
          .final
        } else if entry.name == "model.norm.weight" || entry.name == "lm_head.weight" {
          .final
        } else if entry.name == "model.embed_tokens.weight" {
          shape.tiedHead ? .final : .unweighted
        } else {
          entry.name.hasSuffix("norm.weight") || entry.name.hasSuffix(".bias") ? .unweighted : .body
        }
      #expect(group == expected, "\(entry.name)")
      let range = table.ranges.first { $0.range.contains(entry.offset) }
      #expect(range?.group == group)
    }
    for block in 0..<shape.blocks {
      #expect(table.blockMayDrop[block] == (block < shape.blocks - finalBlocks))
    }
  }

  @Test func `without gradient the body shrinks by the decay, and nothing else moves`() throws {
    let policy = try SmallPolicy.make(blocks: 3)
    let before = policy.parameters.values.array
    // Advantages of 0 make every slope 0; two steps at a rate of 0.25 and a decay of 0.5.
    let updater = UpdaterTests.updater(policy, decay: 0.5, learningRate: 0.25)
    let groups = UpdaterTests.groups(policy).map { group in
      TrainingGroup(
        prompt: group.prompt,
        sequences: group.sequences.map {
          TrainingSequence(tokens: $0.tokens, oldLogProbs: $0.oldLogProbs, advantage: 0)
        })
    }
    for _ in 0..<2 {
      let statistics = updater.improve(
        groups, objective: Objective(ObjectivePreset.reinforce.settings), temperature: 0.8,
        maximumLength: 8)
      #expect(statistics.gradientNorm == 0)
    }
    for (entry, group) in zip(ParameterTable(policy.shape).entries, updater.table.groups) {
      for position in entry.range {
        // 1 - 0.25 · 0.5 is exact in binary, so is its product up to one rounding a step.
        let kept = before[position] * 0.875 * 0.875
        #expect(
          policy.parameters.values[position] == (group == .body ? kept : before[position]),
          "\(entry.name)")
      }
    }
    #expect(updater.table.groups.contains(.body))
  }

  @Test(arguments: [0, 1, 2])
  func `the final blocks are free of dropout`(finalBlocks: Int) throws {
    // With all blocks final, dropout changes nothing; with a block in the body, it does.
    func means(dropout: Double) throws -> [Float] {
      let policy = try SmallPolicy.make()
      let updater = UpdaterTests.updater(policy, dropout: dropout, finalBlocks: finalBlocks)
      _ = updater.fit(UpdaterTests.groups(policy))
      return updater.means.array
    }
    #expect(try (means(dropout: 0.5) == means(dropout: 0)) == (finalBlocks == 2))
  }

  @Test func `dropout falls in a line to its end, and the decay may follow the rate`() {
    var settings = RegularizationSettings()
    (settings.dropout, settings.weightDecay) = (0.4, 0.2)
    #expect(settings.dropout(at: 99, of: 100) == 0.4)
    settings.dropoutEnd = 0.5
    #expect(settings.dropout(at: 0, of: 100) == 0.4)
    #expect(abs(settings.dropout(at: 25, of: 100) - 0.2) < 1e-12)
    #expect(settings.dropout(at: 50, of: 100) == 0)
    #expect(settings.dropout(at: 80, of: 100) == 0)
    #expect(settings.weightDecay(rateFactor: 0.3) == 0.2)
    settings.weightDecayShape = .schedule
    #expect(abs(settings.weightDecay(rateFactor: 0.3) - 0.06) < 1e-12)
  }

  @Test func `the table says what is in each group`() {
    let shape = SmallPolicy.shape(tiedHead: true, blocks: 4)
    var settings = RegularizationSettings()
    (settings.weightDecay, settings.dropout) = (0.1, 0.05)
    let lines = RegularizationTable(shape, finalBlocks: 1).lines(settings)
    #expect(lines.map(\.group) == [.final, .unweighted, .body])
    #expect(lines.map(\.weightDecay) == [0, 0, 0.1])
    #expect(lines.map(\.dropout) == [0, 0.05, 0.05])
    #expect(lines[0].what == "block 3, final norm, embedding (tied to the head)")
    #expect(lines[1].what == "blocks 0–2 gains and biases")
    #expect(lines[2].what == "blocks 0–2 matrices")
  }
}
