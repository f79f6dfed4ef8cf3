package import VerifierKit

/// Finds training problems that share n-grams with problems that a policy is to be judged on.
///
/// Words are compared without case, marks and Unicode form. An evaluation text of fewer than `size`
/// pieces is one n-gram of its own length, which is found within longer texts; one below the
/// ``floor(of:)`` only where a whole text equals it. Hashes only lead to a place; there, the pieces
/// themselves are compared.
///
/// - SeeAlso: Brown 2020 (GPT-3), appendix C, for 13 words.
package struct Contamination: Sendable {
  /// Words of an n-gram where nothing else is asked for.
  package static let defaultWords = 13
  /// Characters of an n-gram where nothing else is asked for: short problems have no 13 words.
  package static let defaultCharacters = 32

  /// Pieces of a short evaluation text that is found within longer ones, at least: what is shorter
  /// stands in many texts by chance.
  package static func floor(of unit: ProblemText.Unit) -> Int { unit == .words ? 4 : 16 }

  private let unit: ProblemText.Unit
  private let size: Int
  /// Lengths of the evaluation texts that are shorter than an n-gram, in ascending order.
  private var shortLengths: [Int] = []
  /// Where an n-gram of the evaluation stands first.
  private var places: [UInt64: Place] = [:]
  private var evaluation: [(id: String, pieces: [String])] = []

  private struct Place {
    let problem: Int
    let start: Int
    let length: Int
  }

  /// A problem of the training set that shares text with the evaluation.
  package struct Match: Equatable, Sendable {
    /// Its place in the training set.
    package let index: Int
    package let spans: [Span]
  }

  /// A stretch of a training problem whose n-grams are all in the evaluation.
  package struct Span: Equatable, Codable, Sendable {
    /// The evaluation problem that has the stretch's first n-gram.
    package let evaluation: String
    /// The stretch as the training problem has it, in Unicode's form NFKC.
    package let text: String
    /// Its length in words or characters.
    package let pieces: Int
  }

  /// Takes in the problems to judge on.
  ///
  /// - Parameters:
  ///   - problems: The evaluation; only prompts count.
  ///   - unit: What n-grams are made of.
  ///   - size: Pieces of an n-gram; nil for the default of the unit.
  package init(evaluation problems: [Problem], unit: ProblemText.Unit, size: Int? = nil) {
    self.unit = unit
    self.size = size ?? (unit == .words ? Self.defaultWords : Self.defaultCharacters)
    precondition(self.size > 0, "n-grams of \(self.size)")
    for (index, problem) in problems.enumerated() {
      let pieces = pieces(of: ProblemText.normalised(problem.prompt)).map(\.text)
      evaluation.append((problem.id, pieces))
      let length = min(self.size, pieces.count)
      for (start, hash) in grams(of: length, in: pieces.map(HeldOutSplit.hash))
      where places[hash] == nil {
        places[hash] = Place(problem: index, start: start, length: length)
      }
    }
    shortLengths = Set(evaluation.map(\.pieces.count)).filter { $0 > 0 && $0 < self.size }.sorted()
  }

  /// Looks up every n-gram of the training problems.
  ///
  /// - Parameters:
  ///   - problems: The training set; only prompts count.
  ///   - progress: Told how many are done.
  /// - Returns: Those that share one, in their order.
  package func matches(
    in problems: [Problem], progress: (Int) -> Void = { _ in }
  ) -> [Match] {
    problems.enumerated().compactMap { index, problem in
      defer { progress(index + 1) }
      let spans = spans(in: problem.prompt)
      return spans.isEmpty ? nil : Match(index: index, spans: spans)
    }
  }

  // MARK: - One text

  private func spans(in text: String) -> [Span] {
    let text = ProblemText.normalised(text)
    let found = pieces(of: text)
    let pieces = found.map(\.text)
    let numbers = pieces.map(HeldOutSplit.hash)
    let floor = Self.floor(of: unit)
    var shared: [(range: Range<Int>, problem: Int)] = []
    for length in shortLengths + [size] where length >= min(floor, size) || length == pieces.count {
      for (start, hash) in grams(of: length, in: numbers) {
        guard let place = places[hash], place.length == length,
          evaluation[place.problem].pieces[place.start..<place.start + length]
            == pieces[start..<start + length]
        else { continue }
        shared.append((start..<start + length, place.problem))
      }
    }
    var stretches: [(range: Range<Int>, problem: Int)] = []
    for gram in shared.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      // N-grams that touch are one stretch.
      if let last = stretches.last?.range, gram.range.lowerBound <= last.upperBound {
        stretches[stretches.count - 1].range =
          last.lowerBound..<max(last.upperBound, gram.range.upperBound)
      } else {
        stretches.append(gram)
      }
    }
    return stretches.map { range, problem in
      let (first, last) = (found[range.lowerBound].range, found[range.upperBound - 1].range)
      return Span(
        evaluation: evaluation[problem].id, text: String(text[first.lowerBound..<last.upperBound]),
        pieces: range.count)
    }
  }

  private func pieces(of text: String) -> [ProblemText.Piece] {
    switch unit {
    case .words: ProblemText.words(of: text, keepsMarks: false)
    case .characters: ProblemText.characters(of: text)
    }
  }

  /// Every n-gram of a length with its start, from the hashes of the pieces.
  private func grams(of length: Int, in numbers: [UInt64]) -> [(start: Int, hash: UInt64)] {
    guard length > 0, length <= numbers.count else { return [] }
    // A short text has another key than a longer one that begins with it.
    return (0...numbers.count - length).map { start in
      let hash = NGram.hash(numbers[start..<start + length])
      return (start, length < size ? ~hash : hash)
    }
  }
}
