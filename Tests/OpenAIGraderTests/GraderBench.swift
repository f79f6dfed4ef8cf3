import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_openai_grader

/// A grader in the test's own process, and what its tests ask of it.
struct GraderBench {
  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static var places: GraderPlaces {
    GraderPlaces(
      library: VerifierCatalog.executableFolder.appending(path: "libHoneCell.so"),
      script: root.appending(path: "verifiers/code-runner/python_host.py"))
  }

  let verifier: OpenAIGrader

  init(_ settings: [String: JSONValue] = [:]) throws {
    verifier = try OpenAIGrader(settings: settings, places: Self.places)
  }

  /// The verdict on a completion, by a grader and an item as JSON texts.
  func verdict(_ grader: String, item: String = "{}", _ completion: String) throws -> Verdict {
    let problem = Problem(
      id: "p", prompt: "?",
      metadata: [
        "grader": try JSONReader.value(in: grader), "item": try JSONReader.value(in: item),
      ])
    return verifier.judge(problem, completion)
  }
}

/// Why a grader's JSON cannot be used; nil where it can.
func refusal(of grader: String) throws -> String? {
  let value = try JSONReader.value(in: grader)
  do throws(Grader.Unusable) {
    _ = try Grader(value)
    return nil
  } catch {
    return error.reason
  }
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
