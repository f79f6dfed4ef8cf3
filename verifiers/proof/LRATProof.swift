/// The lines of a proof of unsatisfiability in LRAT's text format.
///
/// ```
/// ID literals… 0 hints… 0        adds a clause; a hint below 0 begins the case of one clause
/// ID d clauses… 0                deletes clauses
/// ```
///
/// - SeeAlso: Cruz-Filipe, Heule, Hunt, Kaufmann and Schneider-Kamp 2017 (Efficient certified RAT
///   verification), section 3.
struct LRATProof {
  /// A line.
  enum Line: Equatable {
    case addition(id: Int, clause: [CNFFormula.Literal], hints: [Int])
    case deletion([Int])
  }

  /// Clauses have numbers up to this one.
  private static let idLimit = 1 << 40

  let lines: [Line]

  /// Reads a proof; `c` lines are comments.
  ///
  /// - Throws: ``ProofRefusal`` with the number of the line that is none.
  init(_ text: String) throws(ProofRefusal) {
    var lines: [Line] = []
    for (index, line) in text.split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace)
      guard let first = words.first, first != "c" else { continue }
      lines.append(try Self.line(words, number: index + 1))
    }
    guard !lines.isEmpty else { throw ProofRefusal("there is no step") }
    self.lines = lines
  }

  private static func line(_ words: [Substring], number: Int) throws(ProofRefusal) -> Line {
    func refuse(_ what: String) -> ProofRefusal { ProofRefusal("line \(number) \(what)") }
    func integer(_ word: Substring) throws(ProofRefusal) -> Int {
      guard let integer = Int(word), integer.magnitude <= UInt(idLimit), word.first != "+" else {
        throw refuse("has '\(word.shown)' where a number is needed")
      }
      return integer
    }
    if words[0] == "d" {
      throw refuse("begins with 'd', as in DRAT; a line of LRAT has its number")
    }
    let id = try integer(words[0])
    guard id > 0 else { throw refuse("begins with \(id), no number of a clause") }
    if words.count > 1, words[1] == "d" {
      var ids: [Int] = []
      for word in words[2...] { ids.append(try integer(word)) }
      guard ids.popLast() == 0, ids.allSatisfy({ $0 > 0 }) else {
        throw refuse("is no deletion 'ID d CLAUSES 0'")
      }
      return .deletion(ids)
    }
    var numbers: [Int] = []
    for word in words.dropFirst() { numbers.append(try integer(word)) }
    guard let end = numbers.firstIndex(of: 0), end < numbers.count - 1, numbers.popLast() == 0,
      !numbers[(end + 1)...].contains(0)
    else { throw refuse("is no addition 'ID LITERALS 0 HINTS 0'; DRAT has no hints") }
    guard numbers[..<end].allSatisfy({ $0.magnitude <= UInt(CNFFormula.variableLimit) }) else {
      throw refuse("has a variable beyond \(CNFFormula.variableLimit)")
    }
    let clause = numbers[..<end].map { CNFFormula.Literal($0) }.withoutRepetitions
    return .addition(id: id, clause: clause, hints: Array(numbers[(end + 1)...]))
  }
}
