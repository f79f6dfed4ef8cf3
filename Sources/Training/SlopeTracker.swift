import PolicyGradient
import Transformers

/// Turns the log-probabilities of a pass into the slopes that an objective has there.
///
/// The head asks chunk by chunk. An objective over tokens is evaluated on the part of each sequence
/// that lies in the chunk; one over whole sequences has been evaluated before.
struct SlopeTracker {
  private let objective: Objective
  private let sequences: [TrainingSequence]
  private let weights: [Double]
  private let entropyWeight: Double
  /// The targets of each sequence.
  private let ranges: [Range<Int>]
  private var precomputed: [Float]?
  private(set) var diagnostics = SequenceDiagnostics()
  /// The first sequence that a later chunk may touch; chunks come in order.
  private var firstOpen = 0

  init(
    objective: Objective, sequences: [TrainingSequence], weights: [Double], entropyWeight: Double,
    ranges: [Range<Int>]
  ) {
    precondition(sequences.count == ranges.count && weights.count == ranges.count)
    (self.objective, self.sequences, self.weights) = (objective, sequences, weights)
    (self.entropyWeight, self.ranges) = (entropyWeight, ranges)
  }

  /// Evaluates whole sequences, given the log-probabilities of all targets.
  mutating func precompute(_ logProbs: [Float]) {
    var all = [Float](repeating: 0, count: logProbs.count)
    for (index, range) in ranges.enumerated() where !range.isEmpty {
      let slopes = evaluate(index, part: range, logProbs: Array(logProbs[range]), entropies: [])
      all.replaceSubrange(range, with: slopes)
    }
    precomputed = all
  }

  /// The slopes of a chunk of targets.
  mutating func slopes(of chunk: TokenHead.Chunk) -> TokenHead.Slopes {
    let entropySlope = objective.entropySlope(entropyWeight: entropyWeight)
    let dEntropies = [Float](repeating: entropySlope, count: chunk.range.count)
    if let precomputed {
      let entropy = chunk.entropies.reduce(0) { $0 + Double($1) }
      diagnostics.entropySum += entropy
      diagnostics.loss -= objective.settings.entropyCoefficient * entropyWeight * entropy
      return TokenHead.Slopes(
        dLogProbs: Array(precomputed[chunk.range]), dEntropies: dEntropies)
    }
    var dLogProbs = [Float](repeating: 0, count: chunk.range.count)
    for index in firstOpen..<ranges.count {
      let part = ranges[index].clamped(to: chunk.range)
      if ranges[index].lowerBound >= chunk.range.upperBound { break }
      if ranges[index].upperBound <= chunk.range.upperBound { firstOpen = index + 1 }
      guard !part.isEmpty else { continue }
      let local =
        part.lowerBound - chunk.range.lowerBound..<part.upperBound - chunk.range.lowerBound
      let slopes = evaluate(
        index, part: part, logProbs: Array(chunk.logProbs[local]),
        entropies: Array(chunk.entropies[local]))
      dLogProbs.replaceSubrange(local, with: slopes)
    }
    return TokenHead.Slopes(dLogProbs: dLogProbs, dEntropies: dEntropies)
  }

  /// Evaluates the part of sequence `index` that lies at targets `part`.
  private mutating func evaluate(
    _ index: Int, part: Range<Int>, logProbs: [Float], entropies: [Float]
  ) -> [Float] {
    let sequence = sequences[index]
    let start = ranges[index].lowerBound
    let tokens = part.lowerBound - start..<part.upperBound - start
    var slopes: [Float] = []
    diagnostics += objective.evaluate(
      logProbs: logProbs, oldLogProbs: Array(sequence.oldLogProbs[tokens]),
      referenceLogProbs: sequence.referenceLogProbs.map { Array($0[tokens]) },
      entropies: entropies.isEmpty && objective.needsEntropySlope
        ? logProbs.map { _ in 0 } : entropies,
      advantage: sequence.advantage, weight: weights[index], entropyWeight: entropyWeight,
      slopes: &slopes)
    return slopes
  }
}
