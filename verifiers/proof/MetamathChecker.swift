/// Checks a proof of a Metamath goal, step by step, with a stack of expressions.
///
/// - SeeAlso: Megill and Wheeler 2019 (Metamath), section 4.3 and appendix B.
struct MetamathChecker {
  /// Numbers in a compressed proof that no list can reach.
  private static let numberLimit = 1 << 24

  private let goal: MetamathGoal
  private var budget: WorkBudget
  /// Every expression of the proof, one behind the other; nothing is taken away, so that what a
  /// compressed proof marks needs no copy.
  private var symbols: [MetamathDatabase.Symbol] = []
  private var stack: [Range<Int>] = []
  /// What each variable of the assertion at hand is replaced by.
  private var replacements: [Range<Int>]
  private var steps = 0

  private init(_ goal: MetamathGoal, _ budget: WorkBudget) {
    (self.goal, self.budget) = (goal, budget)
    replacements = Array(repeating: 0..<0, count: goal.database.names.count)
  }

  /// Checks a proof.
  ///
  /// - Parameters:
  ///   - proof: Labels with blanks between them, or a compressed proof.
  ///   - goal: What it must prove.
  ///   - budget: Work that it may cause.
  /// - Returns: How many steps it has.
  /// - Throws: ``ProofRefusal`` where it does not prove the goal.
  @discardableResult
  static func check(
    _ proof: String, proves goal: MetamathGoal, budget: WorkBudget
  ) throws(ProofRefusal) -> Int {
    var checker = MetamathChecker(goal, budget)
    let words = proof.split(whereSeparator: \.isWhitespace).map(String.init)
    guard !words.isEmpty else { throw ProofRefusal("there is no step") }
    if words.contains("?") { throw ProofRefusal("the proof is not finished: it has a '?'") }
    if words[0] == "(" {
      try checker.runCompressed(words)
    } else {
      for word in words { try checker.take(try goal.step(word)) }
    }
    guard checker.stack.count == 1 else {
      throw ProofRefusal("\(checker.stack.count) expressions are left, where one should be")
    }
    guard checker.symbols[checker.stack[0]].elementsEqual(goal.expression) else {
      throw ProofRefusal("it proves another statement")
    }
    return checker.steps
  }

  // MARK: - Compressed proofs

  private mutating func runCompressed(_ words: [String]) throws(ProofRefusal) {
    guard let end = words.firstIndex(of: ")") else {
      throw ProofRefusal("the list of labels does not end")
    }
    var listed: [MetamathGoal.Step] = []
    let mandatory = Set(goal.mandatory.map(\.label))
    for label in words[1..<end] {
      guard !mandatory.contains(label) else {
        throw ProofRefusal("the list has the mandatory hypothesis '\(label.shown)'")
      }
      listed.append(try goal.step(label))
    }
    var marked: [Range<Int>] = []
    var number = 0
    var canMark = false
    for letter in words[(end + 1)...].joined().utf8 {
      switch letter {
      case UInt8(ascii: "A")...UInt8(ascii: "T"):
        try take(number * 20 + Int(letter - UInt8(ascii: "A")), listed, marked)
        (number, canMark) = (0, true)
      case UInt8(ascii: "U")...UInt8(ascii: "Y"):
        number = number * 5 + Int(letter - UInt8(ascii: "U")) + 1
        guard number < Self.numberLimit else { throw ProofRefusal("a step's number is too large") }
        canMark = false
      case UInt8(ascii: "Z"):
        guard canMark, let last = stack.last else {
          throw ProofRefusal("a 'Z' stands where no step ends")
        }
        marked.append(last)
        canMark = false
      case UInt8(ascii: "?"): throw ProofRefusal("the proof is not finished: it has a '?'")
      default: throw ProofRefusal("behind the list of labels stand letters from A to Z alone")
      }
    }
    guard number == 0 else { throw ProofRefusal("the last step's number does not end") }
  }

  /// Takes the step of a number: a mandatory hypothesis, one of the list, or a marked expression.
  private mutating func take(
    _ number: Int, _ listed: [MetamathGoal.Step], _ marked: [Range<Int>]
  ) throws(ProofRefusal) {
    let mandatory = goal.mandatory.count
    if number < mandatory {
      try take(.hypothesis(goal.mandatory[number].expression))
    } else if number < mandatory + listed.count {
      try take(listed[number - mandatory])
    } else if number < mandatory + listed.count + marked.count {
      try budget.spend(1)
      steps += 1
      stack.append(marked[number - mandatory - listed.count])
    } else {
      throw ProofRefusal("step \(steps + 1) has the number of nothing")
    }
  }

  // MARK: - Steps

  private mutating func take(_ step: MetamathGoal.Step) throws(ProofRefusal) {
    steps += 1
    switch step {
    case .hypothesis(let expression):
      try budget.spend(1 + expression.count)
      stack.append(symbols.count..<symbols.count + expression.count)
      symbols += expression
    case .assertion(let statement, let frame): try apply(statement, frame)
    }
  }

  private mutating func apply(
    _ statement: MetamathDatabase.Statement, _ frame: MetamathDatabase.Frame
  ) throws(ProofRefusal) {
    let base = stack.count - frame.hypotheses.count
    guard base >= 0 else {
      throw ProofRefusal(
        "step \(steps), '\(statement.label.shown)', needs \(frame.hypotheses.count) expressions and finds \(stack.count)"
      )
    }
    try budget.spend(1 + frame.hypotheses.count)
    for (place, hypothesis) in zip(base..., frame.hypotheses) {
      try match(stack[place], with: goal.database.statements[hypothesis], of: statement)
    }
    try checkDistinct(frame, of: statement)
    let start = symbols.count
    for symbol in statement.expression {
      if goal.database.isVariable[Int(symbol)] {
        let replacement = replacements[Int(symbol)]
        try budget.spend(1 + replacement.count)
        // One by one, since a slice of what grows would be a copy of it.
        for place in replacement { symbols.append(symbols[place]) }
      } else {
        try budget.spend(1)
        symbols.append(symbol)
      }
    }
    stack.removeLast(frame.hypotheses.count)
    stack.append(start..<symbols.count)
  }

  /// Holds an expression against a hypothesis; one with a type says what replaces its variable.
  private mutating func match(
    _ expression: Range<Int>, with hypothesis: MetamathDatabase.Statement,
    of statement: MetamathDatabase.Statement
  ) throws(ProofRefusal) {
    func refuse(_ what: String) -> ProofRefusal {
      ProofRefusal(
        "step \(steps), '\(statement.label.shown)': \(what) '\(hypothesis.label.shown)'")
    }
    if case .floating(let type, let variable) = hypothesis.content {
      guard symbols[expression.lowerBound] == type else { throw refuse("another type than") }
      replacements[Int(variable)] = expression.lowerBound + 1..<expression.upperBound
      return
    }
    var place = expression.lowerBound
    try budget.spend(expression.count + hypothesis.expression.count)
    for symbol in hypothesis.expression {
      if goal.database.isVariable[Int(symbol)] {
        let replacement = replacements[Int(symbol)]
        guard replacement.count <= expression.upperBound - place,
          symbols[place..<place + replacement.count].elementsEqual(symbols[replacement])
        else { throw refuse("what stands there is not") }
        place += replacement.count
      } else {
        guard place < expression.upperBound, symbols[place] == symbol else {
          throw refuse("what stands there is not")
        }
        place += 1
      }
    }
    guard place == expression.upperBound else { throw refuse("what stands there is not") }
  }

  /// Variables that must be apart are replaced by expressions whose variables are apart.
  private mutating func checkDistinct(
    _ frame: MetamathDatabase.Frame, of statement: MetamathDatabase.Statement
  ) throws(ProofRefusal) {
    for pair in frame.distinct {
      let ones = try variables(in: replacements[Int(pair.one)])
      let others = try variables(in: replacements[Int(pair.other)])
      try budget.spend(ones.count * others.count)
      for one in ones {
        for other in others {
          guard one != other,
            goal.areDistinct(MetamathDatabase.VariablePair(one, other))
          else {
            let names = [one, other].map { "'\(goal.database.names[Int($0)].shown)'" }
            throw ProofRefusal(
              "step \(steps), '\(statement.label.shown)': \(names.joined(separator: " and ")) must be distinct ('$d')"
            )
          }
        }
      }
    }
  }

  private mutating func variables(
    in range: Range<Int>
  ) throws(ProofRefusal) -> [MetamathDatabase.Symbol] {
    try budget.spend(range.count)
    return Set(symbols[range].filter { goal.database.isVariable[Int($0)] }).sorted()
  }
}
