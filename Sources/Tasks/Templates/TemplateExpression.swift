/// Arithmetic of whole numbers over named values, as templates have it.
///
/// `or`, `and`, `not`, one of `== != < <= > >=`, `+ -`, `* / %`, a sign, parentheses, and the
/// functions `min`, `max`, `gcd` and `abs`, in this order. Comparisons are 1 or 0. A quotient must
/// be whole, a remainder is never negative, and what does not fit 64 bits has no value. Nothing
/// else is ever evaluated, and depth and length are bounded.
struct TemplateExpression: Equatable {
  /// The longest expression, in bytes, and parentheses inside each other, at most.
  static let byteLimit = 1_000
  static let depthLimit = 32

  /// An expression that is none, and why, as the end of a sentence.
  struct Refusal: Error {
    let reason: String
  }

  /// A computation in whose place its value stands.
  indirect enum Node: Equatable {
    case number(Int)
    case name(String)
    case negative(Node)
    case not(Node)
    case binary(String, Node, Node)
    case call(String, [Node])
  }

  private let root: Node
  /// The names that it uses.
  let names: Set<String>

  /// Reads an expression.
  init(_ text: String) throws(Refusal) {
    guard text.utf8.count <= Self.byteLimit else {
      throw Refusal(reason: "is longer than \(Self.byteLimit) bytes")
    }
    var parser = TemplateExpressionParser(text)
    root = try parser.whole()
    names = parser.names
  }

  /// The value; nil where there is none, such as for a division by zero.
  func value(_ values: [String: Int]) -> Int? { Self.value(of: root, values) }

  private static func value(of node: Node, _ values: [String: Int]) -> Int? {
    switch node {
    case .number(let number): return number
    case .name(let name): return values[name]
    case .negative(let inner):
      return value(of: inner, values).flatMap { 0.subtracting($0) }
    case .not(let inner): return value(of: inner, values).map { $0 == 0 ? 1 : 0 }
    case .binary(let symbol, let left, let right):
      guard let left = value(of: left, values), let right = value(of: right, values) else {
        return nil
      }
      return combine(left, symbol, right)
    case .call(let function, let arguments):
      let numbers = arguments.compactMap { value(of: $0, values) }
      guard numbers.count == arguments.count else { return nil }
      return call(function, numbers)
    }
  }

  private static func combine(_ left: Int, _ symbol: String, _ right: Int) -> Int? {
    switch symbol {
    case "+": return left.adding(right)
    case "-": return left.subtracting(right)
    case "*":
      let (product, overflow) = left.multipliedReportingOverflow(by: right)
      return overflow ? nil : product
    case "/", "%":
      guard right != 0, !(left == .min && right == -1) else { return nil }
      guard symbol == "%" else { return left % right == 0 ? left / right : nil }
      guard right != .min else { return nil }
      let remainder = left % right
      return remainder < 0 ? remainder + abs(right) : remainder
    case "and": return left != 0 && right != 0 ? 1 : 0
    case "or": return left != 0 || right != 0 ? 1 : 0
    case "==": return left == right ? 1 : 0
    case "!=": return left != right ? 1 : 0
    case "<": return left < right ? 1 : 0
    case "<=": return left <= right ? 1 : 0
    case ">": return left > right ? 1 : 0
    case ">=": return left >= right ? 1 : 0
    default: preconditionFailure("the operator '\(symbol)'")
    }
  }

  private static func call(_ function: String, _ numbers: [Int]) -> Int? {
    switch function {
    case "min": return numbers.min()
    case "max": return numbers.max()
    case "abs": return numbers.first.flatMap { $0 == .min ? nil : abs($0) }
    case "gcd":
      let divisor = numbers.reduce(UInt(0)) { one, other in
        var (a, b) = (one, other.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        return a
      }
      return Int(exactly: divisor)
    default: preconditionFailure("the function '\(function)'")
    }
  }
}

extension Int {
  fileprivate func adding(_ other: Int) -> Int? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }

  fileprivate func subtracting(_ other: Int) -> Int? {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? nil : difference
  }
}
