/// A vote among samples of one question: equal answers are counted together.
///
/// The answer that most samples give wins; among equals the one whose samples have the larger sum
/// of log-probabilities, then the one that was given first.
package struct AnswerVote: Codable, Equatable, Sendable {
  /// One answer and who gave it.
  package struct Candidate: Codable, Equatable, Sendable {
    package let answer: String
    /// Samples that gave it.
    package let votes: Int
    /// Sum of its samples' log-probabilities, nats.
    package let logProb: Double
    /// Index of the first sample that gave it.
    package let firstSample: Int
  }

  /// Answers in their order, the winner first; empty where no sample named one.
  package let candidates: [Candidate]
  /// Samples asked.
  package let samples: Int
  /// Samples whose answer nobody could tell; they do not vote.
  package let abstentions: Int

  package var winner: Candidate? { candidates.first }

  /// Counts answers.
  ///
  /// - Parameters:
  ///   - answers: One a sample; equal answers are equal texts.
  ///   - logProbs: Of each sample as a whole, nats.
  /// - Precondition: as many log-probabilities as answers.
  package init(answers: [String?], logProbs: [Double]) {
    precondition(
      answers.count == logProbs.count, "\(answers.count) answers, \(logProbs.count) samples")
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (index, answer) in answers.enumerated() {
      guard let answer else { continue }
      if members[answer] == nil { order.append(answer) }
      members[answer, default: []].append(index)
    }
    candidates = order.map { answer in
      let samples = members[answer] ?? []
      return Candidate(
        answer: answer, votes: samples.count,
        logProb: samples.reduce(0) { $0 + logProbs[$1] }, firstSample: samples.first ?? 0)
    }.sorted { left, right in
      if left.votes != right.votes { return left.votes > right.votes }
      if left.logProb != right.logProb { return left.logProb > right.logProb }
      return left.firstSample < right.firstSample
    }
    samples = answers.count
    abstentions = answers.count { $0 == nil }
  }
}
