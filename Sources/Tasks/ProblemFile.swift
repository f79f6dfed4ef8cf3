import Foundation
import Settings
import VerifierKit

/// A file with one JSON object a line.
struct ProblemFile {
  let url: URL
  /// The path as errors show it.
  let shown: String

  /// The longest line, in bytes; the verifier protocol carries no more.
  static let maxLineBytes = 1 << 20
  /// The largest file, in bytes.
  static let maxFileBytes = 1 << 30

  init(_ url: URL) {
    self.url = url
    shown = url.relativePath
  }

  /// The problems, where an id that is missing is made from the line's number.
  func problems() throws -> [Problem] {
    var lineByID: [String: Int] = [:]
    return try lines(of: ProblemLine.self).map { number, line in
      let problem = line.problem(id: "line-\(number)")
      if let first = lineByID.updateValue(number, forKey: problem.id) {
        throw TaskError.unreadableLine(
          file: shown, line: number, reason: "the id '\(problem.id)' is that of line \(first)")
      }
      return problem
    }
  }

  /// The demonstrations: problems with a `completion`.
  func demonstrations() throws -> [Demonstration] {
    try lines(of: DemonstrationLine.self).map { number, line in
      Demonstration(
        problem: line.line.problem(id: "line-\(number)"), completion: line.completion)
    }
  }

  /// A problem as a line of such a file, with its end.
  static func line(_ problem: Problem, completion: String? = nil) -> [UInt8] {
    var members: [String: JSONValue] = [
      "id": .string(problem.id), "prompt": .string(problem.prompt),
    ]
    if let answer = problem.answer { members["answer"] = .string(answer) }
    if !problem.metadata.isEmpty { members["metadata"] = .object(problem.metadata) }
    if let completion { members["completion"] = .string(completion) }
    var line: [UInt8] = []
    JSONWriter.append(members, to: &line)
    line.append(UInt8(ascii: "\n"))
    return line
  }

  // MARK: - Helpers

  /// Every line that is not blank, decoded, with its number from 1.
  private func lines<Line: Decodable>(of type: Line.Type) throws -> [(Int, Line)] {
    let decoder = JSONDecoder()
    return try contents().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated().compactMap { index, bytes in
        func refuse(_ reason: String) -> TaskError {
          .unreadableLine(file: shown, line: index + 1, reason: reason)
        }
        guard bytes.count <= Self.maxLineBytes else {
          throw refuse("the line has \(bytes.count) bytes, over \(Self.maxLineBytes)")
        }
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return nil }
        do {
          return (index + 1, try decoder.decode(type, from: Data(bytes)))
        } catch let error as LineProblem {
          throw refuse(error.reason)
        } catch let error as DecodingError {
          throw refuse(Self.reason(error))
        }
      }
  }

  /// The bytes of a regular file, without a byte-order mark.
  func contents() throws(TaskError) -> Data {
    func refuse(_ reason: String) -> TaskError { .unreadableFile(file: shown, reason: reason) }
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: url.resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw refuse("it is not a regular file")
      }
      let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
      guard size <= Self.maxFileBytes else {
        throw refuse("it has \(size) bytes, over the limit of \(Self.maxFileBytes)")
      }
      let data = try Data(contentsOf: url)
      return data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    } catch let error as TaskError {
      throw error
    } catch {
      throw refuse(failureReason(error))
    }
  }

  private static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "there is no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
    default: "it is not JSON"
    }
  }
}

/// A line's fault that its own decoding found.
private struct LineProblem: Error {
  let reason: String
}

/// A problem as a line has it.
private struct ProblemLine: Decodable {
  private enum Key: String, CodingKey, CaseIterable {
    case id, prompt, answer, metadata, completion
  }

  private let id: String?
  private let prompt: String
  private let answer: String?
  private let metadata: [String: JSONValue]

  init(from decoder: any Decoder) throws {
    let names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
    guard names.contains(Key.prompt.rawValue) else {
      let there = names.isEmpty ? "nothing" : names.prefix(10).joined(separator: ", ")
      throw LineProblem(reason: "there is no 'prompt'; there is \(there)")
    }
    for name in names where Key(rawValue: name) == nil {
      throw LineProblem(
        reason: "nothing reads the key '\(name)'; put what a verifier needs into 'metadata'")
    }
    let container = try decoder.container(keyedBy: Key.self)
    id = try container.decodeIfPresent(String.self, forKey: .id)
    prompt = try container.decode(String.self, forKey: .prompt)
    answer = try container.decodeIfPresent(String.self, forKey: .answer)
    metadata = try container.decodeIfPresent([String: JSONValue].self, forKey: .metadata) ?? [:]
    guard !metadata.values.contains(where: \.holdsRoundedNumber) else {
      throw LineProblem(
        reason: "'metadata' has a number from 2^53 on, which JSON rounds; write it as a text")
    }
    guard !prompt.isEmpty, id != "" else {
      throw LineProblem(reason: "'\(prompt.isEmpty ? "prompt" : "id")' is empty")
    }
  }

  func problem(id made: String) -> Problem {
    Problem(id: id ?? made, prompt: prompt, answer: answer, metadata: metadata)
  }
}

/// A problem with a completion.
private struct DemonstrationLine: Decodable {
  let line: ProblemLine
  let completion: String

  private enum CodingKeys: CodingKey { case completion }

  init(from decoder: any Decoder) throws {
    line = try ProblemLine(from: decoder)
    completion = try decoder.container(keyedBy: CodingKeys.self)
      .decode(String.self, forKey: .completion)
  }
}

/// Any key, to see which ones there are.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
