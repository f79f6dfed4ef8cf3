import Randomness
import Testing
import VerifierKit

@testable import hone_verifier_openai_grader

/// Descriptions, templates and formulas that someone changed at random: an answer comes, and soon.
@Suite struct GraderMutationTests {
  /// A text with a few bytes changed, copied or left out.
  private static func mutant(
    of text: String, _ alphabet: String, _ generator: inout CounterGenerator
  ) -> String {
    var bytes = Array(text.utf8)
    let letters = Array(alphabet.utf8)
    for _ in 0...generator.integer(in: 0...5) {
      let place = generator.integer(in: 0...max(bytes.count - 1, 0))
      switch generator.integer(in: 0...3) {
      case 0 where !bytes.isEmpty: bytes.remove(at: place)
      case 1: bytes.insert(contentsOf: bytes.suffix(12), at: place)
      case 2 where !bytes.isEmpty:
        bytes[place] = letters[generator.integer(in: 0...letters.count - 1)]
      default: bytes.insert(letters[generator.integer(in: 0...letters.count - 1)], at: place)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `changed formulas are read or refused`() {
    var generator = CounterGenerator(keys: 9, 1)
    var read = 0
    for _ in 0..<30_000 {
      let text = Self.mutant(
        of: "min(a, 2 ** -b) / (1.5e3 - sqrt(abs(a))) + log(b)", "()+-*/^,.ab019e \u{7F}",
        &generator)
      guard let formula = try? GraderFormula(text) else { continue }
      read += 1
      _ = formula.value(of: ["a": 0.5, "b": 2])
    }
    #expect(read > 1000 && read < 30_000)
  }

  @Test func `changed templates are filled or refused, and reach nothing else`() {
    var generator = CounterGenerator(keys: 9, 2)
    let roots: [String: [String: JSONValue]] = [
      "item": ["a": .array([.string("x")])], "sample": ["output_text": .string("{{ item.a }}")],
      "secret": ["a": .string("SECRET")],
    ]
    var filled = 0
    for _ in 0..<30_000 {
      let text = Self.mutant(
        of: "a {{ item.a[0] }} {{secret.a}} {{ sample.output_text }}", "{}[]'\". aitems0",
        &generator)
      guard let template = try? GraderTemplate(text), let result = try? template.filled(from: roots)
      else { continue }
      filled += 1
      #expect(!result.contains("SECRET"))
    }
    // With the place that reaches something else intact, a template is refused.
    #expect(filled > 20 && filled < 20_000)
  }

  @Test func `changed descriptions are used or refused`() throws {
    var generator = CounterGenerator(keys: 9, 3)
    let descriptions = try GraderCase.all.get().compactMap { row -> String? in
      guard let grader = row.problem.metadata["grader"] else { return nil }
      var bytes: [UInt8] = []
      JSONWriter.append(grader, to: &bytes)
      // Programs would be run; what is tried here is how descriptions are read.
      let text = String(decoding: bytes, as: UTF8.self)
      return text.contains("\"python\"") ? nil : text
    }
    let verifier = try GraderBench().verifier
    var judged = 0
    for _ in 0..<6000 {
      let text = Self.mutant(
        of: descriptions[generator.integer(in: 0...descriptions.count - 1)], "{}[]\",:eq1.",
        &generator)
      guard let grader = try? JSONReader.value(in: text) else { continue }
      let problem = Problem(
        id: "p", prompt: "?",
        metadata: ["grader": grader, "item": .object(["answer": .string("x")])])
      let verdict = verifier.judge(problem, "x y {{ item.answer }}")
      judged += 1
      #expect((verdict.outcome == .unscored) == (verdict.score == nil))
    }
    #expect(judged > 300)
  }
}
