import Randomness
import Settings
import Testing
import VerifierKit

@testable import Tasks

@Suite struct ArithmeticGeneratorTests {
  private func family(
    _ operation: ArithmeticOperation, _ left: Int = 2, _ right: Int = 2, operands: Int = 2,
    weight: Double = 1
  ) -> ArithmeticFamily {
    var family = ArithmeticFamily()
    (family.operation, family.operands, family.weight) = (operation, operands, weight)
    (family.leftDigits, family.rightDigits) = (left, right)
    return family
  }

  private func generator(
    _ families: [ArithmeticGenerator.NamedFamily],
    _ change: (inout ArithmeticSettings) -> Void = { _ in }
  ) throws -> ArithmeticGenerator {
    var settings = ArithmeticSettings()
    change(&settings)
    return try ArithmeticGenerator(settings, families: families)
  }

  /// A problem without its writing: operands of a sum sorted.
  private func key(_ problem: Problem) -> String {
    let text = problem.prompt.filter { $0 != " " && $0 != "=" }
    return text.split(separator: "+").map(String.init).sorted().joined(separator: "+")
  }

  // MARK: - The split

  @Test func `no problem is on both sides, whatever the seed, the counts and the writing`() throws {
    var training: Set<String> = []
    var heldOut: Set<String> = []
    for (seed, style) in [(1, ArithmeticStyle.compact), (2, .spaced), (3, .compact)] {
      let generator = try generator([("sums", family(.addition))]) {
        ($0.seed, $0.style, $0.trainingProblems) = (UInt64(seed), style, 500 * seed)
      }
      let set = try generator.taskSet("train", .train)
      training.formUnion((set.problems + set.demonstrations.map(\.problem)).map(key))
      heldOut.formUnion(try generator.taskSet("heldout", .heldout).problems.map(key))
    }
    #expect(training.count > 1000 && heldOut.count > 250)
    #expect(training.isDisjoint(with: heldOut))
  }

  @Test func `about a tenth of all problems is held out`() {
    let rule = HeldOutSplit(share: 0.1)
    let held = (0..<10_000).count { rule.holdsOut("\($0)+\($0 / 7)") }
    // A fair tenth has a deviation of 30.
    #expect((850...1150).contains(held))
    #expect(!HeldOutSplit(share: 0).holdsOut("1+1"))
    #expect(HeldOutSplit(share: 1).holdsOut("1+1"))
  }

  @Test func `a problem's hash is FNV-1a and a finaliser`() {
    // The FNV-1a hashes of "" and "a", from the authors' test vectors.
    #expect(HeldOutSplit.hash("") == CounterGenerator.mix(0xCBF2_9CE4_8422_2325))
    #expect(HeldOutSplit.hash("a") == CounterGenerator.mix(0xAF63_DC4C_8601_EC8C))
  }

  // MARK: - What is drawn

  @Test func `the same settings give the same set, another seed another one`() throws {
    func digest(_ seed: UInt64) throws -> String {
      try generator([("sums", family(.addition))]) { $0.seed = seed }
        .taskSet("train", .train).digest
    }
    #expect(try digest(1) == digest(1))
    #expect(try digest(1) != digest(2))
  }

  @Test func `a larger set begins with the smaller one`() throws {
    func problems(_ count: Int) throws -> [Problem] {
      try generator([("sums", family(.addition))]) {
        ($0.trainingProblems, $0.demonstrations) = (count, 7)
      }.taskSet("train", .train).problems
    }
    #expect(try Array(problems(300).prefix(100)) == problems(100))
  }

  @Test func `a set has no problem twice, and demonstrations are others`() throws {
    let set = try generator([("sums", family(.addition, 1, 2))]) {
      ($0.trainingProblems, $0.demonstrations, $0.heldOutProblems) = (500, 100, 10)
    }.taskSet("train", .train)
    #expect(set.problems.count == 500 && set.demonstrations.count == 100)
    #expect(Set((set.problems + set.demonstrations.map(\.problem)).map(key)).count == 600)
  }

  @Test func `families have their shares, and every stretch of the set too`() throws {
    let set = try generator([
      ("sums", family(.addition, weight: 3)), ("differences", family(.subtraction, weight: 1)),
    ]) { $0.trainingProblems = 401 }.taskSet("train", .train)
    func sums(_ problems: some Sequence<Problem>) -> Int {
      problems.count { $0.metadata["family"] == .string("sums") }
    }
    #expect(sums(set.problems) == 301)
    #expect(sums(set.problems.prefix(40)) == 30)
    #expect(sums(set.problems.suffix(40)) == 30)
    #expect(set.demonstrations.count == 100)
  }

  @Test func `a held-out set has no demonstrations`() throws {
    let set = try generator([("sums", family(.addition))]).taskSet("heldout", .heldout)
    #expect(set.demonstrations.isEmpty)
    #expect(set.problems.count == 200)
  }

  @Test func `a problem says what it is`() throws {
    let set = try generator([("two digits", family(.addition))]) { $0.style = .spaced }
      .taskSet("heldout", .heldout)
    let problem = try #require(set.problems.first)
    let numbers = problem.prompt.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
    #expect(numbers.count == 2)
    #expect(problem.prompt == "\(numbers[0]) + \(numbers[1]) =")
    #expect(problem.id == "two digits/\(numbers[0])+\(numbers[1])")
    #expect(problem.answer == "\(numbers[0] + numbers[1])")
    #expect(
      problem.metadata == ["family": .string("two digits"), "operation": .string("addition")])
  }

  @Test func `a family that is too small is refused with what it has`() throws {
    // 9·9 sums of digits, of which 45 differ.
    let generator = try generator([("digits", family(.addition, 1, 1))]) {
      ($0.heldOutShare, $0.trainingProblems, $0.demonstrations) = (0.01, 60, 0)
    }
    do {
      _ = try generator.taskSet("train", .train)
      Issue.record("it was made")
    } catch {
      guard case .tooFewProblems("digits", "training", let found, 60) = error else {
        Issue.record("\(error)")
        return
      }
      #expect((40...45).contains(found))
    }
  }

  // MARK: - Worked answers

  @Test(arguments: [
    (ArithmeticStyle.compact, ArithmeticSteps.direct, "132", "27"),
    (.spaced, .direct, "47 + 85 = 132", "3 + 8 + 5 + 9 + 2 = 27"),
    (.compact, .intermediate, "47+5=52 52+80=132", "11,16,25,27"),
    (
      .spaced, .intermediate, "47 + 5 = 52\n52 + 80 = 132",
      "3 + 8 = 11\n11 + 5 = 16\n16 + 9 = 25\n25 + 2 = 27"
    ),
  ])
  func `a worked answer ends with the answer`(
    style: ArithmeticStyle, steps: ArithmeticSteps, sum: String, totals: String
  ) throws {
    let generator = try generator([("any", family(.subtraction))]) {
      ($0.style, $0.steps) = (style, steps)
    }
    #expect(
      generator.completion(ArithmeticExpression(.addition, [47, 85], [.plus])) == sum)
    #expect(
      generator.completion(
        ArithmeticExpression(
          .runningTotals, [3, 8, 5, 9, 2], Array(repeating: .plus, count: 4))) == totals)
  }

  // MARK: - What is refused

  @Test func `totals that could be read as thousands are refused`() throws {
    for (digits, operands) in [(1, 12), (2, 2)] {
      #expect(throws: InvalidSetting.self) {
        try generator([("totals", family(.runningTotals, digits, digits, operands: operands))])
      }
      #expect(throws: Never.self) {
        try generator([("totals", family(.runningTotals, digits, digits, operands: operands))]) {
          $0.style = .spaced
        }
      }
    }
  }

  @Test func `sums beside running totals are refused, since one prompt would be two problems`() {
    #expect(throws: InvalidSetting.self) {
      try generator([
        ("totals", family(.runningTotals, 1, 1)), ("sums", family(.addition, 1, 1)),
      ])
    }
    #expect(throws: InvalidSetting.self) { try generator([]) }
  }

  @Test(arguments: [(0, 1, 0), (1, 0, 0), (1, 1, -1), (2_000_000, 1, 0)])
  func `a count out of range is refused`(training: Int, heldOut: Int, demonstrations: Int) {
    var settings = ArithmeticSettings()
    (settings.trainingProblems, settings.heldOutProblems) = (training, heldOut)
    settings.demonstrations = demonstrations
    #expect(throws: InvalidSetting.self) { try settings.validate() }
  }
}
