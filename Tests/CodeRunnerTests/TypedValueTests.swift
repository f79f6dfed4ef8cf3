import Testing
import VerifierKit

@testable import hone_verifier_code_runner

@Suite struct TypedValueTests {
  private func value(_ json: String, allowsNumbers: Bool = false) throws -> TypedValue {
    try TypedValue(try JSONReader.value(in: json), allowsNumbers: allowsNumbers)
  }

  @Test(
    arguments: [
      // Two values, equal where types count, equal as Python compares.
      ("{\"i\":\"2\"}", "{\"f\":\"2.0\"}", false, true),
      ("{\"i\":\"1\"}", "true", false, true), ("{\"i\":\"0\"}", "false", false, true),
      ("true", "true", true, true), ("true", "false", false, false),
      ("null", "false", false, false),
      ("{\"f\":\"-0.0\"}", "{\"f\":\"0.0\"}", true, true),
      ("{\"f\":\"nan\"}", "{\"f\":\"nan\"}", true, false),
      ("{\"f\":\"1e22\"}", "{\"i\":\"10000000000000000000000\"}", false, true),
      ("{\"f\":\"1e23\"}", "{\"i\":\"100000000000000000000000\"}", false, false),
      ("{\"f\":\"inf\"}", "{\"f\":\"inf\"}", true, true),
      ("{\"f\":\"inf\"}", "{\"f\":\"-inf\"}", false, false),
      ("{\"c\":[\"2.0\",\"0.0\"]}", "{\"i\":\"2\"}", false, true),
      ("\"a\"", "\"a\"", true, true), ("\"1\"", "{\"i\":\"1\"}", false, false),
      ("\"e\\u0301\"", "\"\\u00e9\"", false, false),
      ("\"\\ufffd\"", "{\"u\":[55296]}", false, false),
      ("{\"u\":[55296]}", "{\"u\":[55296]}", true, true), ("{\"b\":\"61\"}", "\"a\"", false, false),
      ("[]", "{\"t\":[]}", false, false),
      ("[{\"i\":\"1\"},{\"i\":\"2\"}]", "[{\"i\":\"2\"},{\"i\":\"1\"}]", false, false),
      ("[[],[]]", "[[[]]]", false, false), ("[\"a\",\"b\"]", "[\"a,b\"]", false, false),
      ("{\"s\":[\"a\",\"b\"]}", "{\"s\":[\"b\",\"a\"]}", true, true),
      ("{\"s\":[\"a\"]}", "{\"z\":[\"a\"]}", false, true),
      ("{\"s\":[]}", "{\"d\":[]}", false, false),
      ("{\"s\":[{\"i\":\"1\"}]}", "{\"s\":[{\"f\":\"1.0\"}]}", false, true),
      ("{\"d\":[[\"a\",null],[\"b\",true]]}", "{\"d\":[[\"b\",true],[\"a\",null]]}", true, true),
      ("{\"d\":[[\"a\",null]]}", "{\"d\":[[\"a\",false]]}", false, false),
    ])
  func `equality is what the task says it is`(
    a: String, b: String, exact: Bool, python: Bool
  ) throws {
    let (a, b) = (try value(a), try value(b))
    #expect(a.matches(b, .exact, nil) == exact && b.matches(a, .exact, nil) == exact)
    #expect(a.matches(b, .python, nil) == python && b.matches(a, .python, nil) == python)
  }

  @Test(
    arguments: [
      "1", "[1]", "{}", "{\"i\":1}", "{\"i\":\"\"}", "{\"i\":\"01\"}", "{\"i\":\"-0\"}",
      "{\"i\":\"+1\"}",
      "{\"i\":\"1_0\"}", "{\"i\":\"١\"}", "{\"i\":\"0x\"}", "{\"i\":\"1\",\"f\":\"1\"}",
      "{\"f\":\"NaN\"}",
      "{\"f\":\"0x1p3\"}", "{\"f\":\"1e999\"}", "{\"f\":1}", "{\"c\":[\"1\"]}", "{\"b\":\"6\"}",
      "{\"b\":\"6G\"}",
      "{\"t\":{}}", "{\"s\":[\"a\",\"a\"]}", "{\"s\":[true,{\"i\":\"1\"}]}", "{\"d\":[[\"a\"]]}",
      "{\"d\":[[\"a\",null],[\"a\",null]]}", "{\"u\":[-1]}", "{\"u\":[1114112]}", "{\"e\":\"1\"}",
      "{\"x\":null}",
    ])
  func `what is no value is refused`(json: String) {
    #expect(throws: TypedValue.Malformed.self) { try value(json) }
  }

  @Test func `a number too long to compare is refused`() {
    let digits = String(repeating: "9", count: TypedValue.digitLimit + 1)
    #expect(throws: TypedValue.Malformed.self) { try value("{\"i\":\"\(digits)\"}") }
  }

  @Test(arguments: [
    ("3", "{\"i\":\"3\"}"), ("-3", "{\"i\":\"-3\"}"), ("0.5", "{\"f\":\"0.5\"}"),
  ])
  func `people may write bare numbers`(bare: String, tagged: String) throws {
    let written = try value(bare, allowsNumbers: true)
    #expect(written.matches(try value(tagged), .exact, nil))
  }

  @Test(arguments: ["1e30", "9007199254740992", "-9007199254740993"])
  func `a bare number that may have been rounded is refused`(bare: String) {
    #expect(throws: TypedValue.Malformed.self) { try value(bare, allowsNumbers: true) }
  }

  @Test func `a tolerance reaches into containers, and no further than numbers`() throws {
    let tolerance = Tolerance(absolute: 0.01)
    func matches(_ a: String, _ b: String) throws -> Bool {
      try value(a).matches(try value(b), .exact, tolerance)
    }
    #expect(try matches("[{\"f\":\"1.001\"}]", "[{\"i\":\"1\"}]"))
    #expect(try matches("{\"d\":[[\"a\",{\"f\":\"1.001\"}]]}", "{\"d\":[[\"a\",{\"f\":\"1.0\"}]]}"))
    #expect(try !matches("{\"d\":[[\"b\",{\"f\":\"1.0\"}]]}", "{\"d\":[[\"a\",{\"f\":\"1.0\"}]]}"))
    #expect(try !matches("{\"f\":\"1.02\"}", "{\"f\":\"1.0\"}"))
    #expect(try !matches("true", "{\"i\":\"1\"}"))
    #expect(try !matches("{\"f\":\"nan\"}", "{\"f\":\"1.0\"}"))
    #expect(try !matches("{\"f\":\"inf\"}", "{\"f\":\"1e308\"}"))
    #expect(try matches("{\"f\":\"inf\"}", "{\"f\":\"inf\"}"))
  }

  @Test func `the tagged form comes back as it went`() throws {
    let json =
      "{\"t\":[null,true,{\"i\":\"-7\"},{\"f\":\"0.1\"},\"x\",[{\"b\":\"00ff\"}],{\"s\":[{\"z\":[]}]},{\"d\":[[{\"c\":[\"0.0\",\"1.5\"]},{\"u\":[55296.0]}]]}]}"
    let value = try value(json)
    #expect(try TypedValue(value.json).key(.exact) == value.key(.exact))
  }
}
