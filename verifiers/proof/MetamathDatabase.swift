/// A Metamath database as its reader leaves it: symbols, statements, and what holds where.
///
/// Statements are numbered in the order of the text. A hypothesis and a `$d` condition hold from
/// their own place to the end of their block, so that what is active at a theorem is a comparison
/// of places, and nothing is kept for each theorem.
struct MetamathDatabase: Sendable {
  /// A symbol's number.
  typealias Symbol = Int32
  /// A statement's number.
  typealias Place = Int

  /// What a statement says.
  enum Content: Sendable {
    /// `$f`: the type code of a variable.
    case floating(type: Symbol, variable: Symbol)
    /// `$e`.
    case essential
    /// `$a`, or `$p` with the text of the proof that the database gives.
    case assertion(Frame, proof: [String]?)
  }

  /// What an assertion needs before it may be used.
  struct Frame: Sendable {
    /// The mandatory hypotheses in their order.
    let hypotheses: [Place]
    /// Mandatory variables that must be replaced by expressions without a common variable.
    let distinct: [VariablePair]
  }

  /// A statement with its label.
  struct Statement: Sendable {
    let label: String
    let content: Content
    /// The type code and what follows.
    let expression: [Symbol]
    /// The first place where it is not active any more; for hypotheses the end of their block.
    var end: Place
  }

  /// Two different variables, the smaller number first.
  struct VariablePair: Hashable, Sendable {
    let one: Symbol
    let other: Symbol

    init(_ one: Symbol, _ other: Symbol) {
      (self.one, self.other) = one < other ? (one, other) : (other, one)
    }
  }

  /// Where something holds, from a place on, up to an end.
  struct Span: Sendable {
    let start: Place
    var end: Place
  }

  var names: [String] = []
  var symbols: [String: Symbol] = [:]
  /// For each symbol, whether it was ever declared a variable.
  var isVariable: [Bool] = []
  var statements: [Statement] = []
  var places: [String: Place] = [:]
  /// Where each `$d` condition holds: spans one after the other.
  var distinct: [VariablePair: [Span]] = [:]
  /// Where each variable has a type: its `$f` statements one after the other.
  var floating: [Symbol: [Place]] = [:]

  /// Adds a symbol that is not there yet.
  mutating func addSymbol(_ name: String, isVariable: Bool) -> Symbol {
    let symbol = Symbol(names.count)
    symbols[name] = symbol
    names.append(name)
    self.isVariable.append(isVariable)
    return symbol
  }

  /// Adds a statement at the end, whose label is not there yet.
  mutating func add(_ label: String, _ content: Content, _ expression: [Symbol], end: Place) {
    places[label] = statements.count
    statements.append(Statement(label: label, content: content, expression: expression, end: end))
  }

  /// Whether a hypothesis may be used at a place.
  func isActive(_ hypothesis: Place, at place: Place) -> Bool {
    hypothesis < place && place < statements[hypothesis].end
  }

  /// Whether two variables must stay apart at a place.
  func areDistinct(_ pair: VariablePair, at place: Place) -> Bool {
    guard let spans = distinct[pair] else { return false }
    var (low, high) = (0, spans.count)
    while low < high {  // the first span that starts behind the place
      let middle = (low + high) / 2
      if spans[middle].start <= place { low = middle + 1 } else { high = middle }
    }
    return low > 0 && place < spans[low - 1].end
  }

  /// The `$f` statement of a variable at a place.
  func floatingHypothesis(of variable: Symbol, at place: Place) -> Place? {
    guard let all = floating[variable] else { return nil }
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low > 0 && place < statements[all[low - 1]].end ? all[low - 1] : nil
  }

  // MARK: - Frames

  /// The variables of expressions, each once, the smallest number first.
  func variables(of expressions: [[Symbol]]) -> [Symbol] {
    var seen: Set<Symbol> = []
    for expression in expressions {
      for symbol in expression where isVariable[Int(symbol)] { seen.insert(symbol) }
    }
    return seen.sorted()
  }

  /// The frame of an assertion at a place.
  ///
  /// - Parameters:
  ///   - essentials: Its active `$e` hypotheses.
  ///   - variables: The variables of these and of the assertion.
  ///   - place: Where the assertion stands.
  /// - Returns: The hypotheses and `$d` conditions that are mandatory.
  func frame(essentials: [Place], variables: [Symbol], at place: Place) -> Frame {
    var pairs: [VariablePair] = []
    for (index, one) in variables.enumerated() {
      for other in variables[(index + 1)...] {
        let pair = VariablePair(one, other)
        if areDistinct(pair, at: place) { pairs.append(pair) }
      }
    }
    let floating = variables.compactMap { floatingHypothesis(of: $0, at: place) }
    return Frame(hypotheses: (essentials + floating).sorted(), distinct: pairs)
  }
}

/// A text that is no Metamath database that can be used.
struct MetamathDatabaseError: Error, Equatable, CustomStringConvertible {
  let line: Int
  let problem: String

  var description: String { "line \(line) of the database: \(problem)" }
}
