package import Foundation
import Sandbox
import Settings
package import VerifierKit
package import Verifiers

/// A line of a file of JSON objects, with every key that it has.
package struct JSONRow: Sendable {
  /// Number of the line, from 1.
  package let line: Int
  package var members: [String: JSONValue]

  package init(line: Int, members: [String: JSONValue]) {
    (self.line, self.members) = (line, members)
  }
}

/// JSON Lines whose rows keep what their reader does not know.
package enum JSONRows {
  /// The largest file, in bytes.
  static let maxFileBytes = 1 << 30

  /// Reads all rows; blank lines are skipped.
  ///
  /// - Throws: ``RolloutFileError`` that names the line.
  package static func read(_ path: String) throws(RolloutFileError) -> [JSONRow] {
    let bytes = try contents(path)
    var rows: [JSONRow] = []
    var (start, line) = (0, 0)
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      line += 1
      defer { start = end + 1 }
      guard !bytes[start..<end].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else {
        continue
      }
      let value: JSONValue
      do throws(JSONSyntaxError) {
        value = try JSONReader.value(in: bytes, start..<end)
      } catch {
        throw .notARow(path: path, line: line, reason: "it is not JSON: \(error.problem)")
      }
      guard case .object(let members) = value else {
        throw .notARow(path: path, line: line, reason: "it is not a JSON object")
      }
      rows.append(JSONRow(line: line, members: members))
    }
    guard !rows.isEmpty else { throw .empty(path: path) }
    return rows
  }

  /// The rows as a file, the keys of each in alphabetical order.
  package static func data(_ rows: [JSONRow]) -> Data {
    var bytes: [UInt8] = []
    for row in rows {
      JSONWriter.append(row.members, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    }
    return Data(bytes)
  }

  /// The bytes of a regular file, without a byte-order mark.
  private static func contents(_ path: String) throws(RolloutFileError) -> [UInt8] {
    do {
      let url = URL(filePath: path).resolvingSymlinksInPath()
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw RolloutFileError.unreadable(path: path, reason: "it is not a regular file")
      }
      let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
      guard size <= maxFileBytes else {
        throw RolloutFileError.unreadable(
          path: path, reason: "it has \(size) bytes, over the limit of \(maxFileBytes)")
      }
      let data = try Data(contentsOf: url)
      return [UInt8](data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
    } catch let error as RolloutFileError {
      throw error
    } catch {
      throw .unreadable(path: path, reason: failureReason(error))
    }
  }
}

extension JSONRow {
  /// Keeps what the verifiers found, as `verdicts`, `reward` and `sandbox`.
  package mutating func record(_ judgement: Judgement) {
    members["verdicts"] = .array(judgement.verdicts.map(Self.fields))
    members["reward"] = judgement.reward.map(JSONValue.number)
    members["sandbox"] = (judgement.sandbox?.rawValue).map(JSONValue.string)
  }

  /// A verdict with those of its parts.
  private static func fields(_ verdict: NamedVerdict) -> JSONValue {
    var fields: [String: JSONValue] = [
      "verifier": .string(verdict.verifier), "outcome": .string(verdict.outcome.rawValue),
      "reason": .string(verdict.reason),
    ]
    fields["score"] = verdict.score.map(JSONValue.number)
    fields["answer"] = verdict.answer.map(JSONValue.string)
    fields["details"] = verdict.details.isEmpty ? nil : .object(verdict.details)
    fields["parts"] = verdict.parts.map { .array($0.map(Self.fields)) }
    return .object(fields)
  }
}
