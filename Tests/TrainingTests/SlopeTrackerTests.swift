import PolicyGradient
import TestSupport
import Testing

@testable import Training
@testable import Transformers

/// The head asks chunk by chunk; what an objective answers must not depend on where chunks end.
@Suite struct SlopeTrackerTests {
  static let lengths = [3, 0, 1, 7, 2, 0, 5]

  private func sequences() -> (all: [TrainingSequence], ranges: [Range<Int>], logProbs: [Float]) {
    var numbers = TestNumbers(seed: 2)
    var (all, ranges, logProbs): ([TrainingSequence], [Range<Int>], [Float]) = ([], [], [])
    for length in Self.lengths {
      let new = (0..<length).map { _ in -1 + numbers.float(0.8) }
      ranges.append(logProbs.count..<logProbs.count + length)
      logProbs += new
      all.append(
        TrainingSequence(
          tokens: new.map { _ in 1 }, oldLogProbs: new.map { $0 + numbers.float(0.3) },
          referenceLogProbs: new.map { $0 + numbers.float(0.2) },
          advantage: Double(numbers.float(2))))
    }
    return (all, ranges, logProbs)
  }

  private func slopes(
    _ settings: ObjectiveSettings, chunk size: Int
  ) -> (slopes: [Float], dEntropies: [Float], diagnostics: SequenceDiagnostics) {
    let (all, ranges, logProbs) = sequences()
    let objective = Objective(settings)
    let weights = objective.weights(
      lengths: Self.lengths, promptOf: [0, 0, 0, 1, 1, 2, 2], maximumLength: 8)
    var tracker = SlopeTracker(
      objective: objective, sequences: all, weights: weights,
      entropyWeight: objective.entropyWeight(lengths: Self.lengths), ranges: ranges)
    if objective.needsWholeSequence { tracker.precompute(logProbs) }
    var (slopes, dEntropies): ([Float], [Float]) = ([], [])
    for start in stride(from: 0, to: logProbs.count, by: size) {
      let range = start..<min(logProbs.count, start + size)
      let answer = tracker.slopes(
        of: TokenHead.Chunk(
          range: range, logProbs: Array(logProbs[range]),
          entropies: range.map { 0.1 * Float($0) }))
      slopes += answer.dLogProbs
      dEntropies += answer.dEntropies
    }
    return (slopes, dEntropies, tracker.diagnostics)
  }

  @Test(arguments: ObjectivePreset.allCases, [0, 0.02])
  func `slopes do not depend on the chunks of the head`(
    preset: ObjectivePreset, entropyCoefficient: Double
  ) {
    var settings = preset.settings
    settings.entropyCoefficient = entropyCoefficient
    let whole = slopes(settings, chunk: 1000)
    #expect(whole.slopes.contains { $0 != 0 })
    for size in [1, 2, 4, 5, 17] {
      let chunked = slopes(settings, chunk: size)
      #expect(chunked.slopes == whole.slopes, "chunks of \(size)")
      #expect(chunked.dEntropies == whole.dEntropies)
      #expect(abs(chunked.diagnostics.loss - whole.diagnostics.loss) < 1e-12)
      #expect(abs(chunked.diagnostics.entropySum - whole.diagnostics.entropySum) < 1e-9)
      #expect(chunked.diagnostics.tokens == 18)
      #expect(chunked.diagnostics.clipFraction == whole.diagnostics.clipFraction)
    }
  }

  @Test(arguments: ObjectivePreset.allCases)
  func `the loss that is reported has the entropy in it`(preset: ObjectivePreset) {
    var settings = preset.settings
    let without = slopes(settings, chunk: 4).diagnostics
    settings.entropyCoefficient = 0.5
    let with = slopes(settings, chunk: 4).diagnostics
    // Entropies 0, 0.1 … 1.7 have the mean 0.85.
    #expect(abs(with.entropySum - 15.3) < 1e-4)
    #expect(abs(without.loss - with.loss - 0.5 * 0.85) < 1e-6)
  }
}
