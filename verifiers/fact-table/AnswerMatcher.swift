import FactTables

/// Compares a candidate with the values of one source.
///
/// A candidate is right where all of it is a value: alone, as a sentence that repeats nothing but
/// the question (`the capital of France is Paris`), or as a list of values.
struct AnswerMatcher {
  /// Words of a sentence, at most.
  private static let wordLimit = 64

  private let answers: [FactAnswer]
  /// Which value a spelling is of, where there are several values.
  private let places: [String: Int]?
  private let list: FactSettings.ListRule
  private let context: () -> QuestionWords
  private let distance: Int
  private let isOther: (String) -> Bool

  /// - Parameters:
  ///   - answers: The values; of two with one usual spelling, the first counts.
  ///   - list: What to do with several values.
  ///   - context: Words of the question, which a sentence may repeat.
  ///   - distance: Letters of a spelling that may differ.
  ///   - isOther: Whether a folded text is another fact's answer, in which no letter may differ.
  init(
    _ answers: [FactAnswer], list: FactSettings.ListRule,
    context: @autoclosure @escaping () -> QuestionWords, distance: Int,
    isOther: @escaping (String) -> Bool
  ) {
    if answers.count == 1 {
      (self.answers, places) = (answers, nil)
    } else {
      var distinct: [FactAnswer] = []
      var places: [String: Int] = [:]
      for answer in answers where places[answer.forms[0]] == nil {
        for form in answer.forms where places[form] == nil { places[form] = distinct.count }
        distinct.append(answer)
      }
      (self.answers, self.places) = (distinct, places)
    }
    (self.list, self.context) = (list, context)
    (self.distance, self.isOther) = (distance, isOther)
  }

  /// The values that the candidate gives, in their usual spelling; nil where it is not right.
  func match(_ candidate: AnswerCandidate) -> [String]? {
    if list == .any || answers.count == 1 {
      if let found = place(of: candidate.folded.text) ?? placeInSentence(candidate) {
        return [answers[found].forms[0]]
      }
    }
    guard answers.count > 1 else { return nil }
    return AnswerList(candidate.text).places(list, of: answers.count, place(of:))
      .map { places in places.map { answers[$0].forms[0] } }
  }

  // MARK: - One value

  /// Which value a folded text spells.
  private func place(of text: String) -> Int? {
    if let exact = exactPlace(of: text) { return exact }
    if let unknown = exactPlace(of: "unknown"), AnswerCandidate.unknownForms.contains(text) {
      return unknown
    }
    guard distance > 0 else { return nil }
    let near = answers.firstIndex { answer in
      answer.forms.contains { EditDistance.isWithin(distance, text, $0) }
    }
    return near.flatMap { isOther(text) ? nil : $0 }
  }

  private func exactPlace(of text: String) -> Int? {
    if let places { return places[text] }
    return answers[0].forms.contains(text) ? 0 : nil
  }

  /// The value of `QUESTION is VALUE` or `VALUE is QUESTION`, where the question's part repeats
  /// words of the question alone.
  private func placeInSentence(_ candidate: AnswerCandidate) -> Int? {
    let words = candidate.folded.words
    guard (2...Self.wordLimit).contains(words.count),
      words.contains(where: Self.copulas.contains)
    else { return nil }
    let question = context()
    /// Whether `part` is no second answer beside `value`.
    func repeats(_ part: ArraySlice<String>, beside value: ArraySlice<String>) -> Bool {
      guard !part.contains(where: Self.denials.contains) else { return false }
      let own = part.filter { !Self.frameWords.contains($0) }
      guard question.names(value) else { return own.allSatisfy(question.all.contains) }
      return own.isEmpty || question.asks(part)
    }
    for (index, word) in words.enumerated() where Self.copulas.contains(word) {
      let (before, after) = (words[..<index], words[(index + 1)...])
      // Through folding again, since an article now stands in front.
      if repeats(before, beside: after),
        let found = place(of: FoldedText(after.joined(separator: " ")).text)
      {
        return found
      }
      if !before.isEmpty, !after.isEmpty, repeats(after, beside: before),
        let found = place(of: before.joined(separator: " "))
      {
        return found
      }
    }
    return nil
  }

  private static let copulas: Set<String> = ["is", "are", "was", "were", "=", "its", "equals"]
  private static let frameWords: Set<String> = [
    "answer", "final", "correct", "so", "thus", "therefore", "hence", "it", "its", "this", "that",
    "of", "to", "for", "in", "my", "is", "are", "called", "named", "known", "as",
  ]
  private static let denials: Set<String> = [
    "not", "no", "never", "neither", "nor", "cannot", "isnt", "arent", "wasnt", "werent", "wrong",
    "false", "incorrect", "except", "but", "without", "anything", "or",
  ]
}
