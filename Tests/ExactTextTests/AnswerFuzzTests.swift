import Randomness
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_exact_text

/// Completions that a seeded mutator made of answers, and answers whose size is the attack.
@Suite struct AnswerFuzzTests {
  /// Right answers by form.
  private static let seeds: [(AnswerForm, String)] = [
    (.text, "Answer: **17 days, 03:43**."), (.exact, "olleH"), (.compact, "] ) >"),
    (.list, "['-95.0', '-51.0', '47.29']"), (.set, "2 × 2 × 2 × 41"), (.boolean, "yes"),
    (.date, "Friday, 1st of March 2024"), (.fraction, "$\\dfrac{23}{131}$"),
    (.grid, "```\n1 2\n3 4\n```"), (.text, "\\boxed{\\text{Monday}}"),
    (.list, "<answer>a, b, and c</answer>"),
  ]
  private static let pieces = [
    "Answer:", "A:", "####", "\\boxed{", "}", "<answer>", "</answer>", "{", "\\", "\"", "'", "*",
    "```", "\n", ",", ";", "×", "[", "]", "0", "9", "-", ".", "\u{0}", "\u{202E}", "\u{301}",
    "\u{1F468}\u{200D}\u{1F469}", "\\frac{", "}{", "and ", "not ", "the answer is ", " ",
  ]

  private static func mutated(_ text: String, _ generator: inout CounterGenerator) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<generator.integer(in: 1...4) {
      let place = generator.integer(in: 0...scalars.count)
      switch generator.integer(in: 0...3) {
      case 0 where place < scalars.count: scalars.remove(at: place)
      case 1 where place < scalars.count: scalars.swapAt(place, scalars.count - 1 - place)
      case 2: scalars += scalars[place...]
      default:
        let piece = pieces[generator.integer(in: 0...pieces.count - 1)]
        scalars.insert(contentsOf: piece.unicodeScalars, at: place)
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  @Test func `whatever is written is judged, alike each time and in any order`() throws {
    var asked: [(ExactTextVerifier, Problem, String)] = []
    for (index, (form, seed)) in Self.seeds.enumerated() {
      let verifier = try ExactTextVerifier(settings: ["answerForm": .string(form.rawValue)])
      for round in 0..<2_000 {
        var generator = CounterGenerator(keys: 7, UInt64(index), UInt64(round))
        let completion = Self.mutated(seed, &generator)
        let reference = round.isMultiple(of: 4) ? Self.mutated(seed, &generator) : seed
        asked.append((verifier, Problem(id: "p", prompt: "?", answer: reference), completion))
      }
    }
    let first = asked.map { $0.judge($1, $2) }
    let backwards = Array(asked.reversed().map { $0.judge($1, $2) }.reversed())
    #expect(first == backwards)
    #expect(Set(first.map(\.outcome)).count == 3)
  }

  @Test func `reading is stable: what a form made of a text, it makes of it again`() {
    var read = 0
    for (index, (form, seed)) in Self.seeds.enumerated() {
      for round in 0..<1_000 {
        var generator = CounterGenerator(keys: 8, UInt64(index), UInt64(round))
        guard let canonical = form.canonical(Self.mutated(seed, &generator)) else { continue }
        read += 1
        guard form != .text, form != .compact, form != .exact else { continue }
        #expect(form.canonical(canonical) != nil, "\(form): \(canonical)")
      }
    }
    #expect(read > 3_000)
  }

  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let completion: String

    init(_ name: String, _ body: String, _ count: Int, head: String = "", tail: String = "") {
      testDescription = name
      completion = head + String(repeating: body, count: count) + tail
    }
  }

  static let attacks = [
    Attack("boxes in boxes, not closed", "\\boxed{", 100_000),
    Attack("many markers", "A:", 300_000), Attack("many tags", "<answer>", 100_000),
    Attack("many quotes", "\"", 60_000), Attack("many stars", "*", 60_000, tail: "x"),
    Attack("many lines", "\n", 900_000), Attack("lines of blanks", " \n", 400_000),
    Attack("lines of code fences", "```\n", 200_000), Attack("many commas", ",", 60_000),
    Attack("a list without end", "1,", 30_000), Attack("a list of words", "a ", 32_000),
    Attack("combining marks", "\u{301}", 30_000, head: "a"), Attack("digits", "7", 60_000),
    Attack("brackets", "[", 60_000), Attack("fractions", "\\frac{", 10_000),
    Attack("cells", "1 ", 32_000), Attack("one long line", "x", 1_000_000),
  ]

  @Test(arguments: attacks)
  func `size earns nothing and costs little`(attack: Attack) throws {
    for form in AnswerForm.allCases {
      let verifier = try ExactTextVerifier(settings: ["answerForm": .string(form.rawValue)])
      let answer = form == .date ? "2024-03-01" : form == .fraction ? "1/2" : "1"
      let seconds = processorSeconds {
        #expect(
          verifier.judge(Problem(id: "p", prompt: "?", answer: answer), attack.completion).outcome
            == .wrong, "\(form)")
      }
      // The limit of a request is 2 seconds in a release build; this one is not optimised.
      #expect(seconds < 20, "\(form)")
    }
  }
}
