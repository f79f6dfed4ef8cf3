import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_arithmetic

/// A row of the verifier's `cases.jsonl`.
struct VerifierCase: Decodable, Sendable, CustomTestStringConvertible {
  let problem: Problem
  let completion: String
  let outcome: VerifierOutcome
  let why: String
  let settings: [String: JSONValue]?

  var testDescription: String { "\(problem.id): \(why)" }

  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The whole table.
  static let all = Result {
    try rows(of: root.appending(path: "verifiers/arithmetic/cases.jsonl"), as: VerifierCase.self)
  }

  /// The rows of a JSONL file.
  static func rows<Row: Decodable>(of file: URL, as type: Row.Type) throws -> [Row] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }
}

/// Judges one completion in this process.
func judge(
  _ answer: String?, _ completion: String, metadata: [String: JSONValue] = [:],
  settings: [String: JSONValue] = [:]
) throws -> Verdict {
  try ArithmeticVerifier(settings: settings).judge(
    Problem(id: "p", prompt: "?", answer: answer, metadata: metadata), completion)
}
