import BigInt
import Testing
import VerifierKit

@testable import hone_verifier_arithmetic

/// Completions whose size is the attack; each must be judged in linear time and bounded depth.
@Suite struct AttackTests {
  /// A text repeated between two others.
  struct Attack: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let completion: String

    init(_ name: String, _ head: String, _ body: String, _ count: Int, _ tail: String = "") {
      testDescription = name
      completion = head + String(repeating: body, count: count) + tail
    }
  }

  private static let halfNumber = String(repeating: "7", count: 500_000)
  private static let halfFractions = String(repeating: "\\frac{", count: 50_000)

  static let attacks: [Attack] = [
    Attack("ten million digits", "", "7", 10_000_000),
    Attack("a long fraction", halfNumber + "/", "7", 500_000),
    Attack("fractions in fractions", halfFractions + "1", "}{2}", 50_000),
    Attack("boxes in boxes, not closed", "", "\\boxed{", 50_000, "1"),
    Attack("open braces", "", "{", 500_000, "2"),
    Attack("towers of powers", "1", "^9", 200_000),
    Attack("many numbers behind a marker", "A: ", "1 2 ", 100_000),
    Attack("many markers", "", "A:", 200_000),
    Attack("many equals signs", "", "= ", 200_000, "2 ="),
    Attack("many signs", "", "-", 500_000, "1"),
    Attack("many commas", "", "1,", 200_000, "22,333,4"),
    Attack("many stars", "", "*", 500_000, "1+"),
    Attack("many exponents", "", "1e", 200_000, "1"),
    Attack("many points", "", "1.", 200_000, "1"),
    Attack("a tiny number", "0.", "0", 1_000_000, "1"),
  ]

  @Test(arguments: attacks)
  func `size earns nothing`(attack: Attack) throws {
    #expect(try judge("1", attack.completion).outcome == .wrong)
  }

  @Test func `needless zeros are free`() throws {
    let zeros = String(repeating: "0", count: 100_000)
    #expect(try judge("7.5", zeros + "7.5" + zeros).outcome == .passed)
  }

  static let puzzleAttacks: [Attack] = [
    Attack("parentheses", "", "(", 4_000, "4"),
    Attack("products", "", "4*", 2_000, "4"),
    Attack("length", "4", " ", 1_000_000, "4"),
    Attack("digits", "", "4", 4_000),
  ]

  @Test(arguments: puzzleAttacks)
  func `a puzzle's answer is bounded`(attack: Attack) throws {
    let verdict = try judge(
      nil, attack.completion, metadata: ["numbers": .array([.number(4)]), "target": .number(4)])
    #expect(verdict.outcome == .wrong)
  }

  /// Numbers of every size meet their own decimal writing, and not their neighbour's.
  @Test func `values are compared exactly`() throws {
    var value: BigInt = 1
    for _ in 0..<40 {
      value = value * 7_919 + 1
      #expect(try judge("\(value)", "A: \(value)").outcome == .passed)
      #expect(try judge("\(value)", "A: \(value + 1)").outcome == .wrong)
      #expect(try judge("\(value)/3", "A: \(value * 2)/6").outcome == .passed)
      #expect(try judge("\(value).5", "A: \(value * 2 + 1)/2").outcome == .passed)
    }
  }

  /// Whatever bytes a policy writes, they are judged, and never passed by chance of a crash.
  @Test func `noise is judged`() throws {
    let alphabet = Array("0123456789+-*/^_.,:;=<>()[]{}\\$%€−×½²٣ eExAa#\n\"boxedfrac")
    var state: UInt64 = 20_240_607
    for _ in 0..<1_000 {
      var text = ""
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      #expect(try judge("987654321987654321", text).outcome == .wrong)
      #expect(try judge("1", text) == judge("1", text))
      #expect(try judge(text, "987654321987654321").outcome != .passed)
    }
  }
}
