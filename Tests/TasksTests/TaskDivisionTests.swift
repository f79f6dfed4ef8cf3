import Testing
import VerifierKit

@testable import Tasks

@Suite struct TaskDivisionTests {
  private static let names = ["Anna", "Ben", "Clara", "David Miller"]

  /// Problems of 300 templates, each with several names and numbers.
  private static let problems: [Problem] = (0..<300).flatMap { template in
    (0..<6).map { index in
      let noun =
        "thing\(String(UnicodeScalar(UInt8(97 + template % 26))))\(["x", "y", "z"][template / 100])"
      let verb = "verb\(String(UnicodeScalar(UInt8(97 + template / 26))))"
      let name = names[index % names.count]
      let number = index.isMultiple(of: 2) ? "\(index * 17 + 3)" : "1,\(100 + index).5"
      return Problem(
        id: "\(template)-\(index)",
        prompt: "\(name) has \(number) \(noun)s and \(verb)s \(index + 2) more. How many?",
        answer: "\(index)", metadata: ["family": .string("family \(template % 7)")])
    }
  }

  private func sides(_ unit: TaskDivision.Unit) -> [Bool] {
    var division = TaskDivision()
    (division.unit, division.heldOutShare) = (unit, 0.2)
    return Self.problems.map(division.holdsOut)
  }

  @Test func `problems that differ only in numbers and names fall on one side`() {
    let held = sides(.template)
    for template in 0..<300 {
      #expect(Set(held[template * 6..<template * 6 + 6]).count == 1)
    }
    // A fifth of 300 templates: 60, with a deviation of 7.
    #expect((30...90).contains(held.count(where: \.self) / 6))
  }

  @Test func `problems by themselves are divided within a template`() {
    let held = sides(.problem)
    let divided = (0..<300).count { Set(held[$0 * 6..<$0 * 6 + 6]).count == 2 }
    #expect(divided > 150)
    // A fifth of 1,800 has a deviation of 17.
    #expect((290...430).contains(held.count(where: \.self)))
  }

  @Test func `a family stays together`() {
    let held = sides(.family)
    for family in 0..<7 {
      let members = Self.problems.indices.filter {
        Self.problems[$0].metadata["family"] == .string("family \(family)")
      }
      #expect(Set(members.map { held[$0] }).count == 1)
    }
  }

  @Test(arguments: [
    ("Anna has 3 apples.", "Ben has 1,024.5 apples."),
    ("Anna Maria gives her 3 pens.", "Ben gives his 17 pens."),
    ("2+3=", "41 + 7 ="), ("In 1999, he ran 5 km", "In 2024, she ran 12 km"),
    ("a box of 5kg and 12cm", "a box of 1,250.5kg and 7cm"), ("the 1st of 9", "the 22nd of 30"),
    ("let x1 be 3", "let x2 be 4"), ("the caf\u{E9} has ２", "the cafe\u{301} has 17"),
  ])
  func `numbers, names and pronouns are no part of a template`(one: String, other: String) {
    #expect(ProblemText.template(of: one) == ProblemText.template(of: other))
  }

  @Test(arguments: [
    ("2+3=", "2-3="), ("Anna has 3 apples.", "Anna has 3 pears."), ("5kg", "5km"), ("5 kg", "kg"),
    ("how many?", "how many!"),
  ])
  func `words, units and marks are`(one: String, other: String) {
    #expect(ProblemText.template(of: one) != ProblemText.template(of: other))
  }

  @Test(arguments: TaskDivision.Unit.allCases)
  func `the Unicode form moves no problem across`(unit: TaskDivision.Unit) {
    var division = TaskDivision()
    (division.unit, division.heldOutShare) = (unit, 0.5)
    for index in 0..<100 {
      let composed = Problem(id: "a", prompt: "the caf\u{E9} word\(index) has ﬁve ＋ 2")
      let apart = Problem(id: "b", prompt: "the cafe\u{301} word\(index) has five + ２")
      #expect(division.holdsOut(composed) == division.holdsOut(apart), "\(index)")
    }
    // A generator's canonical text, too.
    let split = HeldOutSplit(share: 0.5)
    for index in 0..<100 {
      #expect(split.holdsOut("caf\u{E9} \(index)") == split.holdsOut("cafe\u{301} \(index)"))
    }
  }

  @Test func `case and blanks move no problem across`() {
    var division = TaskDivision()
    division.heldOutShare = 0.5
    for index in 0..<200 {
      let plain = Problem(id: "a", prompt: "what is \(index) plus \(index)?")
      let other = Problem(id: "b", prompt: "  What IS \(index)  plus \(index) ?\n")
      #expect(division.holdsOut(plain) == division.holdsOut(other))
    }
  }
}
