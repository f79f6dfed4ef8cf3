import Randomness
import Settings
import Testing

@testable import Tasks

@Suite struct ArithmeticFamilyTests {
  private func family(
    _ operation: ArithmeticOperation, _ left: Int, _ right: Int, operands: Int = 2
  ) -> ArithmeticFamily {
    var family = ArithmeticFamily()
    family.operation = operation
    (family.leftDigits, family.rightDigits, family.operands) = (left, right, operands)
    return family
  }

  private func draws(_ family: ArithmeticFamily, _ count: UInt64 = 400) -> [ArithmeticExpression] {
    (0..<count).compactMap { draw in
      var generator = CounterGenerator(keys: 5, draw)
      return family.draw(using: &generator)
    }
  }

  @Test func `operands have their digits, from the least to the greatest`() {
    let drawn = draws(family(.multiplication, 2, 1))
    #expect(drawn.count == 400)
    #expect(Set(drawn.map { $0.operands[1] }) == Set(1...9))
    #expect(drawn.allSatisfy { (10...99).contains($0.operands[0]) })
    #expect(Set(drawn.map { $0.operands[0] / 10 }) == Set(1...9))
  }

  @Test func `a difference is never below zero`() {
    let drawn = draws(family(.subtraction, 2, 2))
    #expect(drawn.allSatisfy { $0.value >= 0 && $0.operands.allSatisfy((10...99).contains) })
    #expect(drawn.contains { $0.value > 50 })
  }

  @Test func `a quotient is whole, and the dividend has its digits`() {
    let drawn = draws(family(.division, 2, 2))
    #expect(drawn.count > 300)
    for expression in drawn {
      #expect(expression.operands[0] == expression.value * expression.operands[1])
      #expect((10...99).contains(expression.operands[0]))
    }
  }

  @Test func `a mixed expression has all of its operators`() {
    let symbols = draws(family(.mixed, 1, 2, operands: 4)).flatMap(\.operators)
    #expect(Set(symbols) == [.plus, .minus, .times])
  }

  @Test func `the widest families stay within 64 bits`() {
    for family in [
      family(.multiplication, 9, 9), family(.addition, 9, 9, operands: 20),
      family(.mixed, 3, 3, operands: 6), family(.division, 9, 1),
    ] {
      #expect(throws: Never.self) { try family.validate() }
      for expression in draws(family, 50) {
        #expect(expression.workings.last?.value == expression.value)
      }
    }
  }

  @Test(arguments: [
    (ArithmeticOperation.addition, 0, 1, 2, "leftDigits"),
    (.addition, 1, 10, 2, "rightDigits"),
    (.mixed, 4, 1, 3, "leftDigits"),
    (.addition, 1, 1, 1, "operands"),
    (.addition, 1, 1, 21, "operands"),
    (.mixed, 1, 1, 2, "operands"),
    (.division, 2, 1, 3, "operands"),
    (.subtraction, 1, 2, 2, "leftDigits"),
    (.division, 1, 2, 2, "leftDigits"),
  ])
  func `a family without a meaning is refused by its key`(
    operation: ArithmeticOperation, left: Int, right: Int, operands: Int, key: String
  ) {
    let error = #expect(throws: InvalidSetting.self) {
      try family(operation, left, right, operands: operands).validate()
    }
    #expect(error?.key == key)
  }

  @Test(arguments: [0, -1, .infinity, .nan])
  func `a weight must be a share`(weight: Double) {
    var family = ArithmeticFamily()
    family.weight = weight
    #expect(throws: InvalidSetting.self) { try family.validate() }
  }
}
