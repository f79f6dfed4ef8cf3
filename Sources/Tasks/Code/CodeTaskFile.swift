package import Foundation
import Settings
import VerifierKit

/// Files of programming tasks in the formats that their makers publish, as problems of the code
/// runner with their reference solutions.
package enum CodeTaskFile {
  /// Reads HumanEval: a prompt to be continued, and a function `check` of assertions.
  ///
  /// Assertions that compare a call with a constant become data; a `check` that does more stays code,
  /// for a cell of its own.
  ///
  /// - Throws: ``TaskError`` that names the file and line.
  package static func humanEval(_ url: URL) throws -> [Demonstration] {
    try rows(of: HumanEvalRow.self, in: url).map(\.demonstration)
  }

  /// Reads MBPP: a sentence that says what to write, and a list of assertions.
  ///
  /// The prompt shows the first assertion, as is the custom; it does not count for a share of cases.
  ///
  /// - Throws: ``TaskError`` that names the file and line.
  package static func mbpp(_ url: URL) throws -> [Demonstration] {
    try rows(of: MBPPRow.self, in: url).map(\.demonstration)
  }

  private static func rows<Row: Decodable>(of type: Row.Type, in url: URL) throws -> [Row] {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw TaskError.unreadableFile(file: url.relativePath, reason: failureReason(error))
    }
    let decoder = JSONDecoder()
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      do {
        return try decoder.decode(type, from: line)
      } catch {
        throw TaskError.unreadableLine(
          file: url.relativePath, line: index + 1, reason: "it is no row of this format")
      }
    }
  }
}

/// A row of HumanEval.
private struct HumanEvalRow: Decodable {
  let taskID, prompt, entryPoint, solution, test: String

  private enum CodingKeys: String, CodingKey {
    case prompt, test
    case taskID = "task_id"
    case entryPoint = "entry_point"
    case solution = "canonical_solution"
  }

  var demonstration: Demonstration {
    var metadata: [String: JSONValue] = [
      "language": .string("python"), "entry": .string(entryPoint), "prefix": .string(prompt),
      "comparison": .string("python"),
    ]
    let head = "def check(candidate):"
    let body = test.range(of: head).map { String(test[$0.upperBound...]) }
    if let body, let calls = PythonAssertion.calls(in: body, of: "candidate") {
      metadata["kind"] = .string("function")
      metadata["calls"] = .array(calls.map(JSONValue.object))
    } else {
      metadata["kind"] = .string("tests")
      // The tests may use what the prompt defines beside the function.
      metadata["tests"] = .array([.string(prompt), .string(test)])
      metadata["call"] = .string("check")
    }
    return Demonstration(
      problem: Problem(id: taskID, prompt: prompt, metadata: metadata), completion: solution)
  }
}

/// A row of MBPP.
private struct MBPPRow: Decodable {
  let text, code, setup: String
  let taskID: Int
  let tests, challenges: [String]

  private enum CodingKeys: String, CodingKey {
    case text, code
    case taskID = "task_id"
    case setup = "test_setup_code"
    case tests = "test_list"
    case challenges = "challenge_test_list"
  }

  /// The function that the tests are about: the one of the solution that the first test names.
  private var entry: String {
    let names = code.matches(of: /(?m)^def\s+(\w+)\s*\(/).map { String($0.1) }
    return names.last { name in tests.first?.contains("\(name)(") == true } ?? names.last ?? ""
  }

  var demonstration: Demonstration {
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
    let prompt = "\(text)\nYour code should pass this test:\n\(tests.first ?? "")\n"
    return Demonstration(
      problem: Problem(id: "mbpp-\(taskID)", prompt: prompt, metadata: metadata), completion: code)
  }
}
