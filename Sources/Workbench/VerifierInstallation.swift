package import Foundation
import Digests
package import Logging
import Provenance
import Runs
package import Sandbox
import Settings
package import Verifiers

/// Takes verifiers from git repositories into a folder of plugins, pinned to a commit.
///
/// A repository is not trusted: its files are read from the objects, held against
/// ``Provenance/CommittedFolder``, written beside their place, checked by their own cases in the
/// jail, and put in place by a rename only then. The pin is written before, so that whatever
/// interrupts leaves a folder that is refused, and never one that nothing pins.
package struct VerifierInstallation {
  /// What is taken from where.
  package struct Request {
    package var url: String
    /// A tag, branch or commit; nil for the default branch.
    package var reference: String?
    /// The folder within the repository; nil for its root, or `verifiers/NAME` for a named one.
    package var path: String?
    /// What the verifier must be called; nil for whatever its manifest says.
    package var name: String?

    package init(url: String, reference: String?, path: String? = nil, name: String? = nil) {
      (self.url, self.reference, self.path, self.name) = (url, reference, path, name)
    }
  }

  /// What was done.
  package struct Outcome: Encodable, Equatable, Sendable {
    package let name: String
    package let pin: VerifierPin
    /// The commit that was pinned before; nil for a new verifier.
    package let before: String?
    /// Whether files were put in place.
    package let isChanged: Bool
    /// Rows of its table that were checked.
    package let checkedRows: Int
  }

  /// An update that waits to be accepted.
  package struct Change: Equatable, Sendable {
    package let name: String
    package let before: VerifierPin
    /// 40 hexadecimal digits.
    package let commit: String
    /// The reference that leads there.
    package let reference: String
    /// Whether the pinned name is a tag, which was promised to stay where it was.
    package let isMovedTag: Bool
  }

  private let plugins: URL
  private let places: [URL]
  private let executables: URL
  private let weakest: SandboxLevel
  private let log: Logger

  /// - Parameters:
  ///   - plugins: The folder of plugins, which is made where it is missing.
  ///   - places: Where plugins are looked for, so that none hides another.
  ///   - executables: Where the executables of this package lie.
  ///   - weakest: The weakest sandbox in which a verifier may be checked.
  ///   - log: Where restarts are told.
  package init(
    in plugins: URL, places: [URL] = VerifierCatalog.folders(),
    executables: URL = VerifierCatalog.executableFolder,
    weakest: SandboxLevel = .weakestByDefault, log: Logger
  ) {
    (self.plugins, self.places) = (plugins, places)
    (self.executables, self.weakest, self.log) = (executables, weakest, log)
  }

  /// Takes a verifier that is not there yet.
  ///
  /// - Throws: ``InstallationError``, `GitError`, or what is wrong with the verifier.
  package func add(_ request: Request) async throws -> Outcome {
    let draft = try Draft(in: plugins)
    let (name, pin) = try draft.take(request)
    let pins = try VerifierPins(for: plugins)
    let folder = plugins.appending(path: name)
    if let old = pins.verifiers[name] {
      guard (old.url, old.path, old.reference) == (pin.url, pin.path, pin.reference) else {
        throw InstallationError.pinnedElsewhere(name: name, pin: old)
      }
      guard old.commit == pin.commit, old.digest == pin.digest else {
        throw InstallationError.moved(
          name: name, reference: pin.reference, isTag: pin.kind == .tag, from: old.commit,
          to: pin.commit)
      }
      if FileManager.default.fileExists(atPath: folder.path) {
        try VerifierPins.check(folder)
        return Outcome(name: name, pin: old, before: old.commit, isChanged: false, checkedRows: 0)
      }
    } else if let other = VerifierCatalog.plugins(in: [plugins] + places)
      .first(where: { $0.lastPathComponent == name })
    {
      throw InstallationError.nameTaken(name: name, folder: other.path)
    }
    let rows = try await check(draft, name, pin)
    try draft.putInPlace(name, pin)
    return Outcome(name: name, pin: pin, before: nil, isChanged: true, checkedRows: rows)
  }

  /// Takes another commit of a verifier that was added.
  ///
  /// - Parameters:
  ///   - name: The verifier.
  ///   - reference: Another tag, branch or commit; nil for the pinned one.
  ///   - accepts: Is asked where the commit is another one; throws, or returns false, to refuse.
  /// - Returns: What was done.
  /// - Throws: ``InstallationError``, `GitError`, or what is wrong with the verifier.
  package func update(
    _ name: String, to reference: String? = nil, accepts: (Change) throws -> Bool
  ) async throws -> Outcome {
    guard let old = try VerifierPins(for: plugins).verifiers[name] else {
      throw InstallationError.notPinned(name: name)
    }
    let draft = try Draft(in: plugins)
    let (_, pin) = try draft.take(
      Request(url: old.url, reference: reference ?? old.reference, path: old.path, name: name))
    if pin.commit != old.commit {
      let change = Change(
        name: name, before: old, commit: pin.commit, reference: pin.reference,
        isMovedTag: old.kind == .tag && pin.reference == old.reference)
      guard try accepts(change) else { throw InstallationError.notAccepted(name: name) }
    } else if pin == old {
      let folder = plugins.appending(path: name)
      if FileManager.default.fileExists(atPath: folder.path),
        try SHA256.hexadecimal(ofFolder: folder) == pin.digest
      {
        return Outcome(name: name, pin: old, before: old.commit, isChanged: false, checkedRows: 0)
      }
    }
    let rows = try await check(draft, name, pin)
    try draft.putInPlace(name, pin)
    return Outcome(name: name, pin: pin, before: old.commit, isChanged: true, checkedRows: rows)
  }

  /// Removes a verifier that was added, and its pin.
  ///
  /// - Parameters:
  ///   - name: The verifier.
  ///   - changesToo: Whether to remove it also where its files were changed.
  /// - Throws: ``InstallationError``, or what stops its files from being removed.
  package func remove(_ name: String, changesToo: Bool) throws {
    guard try VerifierPins(for: plugins).verifiers[name] != nil else {
      throw InstallationError.notPinned(name: name)
    }
    let folder = plugins.appending(path: name)
    if !changesToo, FileManager.default.fileExists(atPath: folder.path) {
      try VerifierPins.check(folder)
    }
    try Draft(in: plugins).remove(name)
  }

  // MARK: - The check

  /// Holds the draft to its own cases.
  ///
  /// - Returns: The rows of its table.
  private func check(_ draft: Draft, _ name: String, _ pin: VerifierPin) async throws -> Int {
    let folder = draft.folder.appending(path: name)
    let report = try await VerifierCheck(
      VerifierManifest(folder: folder), executables: executables, weakest: weakest, log: log
    ).run()
    guard report.passed else {
      throw InstallationError.checkFailed(name: name, commit: pin.commit, report: report.text)
    }
    guard try SHA256.hexadecimal(ofFolder: folder) == pin.digest else {
      throw InstallationError.changedItself(name: name)
    }
    return report.rows.count
  }
}
