import Foundation
import Settings

/// Rollouts as JSON Lines.
package enum RolloutFile {
  /// Reads all rows.
  ///
  /// - Throws: ``RolloutFileError`` that names the line.
  package static func read(_ path: String) throws -> [Rollout] {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw RolloutFileError.unreadable(path: path, reason: failureReason(error))
    }
    let decoder = JSONDecoder()
    var rollouts: [Rollout] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      do {
        let rollout = try decoder.decode(Rollout.self, from: Data(line.utf8))
        try check(rollout, path: path, line: index + 1)
        rollouts.append(rollout)
      } catch let error as RolloutFileError {
        throw error
      } catch {
        throw RolloutFileError.notARollout(
          path: path, line: index + 1, reason: describe(error))
      }
    }
    guard !rollouts.isEmpty else { throw RolloutFileError.empty(path: path) }
    return rollouts
  }

  private static func check(_ rollout: Rollout, path: String, line: Int) throws {
    if let tokens = rollout.tokens, let logProbs = rollout.logProbs,
      tokens.count != logProbs.count
    {
      throw RolloutFileError.notARollout(
        path: path, line: line,
        reason: "it has \(tokens.count) tokens, but \(logProbs.count) logProbs")
    }
  }

  private static func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "it is not a JSON object"
    }
  }
}

/// A rollouts file that cannot be used.
package enum RolloutFileError: Error, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case notARollout(path: String, line: Int, reason: String)
  /// A line that a command other than `verify` cannot use.
  case notARow(path: String, line: Int, reason: String)
  case empty(path: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "'\(path)' cannot be read: \(reason)."
    case .notARollout(let path, let line, let reason):
      """
      '\(path)' line \(line) is no rollout: \(reason). A row holds at least "problem" (with "id" \
      and "prompt") and "completion".
      """
    case .notARow(let path, let line, let reason): "'\(path)' line \(line): \(reason)."
    case .empty(let path): "'\(path)' has no rows."
    }
  }
}
