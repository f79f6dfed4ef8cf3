import Testing

@testable import Rollouts

@Suite struct AnswerVoteTests {
  @Test func `the answer of most samples wins`() {
    let vote = AnswerVote(answers: ["4", "3", nil, "3"], logProbs: [-0.1, -5, 0, -5])
    #expect(vote.winner?.answer == "3")
    #expect(vote.candidates.map(\.votes) == [2, 1])
    #expect(vote.winner?.firstSample == 1 && vote.winner?.logProb == -10)
    #expect(vote.samples == 4 && vote.abstentions == 1)
  }

  @Test func `equal counts go to the larger sum of log-probabilities`() {
    let vote = AnswerVote(answers: ["4", "3"], logProbs: [-2, -1])
    #expect(vote.candidates.map(\.answer) == ["3", "4"])
  }

  @Test func `what is equal in all goes to the first`() {
    #expect(AnswerVote(answers: ["4", "3"], logProbs: [-1, -1]).winner?.answer == "4")
  }

  @Test(arguments: [[String?](), [nil, nil]])
  func `nobody wins where nobody votes`(answers: [String?]) {
    let vote = AnswerVote(answers: answers, logProbs: answers.map { _ in 0 })
    #expect(vote.winner == nil)
    #expect(vote.abstentions == answers.count)
  }
}
