import Testing

@testable import hone_verifier_openai_grader

@Suite struct GraderFormulaTests {
  private static let grades = ["a": 0.5, "b": 0.25, "name": 1.0, "min": 3.0]

  @Test(
    arguments: [
      ("a", 0.5), ("a + b", 0.75), ("a - b - b", 0), ("2 * a + b / 0.5", 1.5), ("a / b / 2", 1),
      ("(a + b) * 2", 1.5), ("2 ** 3 ** 2", 512), ("2 ^ 3", 8), ("-2 ** 2", -4), ("2 ** -1", 0.5),
      ("2**-1*4", 2), ("--a", 0.5), ("+a", 0.5), ("- a + b", -0.25), ("min(a, b, 3)", 0.25),
      ("max(a, b)", 0.5), ("abs(b - a)", 0.25), ("floor(a + 0.9)", 1), ("ceil(a)", 1),
      ("exp(0)", 1), ("sqrt(b)", 0.5), ("log(1)", 0), ("log(exp(2))", 2), ("1e2 + .5 + 1.", 101.5),
      ("1.5e-1", 0.15), ("1E+1", 10), ("min(min, a)", 0.5), ("name*name", 1),
      ("0.1+0.2", 0.1 + 0.2),
      ("max(a)", 0.5), (" \n a\t", 0.5), ("a*b*2", 0.25), ("8/2*a", 2),
    ] as [(String, Double)])
  func `a formula has the value that Python gives it`(text: String, value: Double) throws {
    #expect(try GraderFormula(text).value(of: Self.grades) == value)
  }

  @Test(
    arguments: [
      ("1 / 0", Double.infinity), ("log(0)", -.infinity), ("exp(1000)", .infinity),
      ("9 ** 9 ** 9", .infinity),
    ] as [(String, Double)])
  func `what is infinite is so, and costs nothing`(text: String, value: Double) throws {
    #expect(try GraderFormula(text).value(of: [:]) == value)
  }

  @Test(arguments: ["sqrt(-1)", "0 / 0", "log(-1)", "min(0/0, 1)", "max(1, 0/0)", "missing"])
  func `what is no number stays none`(text: String) throws {
    #expect(try GraderFormula(text).value(of: [:]).isNaN)
  }

  @Test(
    arguments: [
      ("", "a value is needed at its end"), ("a +", "a value is needed at its end"),
      ("a b", "it goes on where it should end"), ("(a", "a bracket is not closed"),
      ("a)", "it goes on where it should end"), ("sum(a, b)", "there is no function 'sum'"),
      ("sqrt(a, b)", "'sqrt' takes one value"), ("min()", "a value is needed"),
      ("1.2.3", "'1.2.3' is no number"), ("2a", "'2a' is no number"), ("1e", "'1e' is no number"),
      ("1e999", "'1e999' is no number"), ("a ? b", "it goes on"), ("a == b", "it goes on"),
      ("a // b", "a value is needed"), ("__import__('os')", "there is no function"),
      ("a % b", "it goes on"), ("é", "a value is needed"),
      (String(repeating: "(", count: 100), "more than 64 levels"),
      (String(repeating: "-", count: 100) + "1", "more than 64 levels"),
      (String(repeating: "2**", count: 100) + "1", "more than 64 levels"),
      (String(repeating: "1+", count: 3000), "longer than 4096 bytes"),
    ])
  func `what is no formula is refused, with the place`(text: String, problem: String) throws {
    let error = try #require(throws: GraderFormula.Unreadable.self) { try GraderFormula(text) }
    #expect(error.problem.contains(problem), "\(error.problem)")
  }

  @Test func `a long formula of one level is read and computed`() throws {
    let text = Array(repeating: "1", count: 2000).joined(separator: "+")
    #expect(try GraderFormula(text).value(of: [:]) == 2000)
  }

  @Test func `the names of a formula are those of graders, not of functions`() throws {
    #expect(try GraderFormula("min(a, b_2) * 3 + a.b").names == ["a", "b_2", "a.b"])
  }
}
