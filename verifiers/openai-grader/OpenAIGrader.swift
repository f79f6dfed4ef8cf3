import VerifierKit

/// Judges as a grader of OpenAI's reinforcement fine-tuning and evaluations does.
///
/// The grader is the problem's own, `metadata.grader`, or else the setting of that name. Templates
/// reach the completion as `sample` and the problem's data as `item`: `metadata.item`, or else the
/// rest of the metadata with `prompt` and `answer`.
struct OpenAIGrader: VerifierPlugin {
  static let name = "openai-grader"
  static let version = "1.0"

  private let settings: GraderSettings
  private let workshop: GraderWorkshop

  init(settings: [String: JSONValue]) throws {
    try self.init(settings: settings, places: .standard)
  }

  init(settings: [String: JSONValue], places: GraderPlaces) throws(InvalidVerifierSetting) {
    let settings = try GraderSettings(settings)
    (self.settings, workshop) = (settings, GraderWorkshop(settings, places: places))
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    let grader: Grader
    do throws(Grader.Unusable) {
      guard let own = try problem.metadata["grader"].map(Grader.init) ?? settings.grader else {
        return .unscored(reason: "neither the problem nor the settings have a grader")
      }
      grader = own
    } catch {
      return .unscored(reason: "the problem's grader cannot be used: \(error.reason)")
    }
    guard let item = Self.item(of: problem) else {
      return .unscored(reason: "the metadata's 'item' is no object")
    }
    guard !JSONValue.object(item).holdsRoundedNumber else {
      return .unscored(
        reason: "the item has a number from 2^53 on, which JSON rounds; write it as a text")
    }
    let sample = GraderSample(completion)
    var round = GradingRound(sample: sample, item: item, settings: settings, workshop: workshop)
    let grade = round.grade(grader)
    return verdict(grade, threshold: grader.passThreshold ?? settings.passThreshold)
      .detailed(round.details)
  }

  // MARK: - Verdicts

  /// Sums of shares such as 0.1 + 0.2 + 0.7 fall short of 1 by less than this.
  private static let roundingError = 1e-9

  private func verdict(_ grade: Grade, threshold: Double) -> Verdict {
    switch grade {
    case .unscored(let reason): return .unscored(reason: reason)
    case .refused(let reason): return .wrong(reason: reason)
    case .score(let score, let reason):
      guard score > -Self.roundingError, score < 1 + Self.roundingError else {
        return .unscored(
          reason: """
            the grade \(score) is not in 0...1; scale it, as with 'calculate_output' of a multi \
            grader
            """)
      }
      return score >= threshold - Self.roundingError
        ? .passed(score: score, reason: reason) : .wrong(score: score, reason: reason)
    }
  }

  /// What templates reach as `item`; nil where the problem has one that is no object.
  private static func item(of problem: Problem) -> [String: JSONValue]? {
    switch problem.metadata["item"] {
    case .object(let members)?: return members
    case nil:
      var members = problem.metadata
      members["grader"] = nil
      members["prompt"] = .string(problem.prompt)
      members["answer"] = problem.answer.map(JSONValue.string)
      return members
    default: return nil
    }
  }
}

/// What a grader makes of a completion.
enum Grade: Equatable {
  case score(Double, reason: String)
  /// The completion lacks what the grader reads, or is beyond a limit: worth nothing.
  case refused(reason: String)
  /// The grader, or the item, is at fault: nothing can be said.
  case unscored(reason: String)
}

/// What templates and programs reach as `sample`.
struct GraderSample {
  let text: String
  /// The completion as JSON; nil where it is none, or has numbers that were rounded to equal ones.
  let json: JSONValue?

  init(_ completion: String) {
    text = completion
    // A text of that size is no structured output, and its value would take many times the memory.
    let value = completion.utf8.count <= 256 << 10 ? try? JSONReader.value(in: completion) : nil
    json = value.flatMap { $0.holdsRoundedNumber ? nil : $0 }
  }

  /// The members that `sample` has.
  var members: [String: JSONValue] {
    let message: JSONValue = .object(["role": .string("assistant"), "content": .string(text)])
    return [
      "output_text": .string(text), "output_json": json ?? .null, "output_tools": .array([]),
      "choices": .array([.object(["message": message])]),
    ]
  }
}
