import VerifierKit

/// A row of MBPP, in full or sanitised: a sentence that says what to write, and a list of assertions.
///
/// The prompt shows the first assertion, as is the custom; it does not count for a share of cases.
///
/// - SeeAlso: Austin 2021.
enum MBPPRow {
  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    let text = try row.has("text") ? row.text("text") : row.text("prompt")
    let code = try row.text("code")
    let tests = try row.texts("test_list")
    guard let first = tests.first else { throw Unplaced("'test_list' is empty") }
    let challenges = row.has("challenge_test_list") ? try row.texts("challenge_test_list") : []
    let imports = row.has("test_imports") ? try row.texts("test_imports") : []
    let setup = ([try row.optionalText("test_setup_code") ?? ""] + imports)
      .filter { !$0.isEmpty }.joined(separator: "\n")
    guard let entry = entry(code, first) else { throw Unplaced("'code' defines no function") }
    var metadata: [String: JSONValue] = [
      "language": .string("python"), "entry": .string(entry), "comparison": .string("python"),
    ]
    let all = tests + challenges
    if setup.isEmpty,
      var calls = PythonAssertion.calls(in: all.joined(separator: "\n"), of: entry)
    {
      calls[0]["visible"] = .bool(true)
      metadata["kind"] = .string("function")
      metadata["calls"] = .array(calls.map(JSONValue.object))
    } else {
      metadata["kind"] = .string("tests")
      metadata["tests"] = .array([.string(""), .string(([setup] + all).joined(separator: "\n"))])
    }
    return PlacedRow(
      id: "mbpp-\(try row.answer("task_id"))",
      prompt: "\(text)\nYour code should pass this test:\n\(first)\n", verifier: "code-runner",
      metadata: metadata, completion: code)
  }

  /// The function that the tests are about: the one of the solution that the first test names.
  private static func entry(_ code: String, _ test: String) -> String? {
    let names = code.matches(of: /(?m)^def\s+(\w+)\s*\(/).map { String($0.1) }
    let called = Set(CodeTests.calledNames(in: test))
    return names.last(where: called.contains) ?? names.last
  }
}
