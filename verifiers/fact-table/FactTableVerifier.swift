import FactTables
import VerifierKit

/// Judges whether a completion's answer is one of a fact's values.
///
/// The values come from a table, or from the problem itself: its `answer`, with `aliases` and
/// further `answers` in its metadata. The whole answer must be a value, folded; a text that mentions
/// one among other things gives none. What the table does not know is unscored.
struct FactTableVerifier: VerifierPlugin {
  static let name = "fact-table"
  static let version = "1.1"

  private let settings: FactSettings
  private let index: FactIndex?

  init(settings: [String: JSONValue]) throws {
    self.settings = try FactSettings(settings)
    index = try self.settings.prepared.map { try FactIndex(path: $0) }
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    do throws(FactRefusal) {
      let question = try FactQuestion(problem, settings: settings)
      let answers = try question.answers(in: index)
      return judge(completion, question, answers)
    } catch {
      return .unscored(reason: error.reason)
    }
  }

  // MARK: - One candidate

  private func judge(
    _ completion: String, _ question: FactQuestion, _ answers: [FactAnswer]
  ) -> Verdict {
    let candidate: AnswerCandidate
    do throws(FactRefusal) {
      candidate = try AnswerCandidate(
        of: completion, rule: settings.extract, isList: question.list != .any)
    } catch {
      return .wrong(reason: error.reason)
    }
    let valid = answers.filter { question.accepts($0.asOf) }
    guard !valid.isEmpty else {
      return .unscored(reason: "the table has no value for the time that is asked about")
    }
    var finding = SourceFinding(candidate, question, valid)
    if !finding.isAccepted, settings.editDistance > 0 {
      finding = SourceFinding(candidate, question, valid, distance: settings.editDistance) { text in
        index?.knows(text, relation: question.relation, isReversed: !question.isReversed) ?? false
      }
    }
    if finding.isAccepted {
      guard settings.agreement == .any || finding.refusing.isEmpty else {
        return finding.detailing(.unscored(reason: "the sources disagree about this answer"))
      }
      return finding.detailing(.passed(reason: finding.reason)).naming(finding.name)
    }
    return refusal(candidate, question, answers).naming(candidate.folded.text)
  }

  /// Why the answer is wrong, and what it is worth all the same.
  private func refusal(
    _ candidate: AnswerCandidate, _ question: FactQuestion, _ answers: [FactAnswer]
  ) -> Verdict {
    if candidate.saysUnknown {
      return .wrong(
        score: settings.unknownScore, reason: "the answer is that it is unknown, and it is known")
    }
    let others = answers.filter { !question.accepts($0.asOf) }
    if !others.isEmpty, SourceFinding(candidate, question, others).isAccepted {
      return .wrong(reason: "the answer is right at another time")
    }
    return .wrong(reason: "the answer is no accepted value")
  }
}

/// What the sources of a fact say of one candidate.
private struct SourceFinding {
  private(set) var accepting: [String] = []
  private(set) var refusing: [String] = []
  /// The values that the candidate gives, as the first source that accepts it writes them.
  private(set) var name = ""

  var isAccepted: Bool { !accepting.isEmpty }

  /// `distance` letters may differ, but not in what `isOther` says is another fact's answer.
  init(
    _ candidate: AnswerCandidate, _ question: FactQuestion, _ answers: [FactAnswer],
    distance: Int = 0, isOther: @escaping (String) -> Bool = { _ in false }
  ) {
    var sources: [String] = []
    for answer in answers where !sources.contains(answer.source) { sources.append(answer.source) }
    for source in sources {
      let matcher = AnswerMatcher(
        answers.filter { $0.source == source }, list: question.list,
        context: question.words, distance: distance, isOther: isOther)
      if let found = matcher.match(candidate) {
        if accepting.isEmpty { name = found.joined(separator: "; ") }
        accepting.append(source)
      } else {
        refusing.append(source)
      }
    }
  }

  var reason: String {
    guard !refusing.isEmpty else { return "the answer is an accepted value" }
    return """
      the answer is the value of \(Self.list(accepting)); \(Self.list(refusing)) has another
      """
  }

  /// The verdict with who accepts and who refuses, where sources differ.
  func detailing(_ verdict: Verdict) -> Verdict {
    guard accepting.count + refusing.count > 1 else { return verdict }
    return verdict.detailed([
      "acceptedBy": .array(accepting.map(JSONValue.string)),
      "refusedBy": .array(refusing.map(JSONValue.string)),
    ])
  }

  private static func list(_ sources: [String]) -> String {
    sources.map { $0.isEmpty ? "a source without a name" : "'\($0)'" }.joined(separator: ", ")
  }
}

/// Why a problem cannot be judged, or a completion gives no answer.
struct FactRefusal: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
