package import Policies
import VerifierKit

/// Asks a policy how likely given completions are, token by token.
///
/// A row has `promptTokens` and `completionTokens`, or `prompt` and `completion` as texts. A text is
/// put into the policy's frame and turned into ids, which the row then has, too.
package struct RowScorer {
  private let policy: Policy
  private let temperature: Float
  private let addsEnd: Bool
  /// Rows that are scored at once, between two reports of progress.
  private static let lot = 32

  /// - Parameters:
  ///   - policy: Who is asked.
  ///   - temperature: Above 0.
  ///   - addsEnd: Whether a completion that is a text is scored with the token that ends it.
  package init(_ policy: Policy, temperature: Float, addsEnd: Bool) {
    (self.policy, self.temperature, self.addsEnd) = (policy, temperature, addsEnd)
  }

  /// Scores rows.
  ///
  /// - Parameters:
  ///   - rows: As they were read.
  ///   - path: Of the file, for messages.
  ///   - progress: Told how many rows are done.
  /// - Returns: The rows with `logProbs` and `entropies`, one number a token of the completion, in
  ///   nats.
  /// - Throws: ``RolloutFileError`` that names the line.
  package func score(
    _ rows: [JSONRow], path: String, progress: (Int) -> Void = { _ in }
  ) throws(RolloutFileError) -> [JSONRow] {
    var groups: [TokenGroup] = []
    for row in rows {
      do throws(Refusal) {
        groups.append(try group(row))
      } catch {
        throw .notARow(path: path, line: row.line, reason: error.reason)
      }
    }
    var scored = rows
    for start in stride(from: 0, to: rows.count, by: Self.lot) {
      let range = start..<min(start + Self.lot, rows.count)
      let scores = policy.score(Array(groups[range]), temperature: temperature)
      for (index, score) in zip(range, scores) {
        scored[index].members["promptTokens"] = Self.numbers(groups[index].prompt)
        scored[index].members["completionTokens"] = Self.numbers(groups[index].completions[0])
        scored[index].members["logProbs"] = Self.numbers(score[0].logProbs)
        scored[index].members["entropies"] = Self.numbers(score[0].entropies)
      }
      progress(range.upperBound)
    }
    return scored
  }

  // MARK: - Reading a row

  /// Why a row cannot be scored.
  private struct Refusal: Error {
    let reason: String
  }

  private func group(_ row: JSONRow) throws(Refusal) -> TokenGroup {
    let prompt: [Int32]
    let completion: [Int32]
    switch (
      row.members["promptTokens"], row.members["completionTokens"], row.members["prompt"],
      row.members["completion"]
    ) {
    case (let promptIDs?, let completionIDs?, _, _):
      prompt = try tokens(promptIDs, "promptTokens")
      completion = try tokens(completionIDs, "completionTokens")
    case (_, _, .string(let question)?, .string(let answer)?):
      do {
        prompt = try policy.promptTokens(question)
        completion =
          addsEnd
          ? try policy.answerTokens(answer) : try policy.answerTokens(answer).dropLast()
      } catch {
        throw Refusal(reason: "\(error)")
      }
    default:
      throw Refusal(
        reason: "it needs 'promptTokens' and 'completionTokens' as lists of ids, or 'prompt' and "
          + "'completion' as texts")
    }
    guard !prompt.isEmpty else {
      throw Refusal(reason: "the prompt has no tokens; give it at least one, such as the first")
    }
    let length = prompt.count + completion.count
    guard length <= policy.maxPositions else {
      throw Refusal(
        reason: "it has \(length) tokens, but the model was made for \(policy.maxPositions)")
    }
    return TokenGroup(prompt: prompt, completions: [completion])
  }

  private func tokens(_ value: JSONValue, _ key: String) throws(Refusal) -> [Int32] {
    let vocabulary = policy.vocabularySize
    guard case .array(let values) = value else { throw Refusal(reason: "'\(key)' is no list") }
    var tokens: [Int32] = []
    for value in values {
      guard case .number(let number) = value, let token = Int32(exactly: number),
        (0..<vocabulary).contains(Int(token))
      else {
        throw Refusal(reason: "'\(key)' holds what is no id in 0..<\(vocabulary)")
      }
      tokens.append(token)
    }
    return tokens
  }

  private static func numbers(_ values: [Int32]) -> JSONValue {
    .array(values.map { .number(Double($0)) })
  }

  /// Through the shortest digits, so that a float keeps its own spelling.
  private static func numbers(_ values: [Float]) -> JSONValue {
    .array(values.map { .number(Double($0.description) ?? Double($0)) })
  }
}
