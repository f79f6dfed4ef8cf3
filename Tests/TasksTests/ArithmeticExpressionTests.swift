import Testing

@testable import Tasks

@Suite struct ArithmeticExpressionTests {
  private func sum(_ operands: [Int], _ operation: ArithmeticOperation) -> ArithmeticExpression {
    ArithmeticExpression(operation, operands, Array(repeating: .plus, count: operands.count - 1))
  }

  /// The steps as text, `47+5=52`.
  private func steps(_ expression: ArithmeticExpression) -> [String] {
    expression.workings.map { "\($0.left)\($0.symbol.rawValue)\($0.right)=\($0.value)" }
  }

  @Test func `products go before sums, and each from the left`() {
    // 2 - 3·4·5 + 6 - 7·8 = 2 - 60 + 6 - 56
    let mixed = ArithmeticExpression(
      .mixed, [2, 3, 4, 5, 6, 7, 8], [.minus, .times, .times, .plus, .minus, .times])
    #expect(mixed.value == -108)
    #expect(
      steps(mixed) == ["3*4=12", "12*5=60", "7*8=56", "2-60=-58", "-58+6=-52", "-52-56=-108"])
  }

  @Test func `a sum of many numbers is worked from the left`() {
    #expect(
      steps(sum([3, 8, 5, 9, 2], .runningTotals)) == ["3+8=11", "11+5=16", "16+9=25", "25+2=27"])
  }

  @Test(arguments: [
    (ArithmeticExpression(.addition, [47, 85], [.plus]), ["47+5=52", "52+80=132"]),
    (ArithmeticExpression(.addition, [47, 500], [.plus]), ["47+500=547"]),
    (ArithmeticExpression(.addition, [47, 0], [.plus]), ["47+0=47"]),
    (ArithmeticExpression(.subtraction, [85, 47], [.minus]), ["85-7=78", "78-40=38"]),
    (
      ArithmeticExpression(.multiplication, [203, 4], [.times]),
      ["200*4=800", "3*4=12", "800+12=812"]
    ),
    (
      ArithmeticExpression(.division, [92, 4], [.dividedBy]),
      ["80/4=20", "12/4=3", "20+3=23"]
    ),
    (ArithmeticExpression(.division, [8, 4], [.dividedBy]), ["8/4=2"]),
  ])
  func `two numbers are worked digit by digit`(
    expression: ArithmeticExpression, expected: [String]
  ) {
    #expect(steps(expression) == expected)
    #expect(expression.workings.last?.value == expression.value)
  }

  @Test func `the order of a sum or a product is no other problem`() {
    #expect(sum([85, 47], .addition).canonical == "47+85")
    #expect(sum([47, 85], .addition).canonical == "47+85")
    #expect(ArithmeticExpression(.multiplication, [85, 4], [.times]).canonical == "4*85")
    #expect(ArithmeticExpression(.subtraction, [85, 47], [.minus]).canonical == "85-47")
    #expect(ArithmeticExpression(.division, [92, 4], [.dividedBy]).canonical == "92/4")
    #expect(sum([3, 8, 5], .runningTotals).canonical == "3+8+5")
    #expect(ArithmeticExpression(.mixed, [9, 2, 3], [.plus, .times]).canonical == "9+2*3")
  }

  @Test func `a problem is written close or with blanks`() {
    let expression = ArithmeticExpression(.mixed, [9, 2, 3], [.plus, .times])
    #expect(expression.text(.compact) == "9+2*3")
    #expect(expression.text(.spaced) == "9 + 2 * 3")
  }
}
