/// Clauses over numbered variables, as a DIMACS file lists them.
struct CNFFormula: Sendable {
  /// A variable's number, negative where it is negated.
  typealias Literal = Int32

  /// The largest variable's number that is read.
  static let variableLimit = 1 << 22

  /// Each clause, with each of its literals once.
  let clauses: [[Literal]]

  /// Reads DIMACS text: `c` lines are comments, `p cnf VARIABLES CLAUSES` comes first, `0` ends a
  /// clause, and a line that starts with `%` ends the text.
  ///
  /// - Throws: ``UnusableTask`` where it is something else, or has other clauses than it says.
  init(_ text: String) throws(UnusableTask) {
    var header: (variables: Int, clauses: Int)?
    var clauses: [[Literal]] = []
    var clause: [Literal] = []
    lines: for line in text.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      if first == "c" || header == nil && first.hasPrefix("c") { continue }
      if first.hasPrefix("%") { break lines }
      if first == "p" {
        guard header == nil, words.count == 4, words[1] == "cnf", let variables = Int(words[2]),
          let count = Int(words[3]), (0...Self.variableLimit).contains(variables), count >= 0
        else { throw UnusableTask("'\(line.shown)' is not 'p cnf VARIABLES CLAUSES'") }
        header = (variables, count)
        continue
      }
      guard let header else { throw UnusableTask("the CNF does not begin with 'p cnf'") }
      for word in words {
        guard let number = Int(word), number.magnitude <= UInt(header.variables) else {
          throw UnusableTask("'\(word.shown)' is no literal of \(header.variables) variables")
        }
        if number == 0 {
          clauses.append(clause.withoutRepetitions)
          clause = []
        } else {
          clause.append(Literal(number))
        }
      }
    }
    guard let header else { throw UnusableTask("the CNF does not begin with 'p cnf'") }
    guard clause.isEmpty else { throw UnusableTask("the CNF's last clause does not end with 0") }
    guard clauses.count == header.clauses else {
      throw UnusableTask("the CNF has \(clauses.count) clauses, but says \(header.clauses)")
    }
    self.clauses = clauses
  }
}

extension [CNFFormula.Literal] {
  /// Each literal once, at its first place.
  var withoutRepetitions: [CNFFormula.Literal] {
    var seen: Set<CNFFormula.Literal> = []
    return filter { seen.insert($0).inserted }
  }
}
