package import Foundation
import Rollouts
package import VerifierKit

/// A row of a verifier's `cases.jsonl`: what it must say of one completion.
package struct VerifierCase: Equatable, Sendable {
  /// The name of the table in a plugin's folder.
  package static let fileName = "cases.jsonl"

  /// The row's line, from 1.
  package let line: Int
  package let problem: Problem
  package let completion: String
  package let outcome: VerifierOutcome
  /// The score that it must have; nil for 1 where it passes and 0 where it is wrong.
  package let score: Double?
  /// Why, for people.
  package let why: String
  /// Settings that differ from the manifest's.
  package let settings: [String: JSONValue]
  /// Answers beside the reference that are right, too.
  package let accepts: [String]
  /// Programs of the system without which the row cannot be judged, as absolute paths.
  package let needs: [String]

  /// Reads a table.
  ///
  /// - Throws: ``VerifierCaseError`` that names the line.
  package static func read(_ file: URL) throws -> [VerifierCase] {
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw VerifierCaseError.missing(file: file.path)
    }
    let rows: [JSONRow]
    do throws(RolloutFileError) {
      rows = try JSONRows.read(file.path)
    } catch {
      switch error {
      case .notARow(_, let line, let reason):
        throw VerifierCaseError.unusableRow(file: file.path, line: line, reason: reason)
      case .empty: throw VerifierCaseError.empty(file: file.path)
      case .unreadable, .notARollout: throw error
      }
    }
    return try rows.map { try VerifierCase($0, file: file.path) }
  }

  private init(_ row: JSONRow, file: String) throws(VerifierCaseError) {
    var fields = CaseFields(members: row.members, file: file, line: row.line)
    line = row.line
    completion = try fields.text("completion")
    let word = try fields.text("outcome")
    guard let outcome = VerifierOutcome(rawValue: word) else {
      throw fields.refuse("'outcome' is '\(word.prefix(64))', not passed, wrong or unscored")
    }
    self.outcome = outcome
    why = try fields.optionalText("why") ?? ""
    settings = try fields.object("settings") ?? [:]
    accepts = try fields.texts("accepts")
    needs = try fields.texts("needs")
    if let odd = needs.first(where: { !$0.hasPrefix("/usr/") }) {
      throw fields.refuse("'needs' has '\(odd.prefix(64))', which is no path below /usr")
    }
    score = try fields.score()
    guard score == nil || outcome != .unscored else {
      throw fields.refuse("an unscored row has a 'score'")
    }
    guard let members = try fields.object("problem") else {
      throw fields.refuse("'problem' is missing")
    }
    var parts = CaseFields(members: members, file: file, line: row.line, place: "problem.")
    problem = Problem(
      id: try parts.text("id"), prompt: try parts.text("prompt"),
      answer: try parts.optionalText("answer"), metadata: try parts.object("metadata") ?? [:])
    try parts.refuseOthers()
    try fields.refuseOthers()
  }

  /// The first program that the row needs and that is not installed.
  var missing: String? { needs.first { !FileManager.default.isExecutableFile(atPath: $0) } }
}

/// The fields of a row, taken out one by one so that the rest can be refused.
private struct CaseFields {
  private var members: [String: JSONValue]
  private var read: [String] = []
  private let (file, line, place): (String, Int, String)

  init(members: [String: JSONValue], file: String, line: Int, place: String = "") {
    self.members = members
    (self.file, self.line, self.place) = (file, line, place)
  }

  func refuse(_ reason: String) -> VerifierCaseError {
    .unusableRow(file: file, line: line, reason: reason)
  }

  mutating func text(_ name: String) throws(VerifierCaseError) -> String {
    guard let text = try optionalText(name) else {
      throw refuse("'\(place)\(name)' is missing")
    }
    return text
  }

  mutating func optionalText(_ name: String) throws(VerifierCaseError) -> String? {
    switch take(name) {
    case nil, .null: nil
    case .string(let text): text
    default: throw refuse("'\(place)\(name)' is not a text")
    }
  }

  mutating func object(_ name: String) throws(VerifierCaseError) -> [String: JSONValue]? {
    switch take(name) {
    case nil, .null: nil
    case .object(let members): members
    default: throw refuse("'\(place)\(name)' is not an object")
    }
  }

  mutating func texts(_ name: String) throws(VerifierCaseError) -> [String] {
    guard let value = take(name) else { return [] }
    var texts: [String] = []
    guard case .array(let elements) = value else {
      throw refuse("'\(place)\(name)' is not a list of texts")
    }
    for element in elements {
      guard case .string(let text) = element else {
        throw refuse("'\(place)\(name)' is not a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  mutating func score() throws(VerifierCaseError) -> Double? {
    switch take("score") {
    case nil, .null: nil
    case .number(let score) where (0...1).contains(score): score
    default: throw refuse("'score' is not a number in 0...1")
    }
  }

  func refuseOthers() throws(VerifierCaseError) {
    guard let other = members.keys.min() else { return }
    throw refuse(
      "'\(place)\(other)' is unknown; the fields here are \(read.joined(separator: ", "))")
  }

  private mutating func take(_ name: String) -> JSONValue? {
    read.append(name)
    return members.removeValue(forKey: name)
  }
}

/// A table of cases that cannot be used.
package enum VerifierCaseError: Error, Equatable, CustomStringConvertible {
  case missing(file: String)
  case empty(file: String)
  case unusableRow(file: String, line: Int, reason: String)

  package var description: String {
    switch self {
    case .missing(let file):
      """
      There is no '\(file)'. Write one row a line, such as {"problem": {"id": "1", "prompt": "2+2=", \
      "answer": "4"}, "completion": "4", "outcome": "passed", "why": "the answer"}.
      """
    case .empty(let file): "'\(file)' has no rows."
    case .unusableRow(let file, let line, let reason): "'\(file)' line \(line): \(reason)."
    }
  }
}
