import VerifierKit

/// A row of HumanEval: a prompt to be continued, and a function `check` of assertions.
///
/// Assertions that compare a call with a constant become data; a `check` that does more stays code,
/// for a cell of its own.
///
/// - SeeAlso: Chen 2021.
enum HumanEvalRow {
  static func place(_ row: ImportRow) throws(Unplaced) -> PlacedRow {
    let prompt = try row.text("prompt")
    let entry = try row.text("entry_point")
    let test = try row.text("test")
    var metadata: [String: JSONValue] = [
      "language": .string("python"), "entry": .string(entry), "prefix": .string(prompt),
      "comparison": .string("python"),
    ]
    let head = "def check(candidate):"
    let body = test.firstRange(of: head).map { String(test[$0.upperBound...]) }
    if let body, let calls = PythonAssertion.calls(in: body, of: "candidate") {
      metadata["kind"] = .string("function")
      metadata["calls"] = .array(calls.map(JSONValue.object))
    } else {
      guard body != nil else { throw Unplaced("'test' defines no 'check(candidate)'") }
      metadata["kind"] = .string("tests")
      // The tests may use what the prompt defines beside the function.
      metadata["tests"] = .array([.string(prompt), .string(test)])
      metadata["call"] = .string("check")
    }
    return PlacedRow(
      id: try row.text("task_id"), prompt: prompt, verifier: "code-runner", metadata: metadata,
      completion: try row.optionalText("canonical_solution"))
  }
}
