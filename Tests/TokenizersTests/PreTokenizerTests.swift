import Foundation
import Testing

@testable import Tokenizers

/// Words against Hugging Face's `tokenizers`; the fixture names its version.
@Suite struct PreTokenizerTests {
  struct Words: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable {
    let text: String
    let gpt2, digits, qwen2, llama3: [Int]

    func widths(_ preTokenizer: PreTokenizer) -> [Int] {
      switch preTokenizer {
      case .gpt2: gpt2
      case .digits: digits
      case .qwen2: qwen2
      case .llama3: llama3
      }
    }
  }

  @Test(arguments: PreTokenizer.allCases)
  func `text is cut where the published expression cuts it`(preTokenizer: PreTokenizer) throws {
    let cases = try JSONDecoder().decode(Words.self, from: Fixture.data("words.json")).cases
    #expect(cases.count > 100)
    for example in cases {
      let words = preTokenizer.words(of: ClassifiedText(example.text))
      #expect(
        words.map(\.count) == example.widths(preTokenizer), "\(example.text.debugDescription)")
      #expect(words.first?.lowerBound ?? 0 == 0)
      #expect(zip(words, words.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
  }

  @Test(arguments: PreTokenizer.allCases)
  func `a million spaces take one pass`(preTokenizer: PreTokenizer) {
    let text = ClassifiedText(String(repeating: " ", count: 200_000) + "x")
    #expect(preTokenizer.words(of: text).map(\.count) == [199_999, 2])
  }
}
