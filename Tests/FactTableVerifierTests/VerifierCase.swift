import FactTables
import Foundation
import Logging
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_fact_table

/// A row of the verifier's `cases.jsonl`.
struct VerifierCase: Decodable, Sendable, CustomTestStringConvertible {
  let problem: Problem
  let completion: String
  let outcome: VerifierOutcome
  let score: Double?
  let why: String
  let settings: [String: JSONValue]?

  var testDescription: String { "\(problem.id): \(why)" }

  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The whole table.
  static let all = Result {
    try String(
      contentsOf: root.appending(path: "verifiers/fact-table/cases.jsonl"), encoding: .utf8
    ).split(separator: "\n").map {
      try JSONDecoder().decode(VerifierCase.self, from: Data($0.utf8))
    }
  }
}

/// Indexes that tests made, in a folder that stays as long as they run.
enum TestIndex {
  private static let folder = Result { try TemporaryFolder() }

  /// The path of the index of a table, made anew.
  static func path(of table: URL) throws -> String {
    let path = try folder.get().url.appending(path: "\(UUID().uuidString).sqlite").path
    try FactIndexBuilder.build(table, into: path)
    return path
  }

  /// The path of the index of a table's text.
  static func path(of text: String, as name: String = "t.csv") throws -> String {
    try path(of: folder.get().write(text, to: "\(UUID().uuidString)-\(name)"))
  }
}

/// A verifier in this process; its table is indexed first.
func verifier(_ settings: [String: JSONValue] = [:]) throws -> FactTableVerifier {
  var settings = settings
  if case .string(let table)? = settings["table"] {
    settings["prepared"] = .string(
      try TestIndex.path(of: VerifierCase.root.appending(path: table)))
  }
  return try FactTableVerifier(settings: settings)
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
