import Testing

@testable import PropositionalLogic

@Suite struct PropositionalFormulaTests {
  @Test(
    arguments: [
      ("P", "P"), ("(P)", "P"), ("~ P", "~ P"), ("~~P", "~ ~ P"), ("a->b", "(P -> Q)"),
      ("P -> Q -> P", "(P -> (Q -> P))"), ("((P -> Q) -> P)", "((P -> Q) -> P)"),
      ("~ P -> Q", "(~ P -> Q)"), ("~ (P -> Q)", "~ (P -> Q)"), ("¬x1 → x_2", "(~ P -> Q)"),
      ("(~ (~ P -> ~ Q) -> (R -> P))", "(~ (~ P -> ~ Q) -> (R -> P))"),
      ("~ ((P -> ~ Q) -> ~ (~ Q -> P)) -> Q", "(~ ((P -> ~ Q) -> ~ (~ Q -> P)) -> Q)"),
    ])
  func `a formula is read and written`(text: String, written: String) throws {
    let formula = try PropositionalFormula(text)
    #expect(formula.description == written)
    #expect(try PropositionalFormula(written) == formula)
  }

  @Test(
    arguments: [
      ("", "a variable is needed, at byte 0"), ("()", "a variable is needed, at byte 1"),
      ("(P -> Q", "a parenthesis is not closed, at byte 0"),
      ("P -> ", "a variable is needed, at byte 5"),
      ("P)", "nothing was open before ')', at byte 2"),
      ("P Q", "'->' is needed, at byte 2"), ("P ^ Q", "'->' is needed, at byte 2"),
      ("1", "a variable is needed, at byte 0"), ("P ~", "'->' is needed, at byte 2"),
      ("-> P", "a variable is needed, at byte 0"),
    ])
  func `what is no formula is refused with its place`(text: String, message: String) throws {
    let error = try #require(throws: FormulaError.self) { try PropositionalFormula(text) }
    #expect(error.description.hasSuffix(message), "\(error)")
  }

  @Test func `depth costs no stack`() throws {
    let deep = 50_000
    let text = String(repeating: "(~ ", count: deep) + "P" + String(repeating: ")", count: deep)
    let formula = try PropositionalFormula(text)
    #expect(formula.depth == deep)
    #expect(formula.description.utf8.count == 2 * deep + 1)
    let right = String(repeating: "P -> ", count: deep) + "P"
    #expect(try PropositionalFormula(right).depth == deep)
  }
}
