import ArgumentParser
import Foundation
import Policies
import Rollouts
import Runs
import VerifierKit
import Verifiers

/// The command `hone ask`.
struct AskCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask",
    abstract: "Asks a policy one question.",
    usage: "hone ask --policy <model> <question> [<options>]",
    discussion: """
      Prints the likeliest answer. With --votes, samples so many answers and prints
      the one that occurs most often with its count; the verifier finds the answer
      in each text. Equal counts are decided by the policy's log-probabilities.

        hone ask --policy models/smollm2-135m.gguf "What is 17 + 25?"
        hone ask --policy runs/arithmetic-tiny-1 "3+8+5+9+2=" --votes 9
      """)

  @OptionGroup var policyOptions: PolicyOptions

  @OptionGroup var sandboxOptions: SandboxOptions

  @Argument(help: "The question.")
  var question: String

  @Option(help: "Sample so many answers and take the most frequent.")
  var votes: Int?

  @Option(help: "Softmax temperature. [default: 0, or 1 with --votes]")
  var temperature: Double?

  @Option(help: "Tokens of the answer, the end included. [default: up to 256]")
  var maxTokens: Int?

  @Option(name: .customLong("stop"), help: "A text that ends answers. May be repeated.")
  var stopTexts: [String] = []

  @Option(help: "Only the likeliest tokens; 0 for all.")
  var topK = 0

  @Option(help: "Only the likeliest tokens of this probability; 1 for all.")
  var topP = 1.0

  @Option(help: "The verifier that finds the answer in a text, for --votes.")
  var verifier = "arithmetic"

  @Option(help: "Decides the samples.")
  var seed: UInt64 = 1

  @Flag(help: "Print the answer, and all votes, as JSON.")
  var json = false

  func validate() throws {
    if let votes, !(1...4096).contains(votes) {
      throw ValidationError("--votes is \(votes), but it must be within 1...4096.")
    }
    if votes ?? 1 > 1, temperature == 0 {
      throw ValidationError("At --temperature 0 all votes are equal; it must be above 0.")
    }
    if question.isEmpty { throw ValidationError("The question is empty.") }
  }

  /// What is printed as JSON.
  struct Answer: Encodable {
    let question: String
    /// The text, of the winner's first sample where there was a vote.
    let completion: String
    let stopReason: StopReason
    let tokens: Int
    /// The winner, where there was a vote and somebody voted.
    let answer: String?
    let vote: AnswerVote?
  }

  func run() async throws {
    // What would fail after the sampling fails before it.
    let judge = try votes.map { _ in
      try Judge(
        terms: [RewardTerm(verifier: verifier)], workers: 1, weakest: sandboxOptions.allowed)
    }
    let policy = try policyOptions.load()
    let problem = Problem(id: "question", prompt: question)
    let room = policy.maxPositions - (try policy.promptTokens(question).count)
    if let maxTokens, maxTokens > room, room > 0 {
      throw ValidationError(
        "--max-tokens is \(maxTokens), but of the model's \(policy.maxPositions) positions the "
          + "question leaves \(room).")
    }
    var sampling = SamplingSettings()
    sampling.temperature = temperature ?? (votes == nil ? 0 : 1)
    sampling.maxCompletionTokens = maxTokens ?? max(1, min(256, room))
    sampling.stopTexts = stopTexts
    (sampling.topK, sampling.topP) = (topK, topP)
    try sampling.validate()
    var groups = try RolloutCollector(policy, sampling: sampling, seed: seed)
      .sample([problem], groupSize: votes ?? 1, stream: 0)
    if let judge {
      try await judge.judge(&groups)
      await judge.shutDown()
    }
    let rollouts = groups.flatMap(\.rollouts)
    let vote = votes.map { _ in
      AnswerVote(
        answers: rollouts.map { $0.verdicts?.first?.answer },
        logProbs: rollouts.map { ($0.logProbs ?? []).reduce(0) { $0 + Double($1) } })
    }
    try show(rollouts[vote?.winner?.firstSample ?? 0], vote, limit: sampling.maxCompletionTokens)
  }

  private func show(_ rollout: Rollout, _ vote: AnswerVote?, limit: Int) throws {
    if json {
      return try CommandOutput.print(
        json: Answer(
          question: question, completion: rollout.completion,
          stopReason: rollout.stopReason ?? .endOfSequence, tokens: rollout.tokens?.count ?? 0,
          answer: vote?.winner?.answer, vote: vote))
    }
    let display = CommandOutput.display()
    if let winner = vote?.winner, let vote {
      print("\(winner.answer)  (\(winner.votes) of \(vote.samples) votes)")
      return
    }
    if vote != nil {
      display.message("The verifier found no answer in any sample; this is the first one.")
    }
    print(rollout.completion)
    if rollout.stopReason == .lengthLimit {
      display.message("(cut off at \(limit) tokens; --max-tokens raises the limit)")
    }
  }
}
