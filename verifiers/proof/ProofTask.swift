import PropositionalLogic
import VerifierKit

/// What a problem's metadata asks to be proved, and in which system.
///
/// ```
/// system: condensedDetachment   theorem, axioms: [formula, …]
/// system: metamath              theorem: a label · or statement, hypotheses: [{label, statement}, …],
///                               distinct: [[variable, variable], …], before: a label;
///                               database: its text, where the setting names no file
/// system: lrat                  cnf: DIMACS text
/// ```
enum ProofTask {
  case condensedDetachment(CondensedDetachment, theorem: PropositionalFormula)
  case metamath(MetamathGoal)
  case lrat(CNFFormula)

  /// Every system, by its name in the metadata.
  private static let systems = "condensedDetachment, metamath, lrat"

  /// What a proof may be called after a fence.
  static let fenceNames: Set<String> = ["proof", "text", "metamath", "mm", "lrat"]

  /// Reads the metadata of a problem.
  ///
  /// - Parameters:
  ///   - metadata: The problem's metadata.
  ///   - databases: Where Metamath databases are kept.
  /// - Throws: ``UnusableTask`` where something is missing or has the wrong form.
  init(_ metadata: [String: JSONValue], databases: MetamathDatabases) throws(UnusableTask) {
    let fields = ProofFields(metadata)
    switch try fields.text("system") {
    case "condensedDetachment":
      let theorem = try Self.formula(try fields.text("theorem"))
      let axioms = try fields.texts("axioms")
      guard axioms.count <= CondensedDetachment.axiomLimit else {
        throw UnusableTask("there are more than \(CondensedDetachment.axiomLimit) axioms")
      }
      let system =
        axioms.isEmpty
        ? CondensedDetachment.standard
        : CondensedDetachment(
          axioms: try axioms.map { (text) throws(UnusableTask) in try Self.formula(text) })
      self = .condensedDetachment(system, theorem: theorem)
    case "metamath":
      let database = try databases.database(inline: try fields.optionalText("database"))
      self = .metamath(try Self.goal(fields, of: database))
    case "lrat": self = .lrat(try CNFFormula(try fields.text("cnf")))
    case "drat":
      throw UnusableTask(
        "DRAT proofs are not checked: give the task as lrat, whose proofs have hints")
    case let other:
      throw UnusableTask("the system '\(other.shown)' is none of \(Self.systems)")
    }
  }

  private static func formula(_ text: String) throws(UnusableTask) -> PropositionalFormula {
    do throws(FormulaError) {
      return try PropositionalFormula(text)
    } catch {
      throw UnusableTask("'\(text.shown)' is \(error)")
    }
  }

  private static func goal(
    _ fields: ProofFields, of database: MetamathDatabase
  ) throws(UnusableTask) -> MetamathGoal {
    if let label = try fields.optionalText("theorem") {
      return try MetamathGoal(theorem: label, of: database)
    }
    let hypotheses = try fields.objects("hypotheses").map { (fields) throws(UnusableTask) in
      (label: try fields.text("label"), statement: try fields.text("statement"))
    }
    return try MetamathGoal(
      statement: try fields.text("statement"), hypotheses: hypotheses,
      distinct: try fields.pairs("distinct"), before: try fields.optionalText("before"),
      database: database)
  }

  /// Checks a proof.
  ///
  /// - Parameters:
  ///   - proof: The proof alone.
  ///   - budget: Work that it may cause.
  /// - Returns: How many steps it has.
  /// - Throws: ``ProofRefusal`` where it does not prove what is asked.
  func check(_ proof: String, budget: WorkBudget) throws(ProofRefusal) -> Int {
    switch self {
    case .condensedDetachment(let system, let theorem):
      do throws(DetachmentError) {
        return try system.check(proof, proves: theorem, limit: budget.whole)
      } catch {
        throw ProofRefusal("\(error)")
      }
    case .metamath(let goal): return try MetamathChecker.check(proof, proves: goal, budget: budget)
    case .lrat(let formula):
      return try LRATChecker.check(try LRATProof(proof), refutes: formula, budget: budget)
    }
  }
}
