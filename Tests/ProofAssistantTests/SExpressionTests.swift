import Randomness
import Testing

@testable import hone_verifier_proof_assistant

@Suite struct SExpressionTests {
  @Test func `a term is read and written again`() throws {
    let text = "(and (<= 0 i 10) (= s (* 2.5 i)) #x0F #b01 \"a\"\"b\" :key f!1)"
    let read = try SExpressionReader.expressions(in: " \n" + text + "\t")
    #expect(read.map(\.description) == [text])
    #expect(try SExpressionReader.expressions(in: "a () b").count == 3)
    #expect(try SExpressionReader.expressions(in: "a ; b )\nc", allowsComments: true).count == 2)
  }

  @Test(
    arguments: [
      ("(a ; b", .comment), ("|a|", .quotedSymbol), ("(a|b|)", .quotedSymbol),
      ("x'y", .strange(character: "'")), ("х", .strange(character: "х")),
      ("a\u{0}", .strange(character: " ")), ("\"a", .endlessString),
      ("\"a\u{7F}\"", .strange(character: " ")), ("\"a\"b", .strange(character: "b")),
      ("01", .malformed(atom: "01")), ("1.", .malformed(atom: "1.")),
      ("1.2.3", .malformed(atom: "1.2.3")), ("1x", .malformed(atom: "1x")),
      ("#", .malformed(atom: "#")), ("#b2", .malformed(atom: "#b2")),
      ("#xg", .malformed(atom: "#xg")), (":", .malformed(atom: ":")),
      ("(a", .openParenthesis), ("a)", .closedParenthesis), (")(", .closedParenthesis),
    ] as [(String, SExpressionError)])
  func `what is no plain term is refused`(text: String, error: SExpressionError) {
    #expect(throws: error) { try SExpressionReader.expressions(in: text) }
  }

  @Test func `depth, digits and parts are bounded, to the last one`() throws {
    func nest(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + String(repeating: ")", count: depth)
    }
    let (depth, digits) = (SExpressionReader.depthLimit, SExpressionReader.digitLimit)
    #expect(try SExpressionReader.expressions(in: nest(depth)).count == 1)
    #expect(throws: SExpressionError.tooDeep) {
      try SExpressionReader.expressions(in: nest(depth + 1))
    }
    #expect(throws: SExpressionError.tooDeep) {
      try SExpressionReader.expressions(in: nest(1 << 20))
    }
    func number(_ digits: Int) -> String { String(repeating: "9", count: digits) }
    #expect(try SExpressionReader.expressions(in: number(digits)).count == 1)
    #expect(throws: SExpressionError.longNumber(digits: digits + 1)) {
      try SExpressionReader.expressions(in: number(digits + 1))
    }
    let parts = SExpressionReader.atomLimit
    #expect(
      try SExpressionReader.expressions(in: String(repeating: "a ", count: parts)).count == parts)
    #expect(throws: SExpressionError.tooMany) {
      try SExpressionReader.expressions(in: String(repeating: "a ", count: parts + 1))
    }
  }

  @Test func `any text is read or refused, and what is read is read again alike`() {
    let pieces = Array("()()() ab1.#x\"|;:-\n\té".unicodeScalars)
    var read = 0
    for attempt in 0..<20_000 {
      var generator = CounterGenerator(keys: 5, UInt64(attempt))
      var text = ""
      for _ in 0...generator.integer(in: 0...14) {
        text.unicodeScalars.append(pieces[generator.integer(in: 0...pieces.count - 1)])
      }
      do throws(SExpressionError) {
        let expressions = try SExpressionReader.expressions(in: text)
        let written = expressions.map(\.description).joined(separator: " ")
        #expect(try SExpressionReader.expressions(in: written) == expressions, "\(text)")
        read += 1
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect((500...19_000).contains(read), "\(read)")
  }
}
