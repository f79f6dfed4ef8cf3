import Foundation

/// The formula of a multi grader, such as `0.5 * name + max(email, 0.2) ** 2`.
///
/// ```
/// sum     = product { (+ | -) product }
/// product = signed { (* | /) signed }
/// signed  = { + | - } power
/// power   = atom [ (** | ^) signed ]
/// atom    = number | name | function ( sum { , sum } ) | ( sum )
/// ```
///
/// It binds as Python does: `-2 ** 2` is −4, and `2 ** 3 ** 2` is 512.
struct GraderFormula {
  /// A text that is no formula.
  struct Unreadable: Error, Equatable {
    let problem: String
  }

  static let lengthLimit = 4096
  private static let depthLimit = 64

  enum Function: String, CaseIterable {
    case min, max, abs, floor, ceil, exp, sqrt, log
  }

  private indirect enum Node {
    case number(Double)
    case name(String)
    case binary(Character, Node, Node)
    case negated(Node)
    case call(Function, [Node])
  }

  private let root: Node
  /// The graders that it names.
  let names: Set<String>

  init(_ text: String) throws(Unreadable) {
    guard text.utf8.count <= Self.lengthLimit else {
      throw Unreadable(problem: "it is longer than \(Self.lengthLimit) bytes")
    }
    var parser = Parser(Array(text.utf8))
    root = try parser.sum(depth: 0)
    try parser.expectEnd()
    names = parser.names
  }

  /// The value, which may be infinite or no number.
  ///
  /// - Parameter grades: The value of each name.
  /// - Returns: The value.
  func value(of grades: [String: Double]) -> Double { Self.value(root, grades) }

  private static func value(_ node: Node, _ grades: [String: Double]) -> Double {
    switch node {
    case .number(let number): return number
    case .name(let name): return grades[name] ?? .nan
    case .negated(let node): return -value(node, grades)
    case .binary(let sign, let left, let right):
      let (a, b) = (value(left, grades), value(right, grades))
      switch sign {
      case "+": return a + b
      case "-": return a - b
      case "*": return a * b
      case "/": return a / b
      default: return pow(a, b)
      }
    case .call(let function, let arguments):
      let values = arguments.map { value($0, grades) }
      // `min` and `max` of Swift pass over what is no number.
      guard !values.contains(where: \.isNaN), let first = values.first else { return .nan }
      switch function {
      case .min: return values.min() ?? first
      case .max: return values.max() ?? first
      case .abs: return first.magnitude
      case .floor: return first.rounded(.down)
      case .ceil: return first.rounded(.up)
      case .exp: return Foundation.exp(first)
      case .sqrt: return first.squareRoot()
      case .log: return Foundation.log(first)
      }
    }
  }

  // MARK: - Reading

  private struct Parser {
    private let text: [UInt8]
    private var position = 0
    private(set) var names: Set<String> = []

    init(_ text: [UInt8]) { self.text = text }

    mutating func sum(depth: Int) throws(Unreadable) -> Node {
      guard depth < GraderFormula.depthLimit else {
        throw Unreadable(problem: "it has more than \(GraderFormula.depthLimit) levels")
      }
      var value = try product(depth: depth)
      while true {
        if take("+") {
          value = .binary("+", value, try product(depth: depth))
        } else if take("-") {
          value = .binary("-", value, try product(depth: depth))
        } else {
          return value
        }
      }
    }

    private mutating func product(depth: Int) throws(Unreadable) -> Node {
      var value = try signed(depth: depth)
      while true {
        if take("*") {
          value = .binary("*", value, try signed(depth: depth))
        } else if take("/") {
          value = .binary("/", value, try signed(depth: depth))
        } else {
          return value
        }
      }
    }

    private mutating func signed(depth: Int) throws(Unreadable) -> Node {
      guard depth < GraderFormula.depthLimit else {
        throw Unreadable(problem: "it has more than \(GraderFormula.depthLimit) levels")
      }
      if take("-") { return .negated(try signed(depth: depth + 1)) }
      if take("+") { return try signed(depth: depth + 1) }
      let base = try atom(depth: depth)
      guard take("**") || take("^") else { return base }
      return .binary("^", base, try signed(depth: depth + 1))
    }

    private mutating func atom(depth: Int) throws(Unreadable) -> Node {
      skipBlanks()
      guard position < text.count else { throw error("a value is needed at its end") }
      if take("(") {
        let value = try sum(depth: depth + 1)
        guard take(")") else { throw error("a bracket is not closed") }
        return value
      }
      let start = position
      while position < text.count, Self.isWord(text[position]) { position += 1 }
      let word = String(decoding: text[start..<position], as: UTF8.self)
      guard let first = word.utf8.first else { throw error("a value is needed") }
      if Self.isDigit(first) || first == UInt8(ascii: ".") { return try number(from: start) }
      guard take("(") else {
        names.insert(word)
        return .name(word)
      }
      guard let function = Function(rawValue: word) else {
        throw error("there is no function '\(word.prefix(40))'")
      }
      var arguments = [try sum(depth: depth + 1)]
      while take(",") { arguments.append(try sum(depth: depth + 1)) }
      guard take(")") else { throw error("a bracket is not closed") }
      guard arguments.count == 1 || function == .min || function == .max else {
        throw error("'\(word)' takes one value")
      }
      return .call(function, arguments)
    }

    /// Digits, a fraction and an exponent, which may have a sign.
    private mutating func number(from start: Int) throws(Unreadable) -> Node {
      let isSign = [UInt8(ascii: "+"), UInt8(ascii: "-")]
      if position < text.count, isSign.contains(text[position]),
        text[position - 1] | 0x20 == UInt8(ascii: "e")
      {
        position += 1
        while position < text.count, Self.isDigit(text[position]) { position += 1 }
      }
      var word = String(decoding: text[start..<position], as: UTF8.self)
      guard word.utf8.allSatisfy({ Self.isDigit($0) || ".eE+-".utf8.contains($0) }) else {
        throw error("'\(word.prefix(40))' is no number")
      }
      if word.hasPrefix(".") { word = "0" + word }
      if word.hasSuffix(".") { word += "0" }
      guard let number = Double(word), number.isFinite else {
        throw error("'\(word.prefix(40))' is no number")
      }
      return .number(number)
    }

    func expectEnd() throws(Unreadable) {
      guard text[position...].allSatisfy(Self.isBlank) else {
        throw error("it goes on where it should end")
      }
    }

    private mutating func take(_ mark: StaticString) -> Bool {
      skipBlanks()
      let bytes = "\(mark)".utf8
      guard text[position...].starts(with: bytes) else { return false }
      // `**` is no product.
      let isProduct = bytes.elementsEqual("*".utf8)
      if isProduct, text[position...].starts(with: "**".utf8) { return false }
      position += bytes.count
      return true
    }

    private mutating func skipBlanks() {
      while position < text.count, Self.isBlank(text[position]) { position += 1 }
    }

    private func error(_ problem: String) -> Unreadable {
      Unreadable(problem: "\(problem) (at byte \(position))")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
      isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: ".")
    }
  }
}
