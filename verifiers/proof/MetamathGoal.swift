/// What a Metamath proof is to prove, and what it may use for that.
struct MetamathGoal: Sendable {
  /// A hypothesis by its label.
  struct Hypothesis: Sendable {
    let label: String
    let expression: [MetamathDatabase.Symbol]
  }

  /// A hypothesis or an assertion that a proof names.
  enum Step: Sendable {
    case hypothesis([MetamathDatabase.Symbol])
    case assertion(MetamathDatabase.Statement, MetamathDatabase.Frame)
  }

  let database: MetamathDatabase
  let expression: [MetamathDatabase.Symbol]
  /// The hypotheses that a compressed proof counts before those it lists.
  let mandatory: [Hypothesis]

  /// A proof may use what stands before it.
  private let place: MetamathDatabase.Place
  /// Nil for a theorem of the database, whose hypotheses and `$d` conditions are active there.
  private let given: Given?

  /// What a statement that is not in the database brings along.
  private struct Given {
    let hypotheses: [String: [MetamathDatabase.Symbol]]
    let distinct: Set<MetamathDatabase.VariablePair>
    let variables: Set<MetamathDatabase.Symbol>
  }

  /// A theorem of the database.
  ///
  /// - Throws: ``UnusableTask`` where there is none of this label.
  init(theorem label: String, of database: MetamathDatabase) throws(UnusableTask) {
    guard let place = database.places[label] else {
      throw UnusableTask("the database has no theorem '\(label.shown)'")
    }
    let statement = database.statements[place]
    guard case .assertion(let frame, .some) = statement.content else {
      throw UnusableTask("'\(label.shown)' is no theorem ('$p') of the database")
    }
    (self.database, self.place, given) = (database, place, nil)
    expression = statement.expression
    mandatory = frame.hypotheses.map {
      Hypothesis(
        label: database.statements[$0].label, expression: database.statements[$0].expression)
    }
  }

  /// A statement in the words of the database.
  ///
  /// Of the database's own hypotheses only the types of variables may be used. Two variables are
  /// apart where `distinct` says so, and where one of them occurs in the proof alone.
  ///
  /// - Parameters:
  ///   - statement: The type code and what follows, with blanks between symbols.
  ///   - hypotheses: Further hypotheses, with labels that the database does not have.
  ///   - distinct: Pairs of variables that are apart.
  ///   - before: The label of the first statement that may not be used; nil for none.
  ///   - database: What is known.
  /// - Throws: ``UnusableTask`` for what the database does not know.
  init(
    statement: String, hypotheses: [(label: String, statement: String)],
    distinct: [(String, String)], before: String?, database: MetamathDatabase
  ) throws(UnusableTask) {
    var place = database.statements.count
    if let before {
      guard let found = database.places[before] else {
        throw UnusableTask("the database has no statement '\(before.shown)'")
      }
      place = found
    }
    (self.database, self.place) = (database, place)
    func read(_ text: String) throws(UnusableTask) -> [MetamathDatabase.Symbol] {
      try database.expression(text, at: place)
    }
    expression = try read(statement)
    var own: [Hypothesis] = []
    var labels: Set<String> = []
    for (label, statement) in hypotheses {
      guard database.places[label] == nil, labels.insert(label).inserted else {
        throw UnusableTask("the label '\(label.shown)' of a hypothesis is in use")
      }
      own.append(Hypothesis(label: label, expression: try read(statement)))
    }
    let variables = database.variables(of: own.map(\.expression) + [expression])
    let floating = variables.compactMap { database.floatingHypothesis(of: $0, at: place) }.sorted()
    mandatory =
      floating.map {
        Hypothesis(
          label: database.statements[$0].label, expression: database.statements[$0].expression)
      } + own
    var pairs: Set<MetamathDatabase.VariablePair> = []
    for (one, other) in distinct {
      guard let one = database.symbols[one], let other = database.symbols[other], one != other,
        database.isVariable[Int(one)], database.isVariable[Int(other)]
      else {
        throw UnusableTask("'distinct' names '\(one.shown)', '\(other.shown)', no two variables")
      }
      pairs.insert(MetamathDatabase.VariablePair(one, other))
    }
    given = Given(
      hypotheses: Dictionary(uniqueKeysWithValues: own.map { ($0.label, $0.expression) }),
      distinct: pairs, variables: Set(variables))
  }

  /// What a label of a proof names.
  ///
  /// - Throws: ``ProofRefusal`` where it names nothing that may be used here.
  func step(_ label: String) throws(ProofRefusal) -> Step {
    if let expression = given?.hypotheses[label] { return .hypothesis(expression) }
    guard let found = database.places[label] else {
      throw ProofRefusal("there is no statement '\(label.shown)'")
    }
    guard found < place else {
      throw ProofRefusal("'\(label.shown)' does not stand before what is to be proved")
    }
    let statement = database.statements[found]
    switch statement.content {
    case .assertion(let frame, _): return .assertion(statement, frame)
    case .essential where given != nil: break
    case .essential, .floating:
      if database.isActive(found, at: place) { return .hypothesis(statement.expression) }
    }
    throw ProofRefusal("the hypothesis '\(label.shown)' belongs to other statements")
  }

  /// Whether two different variables may be taken to be apart.
  func areDistinct(_ pair: MetamathDatabase.VariablePair) -> Bool {
    guard let given else { return database.areDistinct(pair, at: place) }
    return given.distinct.contains(pair) || !given.variables.contains(pair.one)
      || !given.variables.contains(pair.other)
  }
}

extension MetamathDatabase {
  /// Reads an expression of symbols that are known at a place.
  fileprivate func expression(_ text: String, at place: Place) throws(UnusableTask) -> [Symbol] {
    var expression: [Symbol] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let symbol = symbols[String(word)],
        !isVariable[Int(symbol)] || floatingHypothesis(of: symbol, at: place) != nil
      else { throw UnusableTask("the database does not know the symbol '\(word.shown)' there") }
      expression.append(symbol)
    }
    guard let type = expression.first, !isVariable[Int(type)] else {
      throw UnusableTask("a statement does not begin with a constant")
    }
    return expression
  }
}
