import Randomness
import VerifierKit

/// One puzzle with its answer, apart from how it is worded.
struct Puzzle: Equatable {
  /// The problem as a sentence.
  var question: String
  /// The problem in few characters of the embedded policy's alphabet, such as `parity 1011=`.
  var short: String
  var answer: String
  /// Lines of working that lead to the answer, without it.
  var steps: [String] = []
  /// How `exact-text` reads the answer; nil where `arithmetic` judges.
  var form: String?
  /// What a verifier needs beside the answer.
  var metadata: [String: JSONValue] = [:]
  /// The one text that all spellings of the problem share; nil for `short`.
  var canonical: String?
}

extension CounterGenerator {
  /// An element of a list, each equally likely.
  ///
  /// - Precondition: The list has elements.
  mutating func element<Element>(of list: [Element]) -> Element {
    list[integer(in: 0...list.count - 1)]
  }

  mutating func bit() -> Bool { integer(in: 0...1) == 1 }
}
