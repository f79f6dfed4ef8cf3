import Foundation
import Randomness
import TestSupport
import Testing

@testable import hone_verifier_answer_format

@Suite struct BoundedPatternTests {
  @Test(arguments: [
    ("abc", "abc", true), ("abc", "abcd", false), ("abc", "xabc", false), ("", "", true),
    ("", "a", false), ("a|b|cd", "cd", true), ("a|b|cd", "ad", false), ("a|", "", true),
    ("a*", "", true), ("a*", "aaa", true), ("a+", "", false), ("ab?c", "ac", true),
    ("a{2}", "aa", true), ("a{2}", "aaa", false), ("a{2,}", "aaaa", true), ("a{2,}", "a", false),
    ("a{1,3}", "aaa", true), ("a{1,3}", "aaaa", false), ("a{0}", "", true), ("a{0}", "a", false),
    ("(ab)+", "abab", true), ("(ab)+", "aba", false), ("(?:a|b)*c", "abbac", true),
    ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[^a-c]", "d", true), ("[^a-c]", "a", false),
    ("[-+]?\\d+", "-12", true), ("[\\d.]+", "1.5", true), ("[a\\-z]", "-", true),
    ("[a-]", "-", true), ("[\\]]", "]", true), ("\\w+\\s\\S", "ab_1 é", true), ("\\D", "1", false),
    (".", "\n", false), (".|\n", "\n", true), ("\\n\\t", "\n\t", true),
    ("\\\\boxed\\{.*\\}", "\\boxed{1}", true),
    ("é", "é", true), ("é", "e\u{301}", false), ("[а-я]+", "мир", true),
    ("((a*)*)*b", "aaab", true),
  ])
  func `a pattern describes whole texts`(pattern: String, text: String, isMatch: Bool) throws {
    #expect(try BoundedPattern(pattern).matches(text.unicodeScalars) == isMatch)
  }

  @Test(arguments: [
    ("(", "a ')' is needed, at character 1"), (")", "a ')' closes nothing, at character 0"),
    ("[a", "a ']' is needed, at character 2"), ("[]", "a set is empty, at character 2"),
    ("[z-a]", "a range ends before it begins"), ("*", "'*' stands for itself as '\\*' only"),
    ("a**", "a repetition is repeated"), ("a*?", "a repetition is repeated"),
    ("^a", "'^' is not needed"), ("a$", "'$' is not needed"), ("a{2", "a '}' is needed"),
    ("a{3,2}", "ends before it begins"), ("a{x}", "a number up to 500 is needed"),
    ("a{501}", "a number up to 500 is needed"), ("a{99999999999999999999}", "a number up to 500"),
    ("\\", "something is needed behind '\\'"), ("\\b", "'\\b' has no meaning here"),
    ("(?=a)", "of groups with '?' there is '(?:' alone"), ("(?<n>a)", "there is '(?:' alone"),
    ("[\\D]", "an opposite stands inside a set"),
    ("((a{500}){500}){500}", "longer than 1000 places"),
    ("a{500}b{500}c{500}", "longer than 1000 places"),
    (String(repeating: "(", count: 10_000), "more than 32 groups"),
  ])
  func `what is no pattern is refused with its place`(pattern: String, message: String) throws {
    let error = try #require(throws: PatternError.self) { try BoundedPattern(pattern) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `patterns that make others backtrack for ever are quick`() throws {
    let text = String(repeating: "a", count: 20_000) + "!"
    let seconds = try processorSeconds {
      for pattern in ["(a+)+", "(a|aa)+", "(a*)*b", "(.*)(.*)(.*)(.*)x", "(a|a|a|a)*"] {
        let isMatched = try BoundedPattern(pattern).matches(text.unicodeScalars)
        #expect(!isMatched, "\(pattern)")
      }
    }
    #expect(seconds < 20)
  }

  @Test func `random patterns say what a plain matcher says`() throws {
    var matches = 0
    for seed in 0..<3000 {
      var generator = CounterGenerator(keys: 12, UInt64(seed))
      let plain = PlainPattern.random(depth: 3, &generator)
      let text = String(
        (0..<generator.integer(in: 0...6)).map { _ in
          "ab"[
            generator.integer(in: 0...1) == 0 ? "ab".startIndex : "ab".index(after: "ab".startIndex)
          ]
        })
      let expected = plain.ends(Array(text), from: 0).contains(text.count)
      #expect(
        try BoundedPattern(plain.text).matches(text.unicodeScalars) == expected,
        "\(plain.text) on \(text)")
      matches += expected ? 1 : 0
    }
    #expect(matches > 300 && matches < 2700, "\(matches) of 3000 match")
  }
}

/// A pattern that is matched by trying: a second opinion.
private indirect enum PlainPattern {
  case letter(Character)
  case both(PlainPattern, PlainPattern)
  case either(PlainPattern, PlainPattern)
  case times(PlainPattern, Int, Int?)

  static func random(depth: Int, _ generator: inout CounterGenerator) -> PlainPattern {
    switch depth == 0 ? 0 : generator.integer(in: 0...3) {
    case 1: .both(random(depth: depth - 1, &generator), random(depth: depth - 1, &generator))
    case 2: .either(random(depth: depth - 1, &generator), random(depth: depth - 1, &generator))
    case 3:
      times(
        random(depth: depth - 1, &generator), least: generator.integer(in: 0...2),
        more: generator.integer(in: -1...2))
    default: .letter(generator.integer(in: 0...1) == 0 ? "a" : "b")
    }
  }

  private static func times(_ part: PlainPattern, least: Int, more: Int) -> PlainPattern {
    .times(part, least, more < 0 ? nil : least + more)
  }

  var text: String {
    switch self {
    case .letter(let letter): String(letter)
    case .both(let one, let other): one.text + other.text
    case .either(let one, let other): "(\(one.text)|\(other.text))"
    case .times(let part, let least, let most):
      "(\(part.text)){\(least),\(most.map(String.init) ?? "")}"
    }
  }

  /// Where a match from a place may end.
  func ends(_ text: [Character], from start: Int) -> Set<Int> {
    switch self {
    case .letter(let letter): return start < text.count && text[start] == letter ? [start + 1] : []
    case .both(let one, let other):
      return one.ends(text, from: start).reduce(into: []) {
        $0.formUnion(other.ends(text, from: $1))
      }
    case .either(let one, let other):
      return one.ends(text, from: start).union(other.ends(text, from: start))
    case .times(let part, let least, let most):
      var places: Set<Int> = [start]
      var found: Set<Int> = least == 0 ? [start] : []
      for round in 1...max(most ?? (least + text.count + 1), 1) {
        if round > most ?? .max { break }
        places = places.reduce(into: []) { $0.formUnion(part.ends(text, from: $1)) }
        if round >= least { found.formUnion(places) }
      }
      return found
    }
  }
}
