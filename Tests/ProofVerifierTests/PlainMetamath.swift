/// A Metamath checker as a textbook has it, on words and with copies of all that is active: a second
/// opinion that shares no line with the verifier's own.
struct PlainMetamath {
  struct Statement {
    var place = 0
    var hypotheses: [String] = []
    var distinct: Set<Set<String>> = []
    var isHypothesis = false
    /// Whether it is a `$f`.
    var isTyped = false
    var expression: [String] = []
    // Of theorems only:
    var proof: [String] = []
    var active: Set<String> = []
    var activeDistinct: Set<Set<String>> = []
  }

  private struct Scope {
    var variables: Set<String> = []
    var distinct: Set<Set<String>> = []
    var hypotheses: [String] = []
  }

  var statements: [String: Statement] = [:]
  /// Labels of the theorems in their order.
  var theorems: [String] = []

  private var scopes = [Scope()]

  /// Reads a database that is one; what is none may give anything.
  init(_ text: String) {
    var words: [String] = []
    var isComment = false
    for word in text.split(whereSeparator: \.isWhitespace).map(String.init) {
      if word == "$(" { isComment = true }
      if !isComment { words.append(word) }
      if word == "$)" { isComment = false }
    }
    var rest = words[...]
    func until(_ end: String) -> [String] {
      let body = Array(rest.prefix { $0 != end })
      rest = rest.dropFirst(body.count + 1)
      return body
    }
    while let word = rest.popFirst() {
      switch word {
      case "$c": _ = until("$.")
      case "$v": scopes[scopes.count - 1].variables.formUnion(until("$."))
      case "$d":
        let names = until("$.")
        for one in names {
          for other in names where one != other {
            scopes[scopes.count - 1].distinct.insert([one, other])
          }
        }
      case "${": scopes.append(Scope())
      case "$}": scopes.removeLast()
      default:
        let kind = rest.popFirst()
        let expression = until(kind == "$p" ? "$=" : "$.")
        if kind == "$f" || kind == "$e" {
          scopes[scopes.count - 1].hypotheses.append(word)
          statements[word] = Statement(
            place: statements.count, isHypothesis: true, isTyped: kind == "$f",
            expression: expression)
        } else {
          statements[word] = assertion(expression, proof: kind == "$p" ? until("$.") : [])
          if kind == "$p" { theorems.append(word) }
        }
      }
    }
  }

  private func assertion(_ expression: [String], proof: [String]) -> Statement {
    let variables = scopes.reduce(into: Set<String>()) { $0.formUnion($1.variables) }
    let active = scopes.flatMap(\.hypotheses)
    let distinct = scopes.reduce(into: Set<Set<String>>()) { $0.formUnion($1.distinct) }
    let essentials = active.filter { !isTyped($0) }
    let used = (essentials.flatMap { statements[$0]?.expression ?? [] } + expression)
      .filter(variables.contains)
    let mandatory = Set(used)
    let hypotheses = active.filter { label in
      guard isTyped(label) else { return true }
      return mandatory.contains(statements[label]?.expression.last ?? "")
    }
    return Statement(
      place: statements.count, hypotheses: hypotheses,
      distinct: distinct.filter { $0.isSubset(of: mandatory) },
      expression: expression, proof: proof, active: Set(active), activeDistinct: distinct)
  }

  // MARK: - Proofs

  /// Whether a proof proves a theorem from what stands before it.
  func accepts(_ proof: [String], of theorem: String) -> Bool {
    guard let goal = statements[theorem], let steps = labels(proof, of: goal) else { return false }
    var stack: [[String]] = []
    for step in steps {
      switch step {
      case .mark(let box): box.expression = stack.last ?? []
      case .recall(let box): stack.append(box.expression)
      case .label(let label):
        guard let statement = statements[label], isUsable(label, for: goal) else { return false }
        if statement.isHypothesis {
          stack.append(statement.expression)
        } else {
          guard let result = apply(statement, &stack, goal) else { return false }
          stack.append(result)
        }
      }
    }
    return stack.count == 1 && stack[0] == goal.expression
  }

  private func isUsable(_ label: String, for goal: Statement) -> Bool {
    guard let statement = statements[label], statement.place < goal.place else { return false }
    return !statement.isHypothesis || goal.active.contains(label)
  }

  private func apply(
    _ statement: Statement, _ stack: inout [[String]], _ goal: Statement
  ) -> [String]? {
    guard stack.count >= statement.hypotheses.count else { return nil }
    let arguments = stack.suffix(statement.hypotheses.count)
    stack.removeLast(statement.hypotheses.count)
    var replacement: [String: [String]] = [:]
    let variables = Set(
      statement.hypotheses.filter(isTyped).compactMap { statements[$0]?.expression[1] })
    func substituted(_ expression: [String]) -> [String] {
      expression.flatMap { replacement[$0] ?? [$0] }
    }
    for (label, argument) in zip(statement.hypotheses, arguments) {
      guard let hypothesis = statements[label]?.expression else { return nil }
      if isTyped(label) {
        guard argument.first == hypothesis[0] else { return nil }
        replacement[hypothesis[1]] = Array(argument.dropFirst())
      } else if substituted(hypothesis) != argument {
        return nil
      }
    }
    let known = Set(
      statements.values.filter(\.isTyped).map { $0.expression[1] })
    for pair in statement.distinct where pair.isSubset(of: variables) {
      let sides = pair.map { Set((replacement[$0] ?? []).filter(known.contains)) }
      for one in sides[0] {
        for other in sides[1] where one == other || !goal.activeDistinct.contains([one, other]) {
          return nil
        }
      }
    }
    return substituted(statement.expression)
  }

  private func isTyped(_ label: String) -> Bool { statements[label]?.isTyped ?? false }

  private final class Box { var expression: [String] = [] }

  private enum Step {
    case label(String)
    case mark(Box)
    case recall(Box)
  }

  /// The steps of a proof, a compressed one spelt out; nil where it is none.
  private func labels(_ proof: [String], of goal: Statement) -> [Step]? {
    guard proof.first == "(" else { return proof.map { .label($0) } }
    guard let end = proof.firstIndex(of: ")") else { return nil }
    let listed = Array(proof[1..<end])
    guard !listed.contains(where: goal.hypotheses.contains) else { return nil }
    guard listed.allSatisfy({ isUsable($0, for: goal) }) else { return nil }
    let known = goal.hypotheses + listed
    var (steps, boxes, number): ([Step], [Box], Int) = ([], [], 0)
    var wasStep = false
    for letter in proof[(end + 1)...].joined().unicodeScalars {
      switch letter {
      case "A"..."T":
        number = number * 20 + Int(letter.value - 65)
        if number < known.count {
          steps.append(.label(known[number]))
        } else if number - known.count < boxes.count {
          steps.append(.recall(boxes[number - known.count]))
        } else {
          return nil
        }
        (number, wasStep) = (0, true)
      case "U"..."Y":
        number = number * 5 + Int(letter.value - 84)
        if number > 100_000 { return nil }
        wasStep = false
      case "Z":
        guard wasStep else { return nil }
        boxes.append(Box())
        steps.append(.mark(boxes[boxes.count - 1]))
        wasStep = false
      default: return nil
      }
    }
    return number == 0 ? steps : nil
  }
}
