package import Foundation
package import VerifierKit

/// Problems and demonstrations as JSON Lines, which a task set reads back equal.
package enum ProblemLines {
  /// A line a problem, its keys in alphabetical order.
  package static func data(_ problems: [Problem]) -> Data {
    lines(problems.map(members))
  }

  /// A line a demonstration.
  package static func data(_ demonstrations: [Demonstration]) -> Data {
    lines(
      demonstrations.map { demonstration in
        var members = members(of: demonstration.problem)
        members["completion"] = .string(demonstration.completion)
        return members
      })
  }

  private static func members(of problem: Problem) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "id": .string(problem.id), "prompt": .string(problem.prompt),
    ]
    members["answer"] = problem.answer.map(JSONValue.string)
    if !problem.metadata.isEmpty { members["metadata"] = .object(problem.metadata) }
    return members
  }

  private static func lines(_ rows: [[String: JSONValue]]) -> Data {
    var bytes: [UInt8] = []
    for row in rows {
      JSONWriter.append(row, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    return Data(bytes)
  }
}
