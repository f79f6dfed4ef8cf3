/// A formula of implications and negations, such as `((P -> Q) -> ~ P)`.
///
/// It is kept as a list of symbols in which operands come before their operator, so that nothing
/// that reads it needs a deep stack.
package struct PropositionalFormula: Hashable, Sendable {
  /// A part of a formula.
  package enum Symbol: Hashable, Sendable {
    /// The variable that turned up as number …, from 0.
    case variable(Int)
    /// Negates the operand before it.
    case negation
    /// Joins the two operands before it.
    case implication
  }

  /// Operands before their operators.
  package let symbols: [Symbol]
  /// How many variables there are.
  package let variables: Int

  /// A formula of symbols that make one, with variables numbered as they turn up.
  init(symbols: [Symbol]) {
    self.symbols = symbols
    variables = symbols.reduce(0) { count, symbol in
      if case .variable(let number) = symbol { max(count, number + 1) } else { count }
    }
  }

  /// Reads a formula: `->` (or `→`), which groups to the right, `~` (or `¬`), parentheses, and names
  /// of letters, digits and `_`.
  ///
  /// - Throws: ``FormulaError`` with the place that does not fit.
  package init(_ text: String) throws(FormulaError) {
    var reader = FormulaReader(text)
    self.init(symbols: try reader.symbols())
  }

  /// Puts the formula into a graph.
  ///
  /// - Parameters:
  ///   - graph: Gets the formula's nodes.
  ///   - leaves: One term for each variable.
  /// - Returns: The formula's node.
  package func term(in graph: inout TermGraph, leaves: [TermGraph.Node]) -> TermGraph.Node {
    precondition(leaves.count >= variables, "\(leaves.count) leaves for \(variables) variables")
    var operands: [TermGraph.Node] = []
    for symbol in symbols {
      switch symbol {
      case .variable(let number): operands.append(leaves[number])
      case .negation: operands.append(graph.negation(of: operands.removeLast()))
      case .implication:
        let right = operands.removeLast()
        operands.append(graph.implication(operands.removeLast(), right))
      }
    }
    precondition(operands.count == 1, "\(operands.count) formulas in one")
    return operands[0]
  }

  /// How deep operators stand inside each other.
  package var depth: Int {
    var depths: [Int] = []
    for symbol in symbols {
      switch symbol {
      case .variable: depths.append(0)
      case .negation: depths.append(depths.removeLast() + 1)
      case .implication: depths.append(max(depths.removeLast(), depths.removeLast()) + 1)
      }
    }
    return depths.last ?? 0
  }
}

extension PropositionalFormula: CustomStringConvertible {
  /// The formula with all parentheses, its variables called P, Q, … Z, P1, Q1, ….
  package var description: String {
    // Written from the end on, so that no part is copied into its whole again and again.
    enum Piece { case text(String), symbol(Int) }
    var ends = [Int](repeating: 0, count: symbols.count)  // where each operand begins
    var starts: [Int] = []
    for (place, symbol) in symbols.enumerated() {
      switch symbol {
      case .variable: starts.append(place)
      case .negation: break
      case .implication: starts.removeLast()
      }
      ends[place] = starts.last ?? 0
    }
    var text = ""
    var open: [Piece] = [.symbol(symbols.count - 1)]
    while let piece = open.popLast() {
      switch piece {
      case .text(let words): text += words
      case .symbol(let place):
        switch symbols[place] {
        case .variable(let number): text += Self.name(number)
        case .negation:
          text += "~ "
          open.append(.symbol(place - 1))
        case .implication:
          let right = place - 1
          open += [
            .text(")"), .symbol(right), .text(" -> "), .symbol(ends[right] - 1), .text("("),
          ]
        }
      }
    }
    return text
  }

  private static func name(_ number: Int) -> String {
    let letters = Array("PQRSTUVWXYZ")
    let round = number / letters.count
    return String(letters[number % letters.count]) + (round == 0 ? "" : "\(round)")
  }
}

/// Text that is no formula.
package struct FormulaError: Error, Equatable, CustomStringConvertible {
  /// Bytes before the place.
  package let offset: Int
  /// What is wrong there.
  package let problem: String

  package var description: String { "no formula: \(problem), at byte \(offset)" }
}

/// Reads a formula by operator precedence, with a stack of its own.
private struct FormulaReader {
  private enum Operator { case parenthesis, negation, implication }

  private let text: [UInt8]
  private var position = 0
  private var pending: [(kind: Operator, offset: Int)] = []
  private var output: [PropositionalFormula.Symbol] = []
  private var numbers: [ArraySlice<UInt8>: Int] = [:]

  init(_ text: String) { self.text = Array(text.utf8) }

  mutating func symbols() throws(FormulaError) -> [PropositionalFormula.Symbol] {
    while true {
      try operand()
      skipBlanks()
      while take(")") {
        try close()
        skipBlanks()
      }
      guard position < text.count else { break }
      guard take("->") || take("→") else { throw error("'->' is needed") }
      pending.append((.implication, position))
    }
    applyPending()
    if let left = pending.last {
      throw FormulaError(offset: left.offset, problem: "a parenthesis is not closed")
    }
    return output
  }

  /// Everything up to and with the next variable.
  private mutating func operand() throws(FormulaError) {
    while true {
      skipBlanks()
      if take("(") {
        pending.append((.parenthesis, position - 1))
      } else if take("~") || take("¬") {
        pending.append((.negation, position))
      } else {
        break
      }
    }
    let start = position
    while position < text.count, text[position].isPartOfName { position += 1 }
    guard position > start, !(0x30...0x39).contains(text[start]) else {
      throw FormulaError(offset: start, problem: "a variable is needed")
    }
    let number = numbers[text[start..<position]] ?? numbers.count
    numbers[text[start..<position]] = number
    output.append(.variable(number))
    applyNegations()
  }

  private mutating func close() throws(FormulaError) {
    applyPending()
    guard pending.popLast() != nil else { throw error("nothing was open before ')'") }
    applyNegations()
  }

  /// Negation binds strongest, so it is complete with its operand.
  private mutating func applyNegations() {
    while pending.last?.kind == .negation {
      pending.removeLast()
      output.append(.negation)
    }
  }

  /// Ends the implications since the last open parenthesis; the last one is the innermost.
  private mutating func applyPending() {
    while pending.last?.kind == .implication {
      pending.removeLast()
      output.append(.implication)
    }
  }

  private mutating func skipBlanks() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    guard text[position...].starts(with: "\(word)".utf8) else { return false }
    position += word.utf8CodeUnitCount
    return true
  }

  private func error(_ problem: String) -> FormulaError {
    FormulaError(offset: position, problem: problem)
  }
}

extension UInt8 {
  fileprivate var isPartOfName: Bool {
    (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
      || self == UInt8(ascii: "_")
  }
}
