import VerifierKit

/// Judges whether a completion's final answer is the reference, read in a declared form.
///
/// An answer, not a mention: all of the text at the answer's place is compared, so that a second
/// candidate, a negation, a hedge or the question itself makes it another answer. What the
/// reference cannot decide is unscored.
struct ExactTextVerifier: VerifierPlugin {
  static let name = "exact-text"
  static let version = "1.0"

  private let rule: AnswerSpan.Rule
  private let form: AnswerForm

  init(settings: [String: JSONValue]) throws {
    rule = try settings["extract"]?.choice(of: "extract") ?? .any
    form = try settings["answerForm"]?.choice(of: "answerForm") ?? .text
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    guard let form = form(of: problem) else {
      let forms = AnswerForm.allCases.map(\.rawValue).joined(separator: ", ")
      return .unscored(reason: "the metadata 'answerForm' is not one of \(forms)")
    }
    guard let answer = problem.answer, !answer.allSatisfy(\.isWhitespace) else {
      return .unscored(reason: "the problem has no answer to compare with")
    }
    guard answer.utf8.count <= AnswerSpan.byteLimit, let reference = form.canonical(answer) else {
      return .unscored(reason: "the reference is no \(form.meaning)")
    }
    let span: AnswerSpan
    do throws(AnswerSpan.Refusal) {
      span = try AnswerSpan(in: completion, rule: rule, form: form)
    } catch {
      return .wrong(reason: error.reason)
    }
    // A lead-in may be part of the answer, so both readings count.
    let readings = [span.withoutLeadIn, span.text].flatMap(form.readings)
    guard let candidate = readings.first else {
      return .wrong(reason: "the answer is no \(form.meaning)")
    }
    guard readings.contains(reference) else {
      return Verdict.wrong(reason: "the answer is another one").naming(candidate)
    }
    return Verdict.passed(reason: "the answer is the reference").naming(reference)
  }

  // MARK: - Settings

  /// The form in which a problem's answers are read; nil where its metadata name none.
  private func form(of problem: Problem) -> AnswerForm? {
    guard let value = problem.metadata["answerForm"] else { return form }
    guard case .string(let word) = value else { return nil }
    return AnswerForm(rawValue: word)
  }
}
