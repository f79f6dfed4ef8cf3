import Testing

/// What a round records of how well sampler and trainer agree.
@Suite struct SamplerAuditTests {
  private struct Round: Decodable { let samplerGap: Float }

  /// The gaps of a short run's rounds, with more settings of its stage.
  private func gaps(_ settings: String) async throws -> [Float] {
    let run = try await MiniRun.unbroken(
      pipeline: """
        name: mini
        seed: 5
        policy: { preset: tiny }
        tasks: { train: sums/train, evaluation: sums/heldout }
        stages:
          - warmUp: { steps: 9, batchSize: 8 }
          - reinforce:
              rounds: 3
              rollout: { problemsPerRound: 6, groupSize: 6, maxCompletionTokens: 6 }
              monitorEvery: 0
              \(settings)

        """)
    return try run.records(Round.self, of: "02-reinforce").map(\.samplerGap)
  }

  /// Whether the first step looks or, since dropout makes another policy of it, a pass of its own.
  @Test(arguments: ["auditShare: 0.05", "regularization: { dropout: 0.3 }"])
  func `a round finds that sampler and trainer agree, up to rounding`(settings: String) async throws
  {
    let gaps = try await gaps(settings)
    #expect(gaps.count == 3)
    #expect(gaps.allSatisfy { $0 > 0 && $0 < 0.001 }, "\(gaps)")
  }

  @Test func `a rounded sampler is told by its gap`() async throws {
    let gaps = try await gaps("productPrecision: int8")
    #expect(gaps.count == 3)
    #expect(gaps.allSatisfy { $0 > 0.001 && $0 < 10 }, "\(gaps)")
  }

  @Test func `nobody looks where no share is asked for`() async throws {
    #expect(try await gaps("auditShare: 0") == [0, 0, 0])
  }
}
