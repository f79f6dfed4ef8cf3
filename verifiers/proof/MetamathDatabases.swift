import Foundation
import VerifierKit

/// The Metamath databases of a verifier: the one that its settings name, read once, and the last
/// few that problems brought along.
final class MetamathDatabases {
  /// Databases of problems that are kept.
  private static let kept = 4

  private let shared: MetamathDatabase?
  /// The one that was asked for last comes last.
  private var inline: [(text: String, database: MetamathDatabase)] = []

  /// Reads the shared database.
  ///
  /// - Parameter path: Where its file lies; empty for none.
  /// - Throws: `InvalidVerifierSetting` where it cannot be read.
  init(path: String) throws(InvalidVerifierSetting) {
    shared = path.isEmpty ? nil : try Self.database(at: path)
  }

  /// The database of a problem.
  ///
  /// - Parameter text: What the problem brings along; nil for the shared one.
  /// - Returns: The database.
  /// - Throws: ``UnusableTask`` where there is none, or the text is none.
  func database(inline text: String?) throws(UnusableTask) -> MetamathDatabase {
    guard let text else {
      guard let shared else {
        throw UnusableTask("neither the setting 'database' nor the task has a Metamath database")
      }
      return shared
    }
    if let index = inline.firstIndex(where: { $0.text == text }) {
      let found = inline.remove(at: index)
      inline.append(found)
      return found.database
    }
    do throws(MetamathDatabaseError) {
      let database = try MetamathReader.database(Array(text.utf8))
      inline.append((text, database))
      if inline.count > Self.kept { inline.removeFirst() }
      return database
    } catch {
      throw UnusableTask("\(error)")
    }
  }

  private static func database(
    at path: String
  ) throws(InvalidVerifierSetting) -> MetamathDatabase {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw InvalidVerifierSetting(
        name: "database", rule: "the path of a file that can be read, not '\(path)'")
    }
    defer { handle.closeFile() }
    do {
      let data = try handle.read(upToCount: MetamathReader.byteLimit + 1) ?? Data()
      return try MetamathReader.database(Array(data))
    } catch {
      throw InvalidVerifierSetting(name: "database", rule: "a Metamath database, but \(error)")
    }
  }
}
