/// Proofs by condensed detachment, such as `DD211`, which proves `(P -> P)`.
///
/// `D` takes two proofs, of an implication and of what its left side can be made equal to, and
/// proves the right side, in the most general way. A digit is an axiom.
///
/// - SeeAlso: Meredith and Prior 1963 (Notes on the axiomatics of the propositional calculus);
///   Hindley and Meredith 1990 (Principal type-schemes and condensed detachment).
package struct CondensedDetachment: Sendable {
  /// Axioms that have names, `1` … `9`, then `a` … `z`, at most.
  package static let axiomLimit = 35

  /// Symbols of a proof's axioms where no other limit is given.
  package static let standardLimit = 20_000_000

  /// Łukasiewicz's axioms for implication and negation.
  package static let standard = CondensedDetachment(axioms: [
    axiom([.variable(0), .variable(1), .variable(0), .implication, .implication]),
    axiom([
      .variable(0), .variable(1), .variable(2), .implication, .implication, .variable(0),
      .variable(1), .implication, .variable(0), .variable(2), .implication, .implication,
      .implication,
    ]),
    axiom([
      .variable(0), .negation, .variable(1), .negation, .implication, .variable(1), .variable(0),
      .implication, .implication,
    ]),
  ])

  /// The axioms in the order of their names.
  package let axioms: [PropositionalFormula]

  /// A system of axioms.
  ///
  /// - Precondition: There are between 1 and ``axiomLimit`` axioms.
  package init(axioms: [PropositionalFormula]) {
    precondition((1...Self.axiomLimit).contains(axioms.count), "\(axioms.count) axioms")
    self.axioms = axioms
  }

  private static func axiom(_ symbols: [PropositionalFormula.Symbol]) -> PropositionalFormula {
    PropositionalFormula(symbols: symbols)
  }

  /// Checks that a proof proves a theorem, or something more general.
  ///
  /// A more general theorem will do, since each of its substitution instances is proved with it.
  ///
  /// - Parameters:
  ///   - proof: The proof; blanks around it are skipped.
  ///   - theorem: What is to be proved.
  ///   - limit: Symbols of all axioms that the proof writes down, at most; it takes some twenty
  ///     bytes for each.
  /// - Returns: How many steps the proof has.
  /// - Throws: ``DetachmentError`` where it proves nothing, or something else.
  @discardableResult
  package func check(
    _ proof: String, proves theorem: PropositionalFormula, limit: Int = standardLimit
  ) throws(DetachmentError) -> Int {
    var (graph, conclusion, steps) = try run(proof, limit: limit)
    guard graph.isFinite() else { throw .infinite }
    let leaves = (0..<theorem.variables).map { _ in graph.constant() }
    guard graph.unify(conclusion, theorem.term(in: &graph, leaves: leaves)), graph.isFinite() else {
      throw .otherTheorem
    }
    return steps
  }

  /// Whether a proof proves a theorem, or something more general.
  package func proves(_ proof: String, _ theorem: PropositionalFormula) -> Bool {
    do throws(DetachmentError) {
      try check(proof, proves: theorem)
      return true
    } catch {
      return false  // why not does not matter here
    }
  }

  /// What a proof proves.
  ///
  /// - Parameters:
  ///   - proof: The proof; blanks around it are skipped.
  ///   - limit: Symbols of the theorem, at most.
  /// - Returns: The most general theorem; nil where it is longer.
  /// - Throws: ``DetachmentError`` where it proves nothing.
  package func conclusion(
    of proof: String, limit: Int
  ) throws(DetachmentError) -> PropositionalFormula? {
    var (graph, conclusion, _) = try run(proof, limit: Self.standardLimit)
    guard graph.isFinite() else { throw .infinite }
    return graph.formula(of: conclusion, limit: limit)
  }

  /// The most general theorem that a detachment gives.
  ///
  /// - Parameters:
  ///   - minor: What the implication's left side is made equal to.
  ///   - major: The implication.
  ///   - limit: Symbols of the theorem, at most.
  /// - Returns: The theorem; nil where the detachment does not fit, or the theorem is longer.
  package static func detached(
    _ minor: PropositionalFormula, from major: PropositionalFormula, limit: Int
  ) -> PropositionalFormula? {
    var graph = TermGraph()
    let majorLeaves = (0..<major.variables).map { _ in graph.variable() }
    let implication = major.term(in: &graph, leaves: majorLeaves)
    let minorLeaves = (0..<minor.variables).map { _ in graph.variable() }
    let premise = minor.term(in: &graph, leaves: minorLeaves)
    guard let sides = graph.sides(of: implication), graph.unify(sides.left, premise),
      graph.isFinite()
    else { return nil }
    return graph.formula(of: sides.right, limit: limit)
  }

  // MARK: - Steps

  private func run(
    _ proof: String, limit: Int
  ) throws(DetachmentError) -> (TermGraph, conclusion: TermGraph.Node, steps: Int) {
    var graph = TermGraph()
    var proved: [TermGraph.Node] = []
    var steps = 0
    // From the end on, each D finds its two proofs complete, the implication's on top.
    for byte in proof.utf8.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank) {
      switch byte {
      case UInt8(ascii: "D"):
        guard let major = proved.popLast(), let minor = proved.popLast() else {
          throw .missingPremise
        }
        guard let sides = graph.sides(of: major), graph.unify(sides.left, minor) else {
          throw .clash
        }
        proved.append(sides.right)
      default:
        guard let number = Self.number(of: byte), number < axioms.count else {
          throw .unknownStep(String(Character(Unicode.Scalar(byte))))
        }
        guard graph.count + axioms[number].symbols.count <= limit else { throw .tooLong(limit) }
        let leaves = (0..<axioms[number].variables).map { _ in graph.variable() }
        proved.append(axioms[number].term(in: &graph, leaves: leaves))
      }
      steps += 1
    }
    guard let conclusion = proved.popLast() else { throw .empty }
    guard proved.isEmpty else { throw .severalProofs(proved.count + 1) }
    return (graph, conclusion, steps)
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    [0x20, 0x09, 0x0A, 0x0D].contains(byte)
  }

  private static func number(of byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "1")...UInt8(ascii: "9"): Int(byte) - 0x31
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 0x61 + 9
    default: nil
    }
  }
}

/// Why a text is not the proof by condensed detachment that is wanted.
package enum DetachmentError: Error, Equatable, CustomStringConvertible {
  case empty
  /// A character that is neither `D` nor an axiom's name.
  case unknownStep(String)
  /// A `D` with fewer than two proofs behind it.
  case missingPremise
  /// More than one proof, one behind the other.
  case severalProofs(Int)
  /// A detachment from what is no fitting implication.
  case clash
  /// A detachment that only a formula which holds itself would allow.
  case infinite
  /// A proof, but not of the theorem.
  case otherTheorem
  /// More symbols than the limit.
  case tooLong(Int)

  package var description: String {
    switch self {
    case .empty: "there is no step"
    case .unknownStep(let step):
      "'\(step.unicodeScalars.map { $0.escaped(asASCII: true) }.joined())' is neither D nor an axiom"
    case .missingPremise: "a D lacks a proof behind it"
    case .severalProofs(let count): "\(count) proofs stand one behind the other"
    case .clash:
      "a detachment does not fit: the left side cannot be made equal to the minor premise"
    case .infinite: "a detachment does not fit: a variable would hold itself"
    case .otherTheorem: "it proves another theorem"
    case .tooLong(let limit): "it needs more work than \(limit) symbols"
    }
  }
}
