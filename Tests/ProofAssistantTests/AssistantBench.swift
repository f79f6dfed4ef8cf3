import Foundation
import Logging
import Testing
import VerifierKit
import Verifiers

@testable import hone_verifier_proof_assistant

/// A verifier in the test's own process, and what its tests ask of it.
struct AssistantBench {
  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  let verifier: ProofAssistant

  /// - Parameters:
  ///   - settings: Of the verifier.
  ///   - programs: Folders of programs; none, as where nothing is installed.
  /// - Throws: `InvalidVerifierSetting`.
  init(_ settings: [String: JSONValue] = [:], programs: [String] = ["/usr/bin"]) throws {
    verifier = try ProofAssistant(
      settings: settings,
      places: AssistantPlaces(
        executables: VerifierCatalog.executableFolder, programs: programs))
  }

  /// The verdict on an answer to a task, given as JSON.
  func verdict(_ metadata: String, _ answer: String) throws -> Verdict {
    guard case .object(let members) = try JSONReader.value(in: metadata) else {
      throw NoObject(text: metadata)
    }
    return verifier.judge(Problem(id: "p", prompt: "?", metadata: members), answer)
  }

  /// Metadata of a test that is no object.
  struct NoObject: Error {
    let text: String
  }
}

/// Programs that tests need, and what is said where one is not there.
enum Installed {
  static func has(_ program: Program) -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program.rawValue)")
  }

  static func absence(_ program: Program) -> Comment {
    "NOT TESTED: \(program.rawValue) is not installed: apt install \(program.package)"
  }
}

extension Logger {
  /// A log that nobody reads.
  static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}
