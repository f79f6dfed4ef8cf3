package import Foundation
import Settings
import VerifierKit

/// A grader's JSON: the grader itself, or a fine-tuning job's or method's that holds it.
///
/// Only what no program decides is refused here, by name; the verifier reads the rest.
package struct ImportedGrader: Sendable {
  let value: JSONValue

  private static let sizeLimit = 512 << 10
  private static let programs: Set = ["string_check", "text_similarity", "python", "multi"]

  /// Reads a grader's file.
  ///
  /// - Throws: ``TaskImportError``.
  package init(_ file: URL) throws {
    let shown = file.relativePath
    let data: Data
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { handle.closeFile() }
      data = try handle.read(upToCount: Self.sizeLimit + 1) ?? Data()
    } catch {
      throw TaskImportError.unreadable(file: shown, reason: failureReason(error))
    }
    guard data.count <= Self.sizeLimit else {
      throw TaskImportError.tooLong(
        file: shown, line: 1, what: "the grader", limit: Self.sizeLimit)
    }
    let bytes = Array(data)
    var value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONReader.value(in: bytes, 0..<bytes.count)
    } catch {
      throw TaskImportError.unusableGrader(file: shown, reason: "it is \(error)")
    }
    for name in ["method", "reinforcement", "grader"] {
      if case .object(let members) = value, members["type"] != .string("multi"),
        let inner = members[name]
      {
        value = inner
      }
    }
    if let reason = Self.refusal(value, isInner: false) {
      throw TaskImportError.unusableGrader(file: shown, reason: reason)
    }
    self.value = value
  }

  /// Why a grader cannot be used, as a sentence without its stop; nil where nothing speaks against it.
  private static func refusal(_ value: JSONValue, isInner: Bool) -> String? {
    guard case .object(let members) = value, case .string(let type)? = members["type"] else {
      return "it holds no grader, which is an object with a 'type'"
    }
    switch type {
    case "score_model", "label_model":
      return """
        a grader '\(type)' asks another model for its opinion, which is no verifiable reward; use \
        string_check, text_similarity, python or multi
        """
    case "multi":
      guard !isInner else { return "a grader 'multi' holds another one" }
      switch members["graders"] {
      case .object(let inner):
        return inner.values.lazy.compactMap { refusal($0, isInner: true) }.first
      case .array(let inner): return inner.lazy.compactMap { refusal($0, isInner: true) }.first
      default: return "a grader 'multi' has no 'graders'"
      }
    case _ where programs.contains(type): return nil
    default:
      return """
        there is no grader '\(type.prefix(40))'; known are string_check, text_similarity, python and \
        multi
        """
    }
  }
}
