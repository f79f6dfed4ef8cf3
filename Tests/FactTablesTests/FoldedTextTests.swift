import TestSupport
import Testing

@testable import FactTables

@Suite struct FoldedTextTests {
  @Test(
    arguments: [
      ("São Tomé", "sao tome"), ("Łódź", "lodz"), ("Straße", "strasse"), ("Ｐａｒｉｓ", "paris"),
      ("N’Djamena", "ndjamena"), ("Washington, D.C.", "washington dc"), ("The Who", "who"),
      ("A Bug's Life", "bugs life"), ("the the", "the the"), ("a", "a"), ("C++", "c++"),
      ("C#", "c#"), ("rock & roll", "rock and roll"), ("1,234,567.50", "1234567.5"), ("-0.0", "0"),
      ("1,2,3", "1 2 3"), ("1.2.3", "1.2.3"), ("007", "7"), (".5", "0.5"), ("2e3", "2000"),
      ("1e999999", "1e999999"), ("1914–1918", "1914-1918"), ("20 July 1969", "20 july 1969"),
      ("July 20th, 1969", "20 july 1969"), ("1969-07-20", "20 july 1969"),
      ("3/4/1969", "3/4/1969"), ("1969-02-30", "1969-2-30"), ("Sept 1969", "september 1969"),
      ("4 July", "4 july"), ("Paris?", "paris ?"), ("5 %", "5 %"), ("5%", "5 %"), ("", ""),
      ("*_`…`_*", ""), ("Ελλάς", "ελλασ"),
      ("**-5**", "-5"), ("\"-5\"", "-5"), ("[-.5]", "-0.5"), ("—5", "-5"), ("- 5", "5"),
      ("1e-3", "0.001"), ("03/02", "3/2"), ("½", "1/2"), ("20.07.1969", "20 july 1969"),
      ("7/20/1969", "20 july 1969"), ("10:30", "10:30"), ("Porto-Novo", "porto novo"),
      ("H₂O", "h2o"), ("¿Paris?", "? paris ?"), ("x — y", "x y"),
    ] as [(String, String)])
  func `texts fold to what they are compared as`(text: String, folded: String) {
    #expect(FoldedText(text).text == folded)
  }

  @Test(arguments: [
    ("Paris", "Pa\u{200B}ris"), ("Paris", "\u{202E}Paris"), ("Paris", "Раris"), ("C", "C++"),
    ("5", "-5"), ("5", "5%"), ("5", "$5"), ("Paris", "Paris?"), ("Paris", "~Paris~"),
    ("3.5", "35"), ("m2", "m"), ("Au", "Au\u{0}"), ("5", "**-5**"), ("0.5", "-.5"), ("5", "—5"),
    ("= Paris", "≠ Paris"), ("Paris", "P\u{336}a\u{336}r\u{336}i\u{336}s\u{336}"), ("25", "2⁵"),
    ("102", "10²"), ("31/2", "3½"), ("511", "5'11"), ("A", "A-"), ("O-", "O"), ("Cl", "Cl−"),
    ("3/2", "3-2"), ("1/2", "1 2"), ("2*3", "2 3"), ("3:2", "3 2"), ("Paris", "Paris؟"),
    ("Paris", "!Paris"), ("Paris", "Paris‽"),
  ])
  func `what changes the meaning is not folded away`(one: String, other: String) {
    #expect(FoldedText(one) != FoldedText(other))
  }

  @Test func `folding is idempotent for each character`() {
    for value in Array(UInt32(0)...0x2FFF) + Array(0xA640...0xAB6F) + Array(0xF900...0x107FF)
      + Array(0x1D400...0x1F2FF)
    {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let once = FoldedText("x\(scalar)y \(scalar)")
      #expect(FoldedText(once.text) == once, "U+\(String(value, radix: 16))")
    }
  }

  @Test func `folding is idempotent for noise`() {
    let parts = [
      "a", "an", "The", "July", "may", "of", "20th", "1969", "07", "3", "-", "−", ".", ",", "e",
      "%", "?", "é", "/", ":", "*", "!", "²", "₂", "½", "\u{338}", "≠", "—", "؟", "\u{301}", "İ",
      "ß", "#", "&", " ", "\n", "'", "\u{200B}", "=", "+", "١", "½",
    ]
    var noise = TestNumbers(seed: 41)
    for _ in 0..<20_000 {
      let text = (0..<noise.integer(below: 9)).map { _ in parts[noise.integer(below: parts.count)] }
        .joined()
      let once = FoldedText(text)
      #expect(FoldedText(once.text) == once, "\(text.debugDescription)")
    }
  }

  @Test func `what is folded in one pass is folded as all else`() {
    let parts = [
      "a", "an", "the", "The", "X", "July", "may", "of", "20", "1969", "07", "3", "0", " ", "  ",
      "2nd", "e5", "then", "anna",
    ]
    var noise = TestNumbers(seed: 43)
    var plain = 0
    for _ in 0..<50_000 {
      let text = (0..<noise.integer(below: 12)).map { _ in parts[noise.integer(below: parts.count)]
      }
      .joined()
      guard let folded = PlainText.folded(text) else { continue }
      plain += 1
      #expect(folded == FoldedText.general(text), "\(text.debugDescription)")
    }
    #expect(plain > 10_000)
  }

  @Test func `a hundred thousand characters fold in linear time`() {
    let seconds = processorSeconds {
      for text in ["1,", "\u{301}a", "a ", "the ", "é", "."] {
        _ = FoldedText(String(repeating: text, count: 40_000))
      }
    }
    #expect(seconds < 30)
  }
}
