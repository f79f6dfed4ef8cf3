import Foundation
import Randomness
import TestSupport
import Testing

@testable import hone_verifier_proof

@Suite struct MetamathTests {
  /// A little logic with a block, hypotheses, and a condition on variables.
  static let small = """
    $c |- wff ( ) -> A. set $.
    $v p q x y $.
    wp $f wff p $. wq $f wff q $. vx $f set x $. vy $f set y $.
    wi $a wff ( p -> q ) $.
    wal $a wff A. x p $.
    ax1 $a |- ( p -> ( q -> p ) ) $.
    ${ min $e |- p $. maj $e |- ( p -> q ) $. mp $a |- q $. $}
    ${ $d x p $. ax5 $a |- ( p -> A. x p ) $. $}
    ${ a1i.1 $e |- p $. a1i $p |- ( q -> p ) $= wp wq wp wi a1i.1 wp wq ax1 mp $. $}
    ${ $d x q $. gen $p |- ( q -> A. x q ) $= ( ax5 ) ABC $. $}
    bad $p |- ( A. x p -> A. x A. x p ) $= ( wal ax5 ) ABCBD $.
    """

  private func database(_ text: String) throws -> MetamathDatabase {
    try MetamathReader.database(Array(text.utf8))
  }

  private func refusal(
    _ proof: String, of theorem: String, in text: String = small, work: Int = 1_000_000
  ) throws -> String? {
    let goal = try MetamathGoal(theorem: theorem, of: database(text))
    return Self.refusal(proof, goal, work: work)
  }

  static func refusal(_ proof: String, _ goal: MetamathGoal, work: Int = 50_000_000) -> String? {
    do throws(ProofRefusal) {
      try MetamathChecker.check(proof, proves: goal, budget: WorkBudget(work))
      return nil
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    ("wp wq wp wi a1i.1 wp wq ax1 mp", "a1i"), ("( wi ax1 mp ) ABADCABEF", "a1i"),
    ("wq vx ax5", "gen"),
  ])
  func `a proof in either form is accepted`(proof: String, theorem: String) throws {
    let goal = try MetamathGoal(theorem: theorem, of: database(Self.small))
    #expect(Self.refusal(proof, goal) == nil)
  }

  @Test(arguments: [
    ("", "a1i", "there is no step"), ("wp ?", "a1i", "it has a '?'"),
    ("( wi ) ?", "a1i", "it has a '?'"), ("( wi ) AB?", "a1i", "it has a '?'"),
    ("wp wq", "a1i", "2 expressions are left"), ("wq wp wi", "a1i", "it proves another statement"),
    ("wi", "a1i", "step 1, 'wi', needs 2 expressions and finds 0"),
    ("nothing", "a1i", "there is no statement 'nothing'"),
    ("a1i", "a1i", "'a1i' does not stand before what is to be proved"),
    ("gen", "a1i", "'gen' does not stand before"),
    ("min", "a1i", "'min' belongs to other statements"),
    ("a1i.1", "gen", "'a1i.1' belongs to other statements"),
    ("vx wp wi", "a1i", "step 3, 'wi': another type than 'wp'"),
    ("wp wq a1i.1 a1i.1 mp", "a1i", "step 5, 'mp': what stands there is not 'maj'"),
    ("wp vx wal vx ax5", "bad", "'p' and 'x' must be distinct"),
    ("wp vy ax5", "bad", "'p' and 'y' must be distinct"),
    ("( wi ax1 mp ABADCABEF", "a1i", "the list of labels does not end"),
    ("( wp ) A", "a1i", "the list has the mandatory hypothesis 'wp'"),
    ("( wi ) Z", "a1i", "a 'Z' stands where no step ends"),
    ("( wi ) AZZ", "a1i", "a 'Z' stands where no step ends"),
    ("( wi ) AU", "a1i", "the last step's number does not end"),
    ("( wi ) E", "a1i", "step 1 has the number of nothing"),
    ("( wi ) UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU", "a1i", "number is too large"),
    ("( wi ) a", "a1i", "letters from A to Z alone"),
    ("( wi ax1 mp ) ABADCABEF $.", "a1i", "letters from A to Z alone"),
    ("wp wq wp wi a1i.1 wp wq ax1 mp $.", "a1i", "there is no statement '$.'"),
  ])
  func `what is no proof of the theorem is refused with its place`(
    proof: String, theorem: String, message: String
  ) throws {
    let refusal = try #require(try refusal(proof, of: theorem))
    #expect(refusal.contains(message), "\(refusal)")
  }

  @Test func `a condition on variables is enforced against the database's own proof`() throws {
    let database = try database(Self.small)
    #expect(try ownRefusal("gen", database) == nil)
    #expect(try ownRefusal("bad", database)?.contains("must be distinct ('$d')") == true)
  }

  @Test func `an expression that doubles at each step meets the limit`() throws {
    let text = "$c wff ( ) $. $v p $. wp $f wff p $. two $a wff ( p p ) $. t $p wff p $= ? $."
    let bomb = "( two ) A" + String(repeating: "B", count: 200)
    let message = try #require(try refusal(bomb, of: "t", in: text, work: 1_000_000))
    #expect(message == "it needs more work than 1000000 symbols")
  }

  @Test(arguments: [
    ("$c a $. $( $( $) $)", "line 1 of the database: a comment stands inside a comment"),
    ("$( a", "a comment does not end"), ("$)", "a comment ends that did not begin"),
    ("$c a", "a statement does not end"),
    ("$c a\n a $.", "line 2 of the database: 'a' is declared again"),
    ("$[ other.mm $]", "includes ('$[') are refused"), ("${ $c a $. $}", "inside a block"),
    ("${", "a block ('${') does not end"), ("$}", "a block ends that did not begin"),
    ("$v x $. $v x $.", "'x' is declared again as a variable"),
    ("$c x $. $v x $.", "'x' is declared again as a variable"),
    ("$c a $. t $f a x $.", "'x' is no active symbol"),
    ("$c a $. $v x $. t $f x a $.", "'$f' needs a constant and a variable"),
    ("$c a $. $v x $. t $f a x $. u $f a x $.", "has a type already"),
    ("$c a $. t $a a $. t $a a $.", "the label 't' is used again"),
    ("$c a $. $v x $. t $a a x $.", "the variable 'x' has no type"),
    ("$v x $. $c a $. f $f a x $. t $a x $.", "does not begin with a constant"),
    ("$v x $. $d x $.", "'$d' needs at least two variables"),
    ("$v x y $. $d x y x $.", "'$d' needs at least two variables"),
    ("$c a $. t* $a a $.", "'t*' is no label"), ("$c a $. t", "the text ends behind the label 't'"),
    ("$c a $. t $c", "behind the label 't' stands '$c'"), ("$x", "'$x' begins no statement"),
    ("$c a $. t $p a $= $c $.", "'$c' stands in a statement"), ("$c é $.", "no printing ASCII"),
    ("$c a $. ${ $v x $. f $f a x $. $} t $a a x $.", "'x' is no active symbol"),
  ])
  func `a text that is no database is refused with its line`(text: String, message: String) throws {
    let error = try #require(throws: MetamathDatabaseError.self) { try database(text) }
    #expect(error.description.contains(message), "\(error)")
  }

  // MARK: - Statements that are not in the database

  @Test func `a statement of the task is proved from the database`() throws {
    let database = try database(Self.small)
    func goal(_ statement: String, _ distinct: [(String, String)] = [], before: String? = nil)
      throws
      -> MetamathGoal
    {
      try MetamathGoal(
        statement: statement, hypotheses: [("h", "|- p")], distinct: distinct, before: before,
        database: database)
    }
    let plain = try goal("|- ( q -> p )")
    #expect(Self.refusal("wp wq h a1i", plain) == nil)
    #expect(Self.refusal("( a1i ) ABCD", plain) == nil)
    #expect(Self.refusal("wp wq a1i.1 a1i", plain)?.contains("belongs to other statements") == true)
    let early = try goal("|- ( q -> p )", before: "a1i")
    #expect(Self.refusal("wp wq h a1i", early)?.contains("does not stand before") == true)
    #expect(Self.refusal("wp wq wp wi h wp wq ax1 mp", early) == nil)

    let apart = try goal("|- ( p -> A. x p )", [("x", "p")])
    #expect(Self.refusal("wp vx ax5", apart) == nil)
    let together = try goal("|- ( p -> A. x p )")
    #expect(Self.refusal("wp vx ax5", together)?.contains("must be distinct") == true)
  }

  @Test(arguments: [
    ("|- z", "does not know the symbol 'z'"), ("p", "does not begin with a constant"),
    ("", "does not begin with a constant"),
  ])
  func `a statement that the database does not know is no task`(
    statement: String, message: String
  ) throws {
    let database = try database(Self.small)
    let error = try #require(throws: UnusableTask.self) {
      try MetamathGoal(
        statement: statement, hypotheses: [], distinct: [], before: nil, database: database)
    }
    #expect(error.description.contains(message))
    #expect(throws: UnusableTask("'ax1' is no theorem ('$p') of the database")) {
      try MetamathGoal(theorem: "ax1", of: database)
    }
  }

  // MARK: - Real databases

  static func shared(_ name: String) throws -> String {
    try String(
      contentsOf: SharedFiles.root.appending(path: "data/proofs/metamath/\(name)"), encoding: .utf8)
  }

  /// Why a theorem's own proof is refused; nil where it holds.
  private func ownRefusal(_ theorem: String, _ database: MetamathDatabase) throws -> String? {
    let place = try #require(database.places[theorem])
    guard case .assertion(_, let proof?) = database.statements[place].content else { return "none" }
    let goal = try MetamathGoal(theorem: theorem, of: database)
    return Self.refusal(proof.joined(separator: " "), goal)
  }

  private func theorems(of database: MetamathDatabase) -> [String] {
    database.statements.filter {
      if case .assertion(_, .some) = $0.content { true } else { false }
    }.map(\.label)
  }

  @Test(
    .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)),
    arguments: [
      ("hol.mm", 151, 0), ("demo0.mm", 1, 0), ("anatomy.mm", 1, 0), ("big-unifier.mm", 2, 0),
      ("anatomy-bad1.mm", 1, 1), ("anatomy-bad2.mm", 1, 1), ("anatomy-bad3.mm", 1, 1),
      ("big-unifier-bad1.mm", 1, 1), ("big-unifier-bad2.mm", 1, 1), ("big-unifier-bad3.mm", 1, 1),
      ("demo0-bad1.mm", 1, 1), ("demo0-includee.mm", 0, 0),
    ])
  func `published databases have the verdicts of their names`(
    name: String, count: Int, refused: Int
  ) throws {
    let database = try database(Self.shared(name))
    let theorems = theorems(of: database)
    #expect(theorems.count == count)
    let refusals = try theorems.compactMap { try ownRefusal($0, database) }
    #expect(refusals.count == refused, "\(refusals)")
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `a published database with an include is refused`() throws {
    let error = try #require(throws: MetamathDatabaseError.self) {
      try database(Self.shared("demo0-includer.mm"))
    }
    #expect(error.problem.contains("includes ('$[') are refused"))
  }

  @Test(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
  func `a published proof with one token changed is refused unless it proves the theorem too`()
    throws
  {
    let text = try Self.shared("hol.mm")
    let (database, plain) = (try database(text), PlainMetamath(text))
    let labels = theorems(of: database)
    #expect(labels == plain.theorems)
    var (refused, proving) = (0, 0)
    for (number, label) in labels.enumerated() {
      let own = plain.statements[label]?.proof ?? []
      #expect(plain.accepts(own, of: label), "\(label)")
      let goal = try MetamathGoal(theorem: label, of: database)
      for attempt in 0..<10 {
        var generator = CounterGenerator(keys: 8, UInt64(number), UInt64(attempt))
        let mutant = Self.mutated(own, labels: database.statements.map(\.label), &generator)
        let isAccepted = Self.refusal(mutant.joined(separator: " "), goal) == nil
        let proves = plain.accepts(mutant, of: label)
        #expect(isAccepted == proves, "\(label): \(mutant.joined(separator: " "))")
        refused += isAccepted ? 0 : 1
        proving += isAccepted ? 1 : 0
      }
    }
    print("Metamath: \(refused) mutants refused, \(proving) prove their theorem all the same")
    #expect(refused + proving == 1510 && refused > 1400, "\(refused) and \(proving)")
  }

  /// A proof with a label replaced by another, or a letter of its compressed part by another.
  private static func mutated(
    _ proof: [String], labels: [String], _ generator: inout CounterGenerator
  ) -> [String] {
    var words = proof
    while words == proof {
      let place = generator.integer(in: 0...words.count - 1)
      let end = words.firstIndex(of: ")") ?? words.count
      guard place != end, words[place] != "(" else { continue }
      if place < end {
        words[place] = labels[generator.integer(in: 0...labels.count - 1)]
      } else {
        var letters = Array(words[place])
        let letter = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")[generator.integer(in: 0...25)]
        letters[generator.integer(in: 0...letters.count - 1)] = letter
        words[place] = String(letters)
      }
    }
    return words
  }
}
