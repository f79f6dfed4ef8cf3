import VerifierKit

/// Judges whether a completion's final number is the reference, in exact rationals.
///
/// A problem whose metadata has `numbers` and `target`, and whose answer is no plain number, is a
/// Countdown puzzle: its answer is an expression. No text is ever evaluated, and a completion that
/// gives two answers gives none. What the reference cannot decide is unscored.
struct ArithmeticVerifier: VerifierPlugin {
  static let name = "arithmetic"
  static let version = "1.0"

  private let rule: AnswerReader.Rule
  private let joinsThousands: Bool
  private let useAll: Bool

  init(settings: [String: JSONValue]) throws {
    rule = try settings["extract"]?.choice(of: "extract") ?? .any
    joinsThousands =
      try (settings["commas"]?.choice(of: "commas") ?? Commas.thousands) == .thousands
    switch settings["useAll"] {
    case nil: useAll = true
    case .bool(let value): useAll = value
    default: throw InvalidVerifierSetting(name: "useAll", rule: "true or false")
    }
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    do throws(AnswerReader.Refusal) {
      let reader = AnswerReader(rule: rule, joinsThousands: try joinsThousands(problem))
      let reference: Quantity
      do throws(AnswerReader.Refusal) {
        guard let answer = problem.answer else {
          throw AnswerReader.Refusal(reason: "the problem has no answer to compare with")
        }
        reference = try reader.reference(answer)
      } catch {
        guard let puzzle = try CountdownPuzzle(problem.metadata) else {
          return unjudged(completion, error.reason, reader)
        }
        return puzzle.judge(completion, useAll: useAll)
      }
      return compare(completion, reference, reader)
    } catch {
      return .unscored(reason: error.reason)
    }
  }

  private func compare(
    _ completion: String, _ reference: Quantity, _ reader: AnswerReader
  ) -> Verdict {
    do throws(AnswerReader.Refusal) {
      let candidate = try reader.candidate(in: completion)
      let verdict: Verdict =
        reference.isMeant(by: candidate)
        ? .passed(reason: "the final number is the reference")
        : .wrong(reason: "the final number is another one")
      return verdict.naming(candidate.name)
    } catch {
      return .wrong(reason: error.reason)
    }
  }

  /// Nothing to compare with; what the completion answers can be told all the same.
  private func unjudged(_ completion: String, _ reason: String, _ reader: AnswerReader) -> Verdict {
    do throws(AnswerReader.Refusal) {
      return .unscored(reason: reason).naming(try reader.candidate(in: completion).name)
    } catch {
      return .unscored(reason: "\(reason); \(error.reason)")
    }
  }

  // MARK: - Settings

  private enum Commas: String, CaseIterable { case thousands, list }

  /// A problem may say in its metadata how its answer uses commas.
  private func joinsThousands(_ problem: Problem) throws(AnswerReader.Refusal) -> Bool {
    guard let value = problem.metadata["commas"] else { return joinsThousands }
    guard case .string(let word) = value, let commas = Commas(rawValue: word) else {
      throw AnswerReader.Refusal(reason: "the metadata 'commas' is not thousands or list")
    }
    return commas == .thousands
  }
}
