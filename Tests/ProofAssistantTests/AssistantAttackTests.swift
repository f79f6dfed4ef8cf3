import Randomness
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_proof_assistant

/// Ways to be paid for no proof; the table of cases has more.
@Suite(.serialized) struct AssistantAttackTests {
  /// Scripts that are refused before coqc is asked, and what is said of each.
  static let scripts: [(String, String)] = [
    ("(* (* *) *) Proof. Axiom u : False. Qed.", "'Axiom' adds what is not proved"),
    ("Proof. idtac \"Qed.\". Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. idtac \"(*\". Axiom u : False. idtac \"*)\". Qed.", "'Axiom' adds"),
    ("Proof. (* \"*)\" *) Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. Notation \"x = y\" := True. Qed.", "'Notation' changes how Coq reads"),
    ("Proof. Notation False := True. Qed.", "'Notation' changes how Coq reads"),
    ("Proof. Local Axiom u : False. Qed.", "'Local' changes how Coq reads"),
    ("Proof. Program Definition u : False := _. Qed.", "'Program' begins another proof"),
    ("Proof. Unset Guard Checking. Qed.", "'Unset' changes how Coq reads or checks"),
    ("Proof. Unset Universe Checking. Qed.", "'Unset' changes how Coq reads or checks"),
    ("Proof. #[bypass_check(universes)] Definition u := 1. Qed.", "an attribute"),
    ("#[bypass_check(guard)] Proof. Qed.", "begins with 'Proof.'"),
    ("Proof. idtac.#[local]Axiom u : False. Qed.", "an attribute"),
    ("Proof. idtac.}Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. {{ - + * Axiom u : False. }} Qed.", "'Axiom' adds"),
    ("Proof. 1-2, 3 : Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. [goal_1]: { Axiom u : False. } Qed.", "'Axiom' adds"),
    ("Proof. par: Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. idtac... Axiom u : False. Qed.", "'Axiom' adds"),
    ("Proof. all: admit. Qed.", "'admit' leaves a gap"),
    ("Proof. exact ltac:(admit). Qed.", "'admit' leaves a gap"),
    ("Proof. intros; (give_up). Qed.", "'give_up' leaves a gap"),
    ("Proof. exact sorry. Qed.", "'sorry' is not of this system"),
    ("Proof. by sorry. Qed.", "'sorry' is not of this system"),
    ("Proof. exact I. Admitted. Qed.", "'Admitted' ends the proof otherwise"),
    ("Proof. exact I. Qed. Qed.", "'Qed' ends the proof before"),
    ("Proof. exact I. Qed. (* *) Theorem v : False. Qed.", "'Qed' ends the proof before"),
    ("Proof. exact I. Qed. print", "after 'Qed.'"),
    ("Proof. exact I. Save hone_theorem. Qed.", "'Save' ends the proof otherwise"),
    ("Proof. Module hone_proof. Qed.", "'Module' opens or ends a part"),
    ("Proof. End s. Qed.", "'End' opens or ends a part"),
    ("Proof. Ltac exact x := idtac. Qed.", "'Ltac' changes how"),
    ("Proof. Arguments eq _ _ _. Qed.", "'Arguments' changes how"),
    ("Proof. Coercion f : a >-> b. Qed.", "'Coercion' changes how"),
    ("Proof. Extraction Language OCaml. Qed.", "'Extraction' does something else"),
    ("Proof. Redirect \"x\" Check I. Qed.", "'Redirect' does something else"),
    ("Proof. Foo. Qed.", "'Foo' is no tactic"),
    ("Proof. (аdmit). Qed.", "of ASCII characters, not 'а'"),
    ("Proof. exact \u{200B}I. Qed.", "of ASCII characters"),
    ("Proof. idtac.\u{0C}Axiom u : False. Qed.", "of ASCII characters"),
    ("Proof. idtac.\u{00A0}Axiom u : False. Qed.", "of ASCII characters"),
    ("Рroof. exact I. Qed.", "of ASCII characters"), ("Proof. . Qed.", "without a tactic"),
    ("Proof. @exact I. Qed.", "is no tactic"), ("Proof I. Qed.", "begins with 'Proof.'"),
    ("Proof.", "ends with 'Qed.'"), ("Proof. Qed", "ends with 'Qed.'"),
  ]

  @Test(arguments: scripts)
  func `a script that is more than tactics is refused unread`(
    script: String, why: String
  ) throws {
    let verdict = try AssistantBench(programs: []).verdict(
      #"{"system":"coq","theorem":"True"}"#, script)
    #expect(verdict.outcome == .wrong && verdict.reason.contains(why), "\(verdict.reason)")
  }

  /// Scripts of tactics that prove nothing, of which coqc decides.
  static let tactics = [
    "exact_no_check I", "vm_cast_no_check I", "native_cast_no_check I", "change_no_check True",
    "unshelve eapply f_equal; shelve", "refine ?[x]", "refine (_ : 1 = 2); shelve",
    "exact (fix f (u : unit) {struct u} : 1 = 2 := f u) tt", "abstract (change_no_check True)",
    "idtac \"Closed under the global context\"", "assert (False) as [] by (exact_no_check I)",
    "exact (match I with end)", "discriminate", "native_compute", "exact (hone_theorem)",
    "exact hone_proof.hone_theorem", "enough (1 = 2) by assumption", "cut False; [intros []|]",
  ]

  @Test(.enabled(if: Installed.has(.coqc), Installed.absence(.coqc)))
  func `coqc pays for no tactic that leaves a gap or skips a check`() throws {
    let bench = try AssistantBench()
    for tactic in Self.tactics {
      let verdict = try bench.verdict(
        #"{"system":"coq","theorem":"1 = 2"}"#, "Proof. \(tactic). Qed.")
      #expect(verdict.outcome == .wrong, "\(tactic): \(verdict.reason)")
      #expect(verdict.reason == "coqc does not take the proof", "\(tactic): \(verdict.reason)")
    }
    let honest = try bench.verdict(
      #"{"system":"coq","theorem":"1 = 1"}"#, "Proof. vm_cast_no_check (eq_refl 1). Qed.")
    #expect(honest.outcome == .passed, "\(honest.reason)")
  }

  @Test(.enabled(if: Installed.has(.coqc), Installed.absence(.coqc)))
  func `a proof of something else is refused by the check, even where a script got it in`() throws {
    // As if the reader had let commands through: the last file knows nothing of them.
    let task = try CoqTask(preamble: "", theorem: "1 = 2", axioms: [])
    let bench = ProgramBench(
      settings: AssistantSettings(),
      places: AssistantPlaces(
        executables: VerifierCatalog.executableFolder, programs: ["/usr/bin"]))
    let checker = CoqChecker(bench: bench, settings: AssistantSettings())
    for (text, why) in [
      ("Abort. Theorem hone_theorem : True. Proof. exact I. Qed.", "is not the theorem"),
      (
        "Abort. Notation \"x = y\" := (True) : type_scope. Theorem hone_theorem : 1 = 2. Proof. exact I. Qed.",
        "is not"
      ),
      ("Admitted.", "rests on 'hone_proof.hone_theorem"),
      ("Axiom u : False. destruct u. Qed.", "rests on 'hone_proof.u"),
      (
        "Abort. Unset Guard Checking. Fixpoint f (n : nat) : 1 = 2 := f n. "
          + "Definition hone_theorem := f 0.", "rests on"
      ),
      ("Abort. Module hone_proof. Axiom hone_theorem : 1 = 2. End hone_proof.", "is not"),
    ] {
      do throws(Obstacle) {
        let reason = try checker.check(task, CoqScript(unchecked: text))
        Issue.record("\(text): \(reason)")
      } catch {
        guard case .refused(let refusal) = error else {
          Issue.record("\(text): \(error)")
          continue
        }
        #expect(refusal.description.contains(why), "\(text): \(refusal)")
      }
    }
  }

  // MARK: - z3

  static let lemma = """
    {"system":"z3","kind":"lemma","name":"inv","parameters":"((p Int))",
     "declarations":"(declare-fun f (Int) Int) (declare-const c Int)",
     "conditions":["(inv 1)","(=> (inv c) (= c 1))"]}
    """

  /// Formulas that are refused before z3 is asked, and what is said of each.
  static let formulas: [(String, String)] = [
    ("|p|", "a symbol in bars"), ("|) (assert false) (|", "a symbol in bars"),
    ("true ; )", "a comment"), ("(! true :named x)", "'!' is no function"),
    ("(_ bv1 8)", "'_' is no function"), ("((_ extract 1 0) p)", "is no function"),
    ("((as const (Array Int Int)) 0)", "is no function"), ("(forall ((x Int)) true)", "'forall'"),
    ("(exists ((x Int)) true)", "'exists'"), ("(match p ((x true)))", "'match'"),
    ("(let ((p 1)) (= p 1))", "gives 'p' another meaning"),
    ("(let ((= distinct)) true)", "gives '=' another meaning"),
    ("(let ((f p)) true)", "gives 'f' another meaning"),
    ("(let ((inv true)) inv)", "gives 'inv' another meaning"),
    ("(let ((true false)) true)", "gives 'true' another meaning"),
    ("(let ((x 1) (x 2)) true)", "gives 'x' another meaning"),
    ("(let ((x 1)) (let ((x 2)) true))", "gives 'x' another meaning"),
    ("(let () true)", "has the form"), ("(let ((x y) (y 1)) true)", "'y' is no parameter"),
    ("(= c 1)", "'c' is no parameter"), ("(inv p)", "'inv' is no function"),
    ("(= p 1))(assert false)(and true", "closed that was not opened"),
    ("(= p 1) (check-sat)", "there are 2"), ("", "there are 0"), ("()", "an empty list"),
    ("(assert false)", "'assert' is no function"), ("(declare-const z Int)", "'declare-const'"),
    ("(define-fun-rec g ((x Int)) Int (g x))", "'define-fun-rec'"),
    ("(set-option :smt.random_seed 1)", "'set-option'"), ("(include \"x\")", "'include'"),
    ("(push 1)", "'push'"), ("(reset)", "'reset'"), ("(f)", "'f' has 0 arguments"),
    ("f", "'f' is no parameter"), (":named", "':named' has no place"),
    ("(= p \"a\")", "has no place"),
    ("(= p \(String(repeating: "9", count: 1000)))", "1000 digits"),
    ("\(String(repeating: "(not ", count: 500))true", "deeper than 200"),
    ("(+\(String(repeating: " 1", count: 20_001)))", "more than 20000 parts"),
    (String(repeating: "x", count: 70_000), "longer than 64 KiB"), ("(＝ p 1)", "a character"),
  ]

  @Test(arguments: formulas)
  func `a formula that is more than a term is refused unread`(formula: String, why: String) throws {
    let verdict = try AssistantBench(programs: []).verdict(Self.lemma, formula)
    #expect(verdict.outcome == .wrong && verdict.reason.contains(why), "\(verdict.reason)")
  }

  @Test(.enabled(if: Installed.has(.z3), Installed.absence(.z3)))
  func `a formula that holds is paid for, with names for its parts and functions of the task`()
    throws
  {
    let bench = try AssistantBench()
    for formula in [
      "(= p 1)", "(let ((d (- p 1))) (= d 0))", "(and (>= p 1) (<= p 1) (= (f p) (f p)))",
    ] {
      let verdict = try bench.verdict(Self.lemma, formula)
      #expect(verdict.outcome == .passed, "\(formula): \(verdict.reason)")
    }
    #expect(try bench.verdict(Self.lemma, "(= (f p) 1)").outcome == .wrong)
  }

  @Test(
    arguments: [
      ("hone: answer\nhone: question\nunsat\n", .unsatisfiable),
      ("hone: answer\nhone: question\nsat\n", .satisfiable),
      ("hone: answer\nhone: question\nunknown\n", .gaveUp),
      ("hone: answer\nhone: question\ntimeout\n", .gaveUp), ("timeout\n", .gaveUp),
      ("(error \"out of memory\")\n", .gaveUp), ("hone: answer\nhone: question\n", .gaveUp),
      ("hone: answer\n", .gaveUp), ("", .gaveUp), ("unsat\n", .taskError("unsat")),
      ("(error \"x\")\nhone: answer\nhone: question\nunsat\n", .taskError("(error \"x\")")),
      ("hone: answer\n(error \"x\")\nhone: question\nunsat\n", .answerError("(error \"x\")")),
      ("hone: answer\nhone: question\n(error \"x\")\nunsat\n", .taskError("(error \"x\")")),
      ("hone: answer\nhone: question\nunsat\nunsat\n", .taskError("unsat")),
      ("hone: answer\nhone: question\nhone: question\nunsat\n", .gaveUp),
    ] as [(String, SolverReply)])
  func `only what z3 says in its place counts`(output: String, reply: SolverReply) {
    #expect(SolverReply(output) == reply)
  }

  // MARK: - Noise

  @Test func `no bent answer crashes a reader or is taken for what it was`() throws {
    let bench = try AssistantBench(programs: [])
    let rows = try AssistantCase.all.get().filter { $0.completion.utf8.count < 2000 }
    var refused = 0
    for attempt in 0..<6000 {
      var generator = CounterGenerator(keys: 17, UInt64(attempt))
      let row = rows[generator.integer(in: 0...rows.count - 1)]
      var bytes = Array(row.completion.utf8)
      let words = [
        "(", ")", "|", "\"", ";", "(*", "*)", ".", ". ", "Axiom", "admit", "#", "9", "-",
      ]
      for _ in 0...generator.integer(in: 0...3) where !bytes.isEmpty {
        let place = generator.integer(in: 0...bytes.count - 1)
        switch generator.integer(in: 0...2) {
        case 0: bytes[place] = UInt8(generator.integer(in: 0...255))
        case 1: bytes.remove(at: place)
        default:
          bytes.insert(
            contentsOf: words[generator.integer(in: 0...words.count - 1)].utf8, at: place)
        }
      }
      let verdict = bench.verifier.judge(row.problem, String(decoding: bytes, as: UTF8.self))
      #expect(verdict.outcome != .passed)
      #expect(verdict.reason.utf8.count < 700)
      refused += verdict.outcome == .wrong ? 1 : 0
    }
    #expect(refused > 3000, "\(refused)")
  }
}
