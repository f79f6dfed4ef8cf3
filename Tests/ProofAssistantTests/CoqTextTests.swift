import Testing

@testable import hone_verifier_proof_assistant

@Suite struct CoqTextTests {
  private func sentences(_ text: String) throws -> [String] {
    try CoqText(text).sentences.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    arguments: [
      ("a. b.", ["a", "b"]), ("apply Nat.add_comm. x", ["apply Nat.add_comm"]),
      ("rewrite (f x).(g). b.", ["rewrite (f x).(g)", "b"]), ("a... b.", ["a", "b"]),
      ("a (* . *) b. c.", ["a   b", "c"]), ("a.(* c *)b.", ["a", "b"]),
      ("(* (* . *) . *) a.", ["a"]), ("(*) a. *) b.", ["b"]),
      ("(* \" *) \" *) a.", ["a"]), ("a \"x. y\". b.", ["a \"x. y\"", "b"]),
      ("a \"(* \". b \" *)\".", ["a \"(* \"", "b \" *)\""]),
      ("a \"x\"\".\". b.", ["a \"x\"\".\"", "b"]),
      // Coq refuses these; they are not to be one sentence.
      ("a.}b.", ["a", "}b"]), ("a.#[local] b.", ["a", "#[local] b"]),
    ])
  func `sentences are cut where Coq cuts them, or finer`(text: String, wanted: [String]) throws {
    #expect(try sentences(text) == wanted)
  }

  @Test(arguments: ["(*", "a (* (* *)", "(* \" *)", "(* \" \" \" *)"])
  func `a comment without an end is refused`(text: String) {
    #expect(throws: CoqText.Malformed.self) { try CoqText(text) }
  }

  @Test func `no comment is left, whatever stands beside another`() throws {
    for text in ["((* *)* x *)", "(*(**)*)", "( (* *) *", "(* *)(* *)a.", "\"(*\""] {
      let kept = try CoqText(text).text
      #expect(!kept.contains("(*") || text.hasPrefix("\""), "\(text) became \(kept)")
    }
  }

  @Test func `words are identifiers, without what strings hold`() throws {
    let words = try CoqText("apply A.admit, x' \"admit\" n_1 é.").words
    #expect(
      words.map { String(decoding: $0, as: UTF8.self) } == [
        "apply", "A", "admit", "x'", "n_1", "é",
      ])
  }

  @Test func `a preamble hands on what it imports`() throws {
    let task = try CoqTask(
      preamble: """
        Require Import Arith  Lia. (* why *) From Coq Require Import List.
        Import ListNotations. Require Reals. Definition Import' := 1. Open Scope nat_scope.
        """, theorem: "True (* ! *)", axioms: [])
    #expect(
      task.preamble == """
        Require Export Arith Lia.
        From Coq Require Export List.
        Export ListNotations.
        Require Reals.
        Definition Import' := 1.
        Open Scope nat_scope.

        """)
    #expect(task.statement == "True  ")
  }

  @Test(
    arguments: [
      ("", "True.", "a statement alone"), ("", " ", "a statement alone"),
      ("", "\"", "a string has no end"), ("Definition x := 1", "True", "does not end"),
      ("(*", "True", "a comment has no end"),
    ])
  func `a task that cannot be used says why`(preamble: String, theorem: String, why: String) throws
  {
    let error = try #require(throws: Unjudged.self) {
      try CoqTask(preamble: preamble, theorem: theorem, axioms: [])
    }
    #expect(error.description.contains(why), "\(error)")
  }

  @Test(
    arguments: [
      ("Closed under the global context\n", true),
      ("Axioms:\nclassic : forall P : Prop, P \\/ ~ P\n", true),
      ("Axioms:\nfunext\n  : forall f g,\n    f = g\nclassic : P\n", true),
      ("Axioms:\nclassic : P\nu : False\n", false), ("Axioms:\nu : False\n", false),
      ("Axioms:\nclassic relies on an unsafe hierarchy.\n", false),
      ("Axioms:\nclassic is assumed to be guarded.\n", false),
      ("Axioms:\nclassic : P\nTheory:\nType hierarchy is collapsed\n", false),
      ("Axioms:\n", false), ("", false), ("Closed under the global context\nu : False\n", false),
      ("u : False\nClosed under the global context\n", false),
      ("Section Variables:\nclassic : P\n", false),
    ])
  func `what a proof assumes must be allowed`(output: String, isAllowed: Bool) throws {
    let task = try CoqTask(preamble: "", theorem: "True", axioms: ["classic", "funext"])
    #expect((task.objection(to: output) == nil) == isAllowed)
    let strict = try CoqTask(preamble: "", theorem: "True", axioms: [])
    #expect(
      (strict.objection(to: output) == nil) == (output == "Closed under the global context\n"))
  }
}
