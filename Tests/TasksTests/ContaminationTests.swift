import Randomness
import Testing
import VerifierKit

@testable import Tasks

@Suite struct ContaminationTests {
  private func problem(_ id: String, _ prompt: String) -> Problem {
    Problem(id: id, prompt: prompt)
  }

  private static let sentence =
    "A train leaves the station at noon and arrives at the coast after three hours of slow travel"

  @Test func `thirteen words in a row are found, whatever their case and marks`() throws {
    let check = Contamination(
      evaluation: [problem("other", "Nothing of it."), problem("e", Self.sentence)], unit: .words)
    let shouted = "Listen: " + Self.sentence.uppercased().replacing(" ", with: ", ") + "! Why?"
    let matches = check.matches(in: [problem("clean", "A train leaves."), problem("t", shouted)])
    #expect(matches.map(\.index) == [1])
    let span = try #require(matches.first?.spans.first)
    #expect(matches.first?.spans.count == 1)
    #expect(span.evaluation == "e" && span.pieces == 18)
    #expect(span.text.hasPrefix("A, TRAIN, LEAVES") && span.text.hasSuffix("TRAVEL"))
  }

  @Test func `twelve words in a row are not`() {
    let words = Self.sentence.split(separator: " ")
    let check = Contamination(evaluation: [problem("e", Self.sentence)], unit: .words)
    func matches(_ count: Int) -> Int {
      let text = "x " + words.prefix(count).joined(separator: " ") + " y y y y y"
      return check.matches(in: [problem("t", text)]).count
    }
    #expect(matches(12) == 0)
    #expect(matches(13) == 1)
  }

  @Test func `a short prompt is found within a longer one, a shorter one as a whole`() {
    let check = Contamination(evaluation: [problem("e", "What is 2+3?")], unit: .words)
    let training = [
      problem("same", "what is 2 + 3"), problem("longer", "What is 2+3? And why?"),
      problem("other", "What is 2+4?"),
    ]
    let matches = check.matches(in: training)
    #expect(matches.map(\.index) == [0, 1])
    #expect(matches.flatMap(\.spans).map(\.text) == ["what is 2 + 3", "What is 2+3"])
    // Three words stand in many texts by chance.
    let shorter = Contamination(evaluation: [problem("e", "What is 2?")], unit: .words)
    let others = [problem("whole", "what is 2"), problem("longer", "So what is 2 for?")]
    #expect(shorter.matches(in: others).map(\.index) == [0])
    let characters = Contamination(
      evaluation: [problem("e", "12345678 + 1234567"), problem("f", "1 + 2")], unit: .characters)
    #expect(
      characters.matches(in: [problem("t", "Add 12345678+1234567!"), problem("u", "1 + 2 + 3")])
        .map(\.index) == [0])
    #expect(
      Contamination(evaluation: [problem("e", "?!")], unit: .words)
        .matches(in: [problem("t", "!?")]) == [])
  }

  @Test func `the Unicode form hides nothing`() throws {
    let check = Contamination(
      evaluation: [problem("e", "the caf\u{E9} has five tables")], unit: .words)
    let hidden = problem("t", "Say: the cafe\u{301} has ﬁve ｔables?")
    #expect(
      check.matches(in: [hidden]).flatMap(\.spans).map(\.text)
        == ["the caf\u{E9} has five tables"])
  }

  @Test func `characters find what short problems share`() throws {
    let check = Contamination(evaluation: [problem("e", "127 + 349 =")], unit: .characters, size: 6)
    let matches = check.matches(in: [problem("a", "27+349=?"), problem("b", "127+3")])
    #expect(matches.map(\.index) == [0])
    #expect(try #require(matches.first).spans.map(\.text) == ["27+349="])
  }

  /// All n-grams of all texts, by nested loops.
  @Test func `what is found is what comparing each with each finds`() {
    func texts(_ key: UInt64) -> [[String]] {
      (0..<60).map { index in
        var generator = CounterGenerator(keys: key, UInt64(index))
        return (0..<generator.integer(in: 1...30)).map { _ in
          generator.element(of: ["a", "b", "c"])
        }
      }
    }
    let (training, evaluation) = (texts(21), texts(22))
    let size = 6
    func grams(_ words: [String]) -> Set<[String]> {
      let length = min(size, words.count)
      return Set((0...words.count - length).map { Array(words[$0..<$0 + length]) })
    }
    // Texts of four and five words are found anywhere, shorter ones as wholes.
    let expected = training.indices.filter { index in
      evaluation.contains { text in
        if text.count >= size { return !grams(text).isDisjoint(with: grams(training[index])) }
        if text.count < 4 { return text == training[index] }
        return training[index].indices.contains {
          training[index][$0...].prefix(text.count).elementsEqual(text)
        }
      }
    }
    let check = Contamination(
      evaluation: evaluation.map { problem("e", $0.joined(separator: " ")) }, unit: .words,
      size: size)
    let found = check.matches(in: training.map { problem("t", $0.joined(separator: " ")) })
    #expect(found.map(\.index) == expected)
    #expect(expected.count > 10 && expected.count < 60)
  }
}
