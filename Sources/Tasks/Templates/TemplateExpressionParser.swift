/// Reads a ``TemplateExpression`` by recursive descent, one function a level of binding.
struct TemplateExpressionParser {
  private typealias Node = TemplateExpression.Node
  private typealias Refusal = TemplateExpression.Refusal

  /// Functions, and how many arguments each takes.
  private static let functions: [String: ClosedRange<Int>] = [
    "min": 2...8, "max": 2...8, "gcd": 2...8, "abs": 1...1,
  ]
  private static let words: Set<String> = ["and", "or", "not"]

  private let text: [UInt8]
  private var position = 0
  private(set) var names: Set<String> = []

  init(_ text: String) { self.text = Array(text.utf8) }

  /// The expression that is all of the text.
  mutating func whole() throws(TemplateExpression.Refusal) -> TemplateExpression.Node {
    let node = try disjunction(depth: 0)
    skipSpaces()
    guard position == text.count else { throw unexpected() }
    return node
  }

  // MARK: - The grammar

  private mutating func disjunction(depth: Int) throws(Refusal) -> Node {
    guard depth < TemplateExpression.depthLimit else {
      throw Refusal(reason: "has more than \(TemplateExpression.depthLimit) levels")
    }
    var node = try conjunction(depth: depth)
    while take(word: "or") { node = .binary("or", node, try conjunction(depth: depth)) }
    return node
  }

  private mutating func conjunction(depth: Int) throws(Refusal) -> Node {
    var node = try negation(depth: depth)
    while take(word: "and") { node = .binary("and", node, try negation(depth: depth)) }
    return node
  }

  private mutating func negation(depth: Int) throws(Refusal) -> Node {
    var count = 0
    while take(word: "not") { count += 1 }
    let node = try comparison(depth: depth)
    // Any number of them says no more than one or two, and needs no depth.
    return count == 0 ? node : count.isMultiple(of: 2) ? .not(.not(node)) : .not(node)
  }

  private mutating func comparison(depth: Int) throws(Refusal) -> Node {
    let left = try sum(depth: depth)
    guard let symbol = take(anyOf: ["==", "!=", "<=", ">=", "<", ">"]) else { return left }
    return .binary(symbol, left, try sum(depth: depth))
  }

  private mutating func sum(depth: Int) throws(Refusal) -> Node {
    var node = try product(depth: depth)
    while let symbol = take(anyOf: ["+", "-"]) {
      node = .binary(symbol, node, try product(depth: depth))
    }
    return node
  }

  private mutating func product(depth: Int) throws(Refusal) -> Node {
    var node = try operand(depth: depth)
    while let symbol = take(anyOf: ["*", "/", "%"]) {
      node = .binary(symbol, node, try operand(depth: depth))
    }
    return node
  }

  private mutating func operand(depth: Int) throws(Refusal) -> Node {
    if take(anyOf: ["-"]) != nil { return .negative(try atom(depth: depth)) }
    return try atom(depth: depth)
  }

  private mutating func atom(depth: Int) throws(Refusal) -> Node {
    if take(anyOf: ["("]) != nil {
      let node = try disjunction(depth: depth + 1)
      guard take(anyOf: [")"]) != nil else { throw unexpected() }
      return node
    }
    skipSpaces()
    let digits = text[position...].prefix { $0 &- 48 < 10 }
    if !digits.isEmpty {
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
        throw Refusal(reason: "has a number beyond 64 bits")
      }
      position += digits.count
      return .number(number)
    }
    let name = nextWord()
    guard !name.isEmpty, !Self.words.contains(name) else { throw unexpected() }
    position += name.utf8.count
    guard let counts = Self.functions[name] else {
      names.insert(name)
      return .name(name)
    }
    guard take(anyOf: ["("]) != nil else { throw unexpected() }
    var arguments = [try disjunction(depth: depth + 1)]
    while take(anyOf: [","]) != nil { arguments.append(try disjunction(depth: depth + 1)) }
    guard take(anyOf: [")"]) != nil else { throw unexpected() }
    guard counts.contains(arguments.count) else {
      throw Refusal(reason: "gives \(name) \(arguments.count) arguments")
    }
    return .call(name, arguments)
  }

  // MARK: - Characters

  private mutating func skipSpaces() {
    while position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
  }

  private mutating func take(anyOf symbols: [String]) -> String? {
    skipSpaces()
    for symbol in symbols where text[position...].starts(with: symbol.utf8) {
      position += symbol.utf8.count
      return symbol
    }
    return nil
  }

  private mutating func take(word: String) -> Bool {
    skipSpaces()
    guard nextWord() == word else { return false }
    position += word.utf8.count
    return true
  }

  /// The name at `position`: a letter, and letters or digits behind it.
  private func nextWord() -> String {
    let letters = text[position...].prefix { ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 }
    guard let first = letters.first, first &- 48 >= 10 else { return "" }
    return String(decoding: letters, as: UTF8.self)
  }

  private func unexpected() -> Refusal {
    guard position < text.count else { return Refusal(reason: "ends where a value is needed") }
    let rest = String(decoding: text[position...].prefix(20), as: UTF8.self)
    return Refusal(reason: "cannot be read from '\(rest)' on")
  }
}
