import Foundation
import Provenance
import TestSupport
import Testing
import Verifiers

@testable import Workbench

@Suite(.serialized) struct VerifierInstallationTests {
  /// A repository with a verifier that works in `units`, and a project that takes it.
  private final class Bench {
    let repository: TestRepository
    let project = FileManager.default.temporaryDirectory
      .appending(path: "hone-project-\(UUID().uuidString)")
    var plugins: URL { project.appending(path: "verifiers") }
    var plugin: URL { plugins.appending(path: "units") }
    /// A commit with the tag `v1`.
    let first: String

    init() throws {
      repository = try TestRepository()
      _ = try VerifierScaffold("units", language: .python, in: repository.folder).write()
      first = try repository.commit()
      try repository.tag("v1", first)
    }

    deinit {
      guard FileManager.default.fileExists(atPath: project.path) else { return }
      do {
        try FileManager.default.removeItem(at: project)
      } catch {
        print("'\(project.path)' is left behind: \(error)")
      }
    }

    var installation: VerifierInstallation {
      VerifierInstallation(in: plugins, places: [], log: .silent)
    }

    func add(
      _ reference: String? = "v1", path: String? = "units", name: String? = nil
    ) async throws -> VerifierInstallation.Outcome {
      try await installation.add(
        VerifierInstallation.Request(
          url: repository.folder.path, reference: reference, path: path, name: name))
    }

    /// Commits a verifier with another sentence in its manifest.
    func change() throws -> String {
      try edit { $0.replacing("summary: Compares", with: "summary: Still compares") }
      return try repository.commit()
    }

    func edit(_ change: (String) -> String) throws {
      let file = repository.folder.appending(path: "units/verifier.yaml")
      try repository.write(
        change(try String(contentsOf: file, encoding: .utf8)), to: "units/verifier.yaml")
    }

    /// Whether neither a plugin nor a pin nor a draft is there.
    var isUntouched: Bool {
      get throws {
        guard FileManager.default.fileExists(atPath: project.path) else { return true }
        return try FileManager.default.contentsOfDirectory(atPath: project.path) == []
      }
    }
  }

  @Test(.enabled(if: Jail.isPossible, "\(Jail.absence)"))
  func `a verifier is taken, checked and pinned`() async throws {
    let bench = try Bench()
    let outcome = try await bench.add()
    #expect(outcome.isChanged)
    #expect(outcome.checkedRows >= 10)
    #expect(outcome.pin.commit == bench.first)
    #expect(outcome.pin.kind == .tag)
    #expect(try VerifierPins(for: bench.plugins).verifiers == ["units": outcome.pin])
    #expect(try VerifierCatalog.find("units", in: [bench.plugins]).name == "units")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.plugins.path) == ["units"])
    let again = try await bench.add()
    #expect(!again.isChanged)
  }

  @Test(.enabled(if: Jail.isPossible, "\(Jail.absence)"))
  func `a pinned verifier whose files were changed is refused`() async throws {
    let bench = try Bench()
    let pin = try await bench.add().pin
    try Data("x".utf8).write(to: bench.plugin.appending(path: "new.txt"))
    let refusal = VerifierError.changedSincePin(
      name: "units", folder: bench.plugin, commit: pin.commit)
    #expect(throws: refusal) { try VerifierCatalog.find("units", in: [bench.plugins]) }
    #expect(VerifierListing.all(in: [bench.plugins]).first?.fault == refusal.description)
    #expect(throws: refusal) { try bench.installation.remove("units", changesToo: false) }
    // An update to the same commit mends it.
    let mended = try await bench.installation.update("units") { _ in false }
    #expect(mended.isChanged)
    #expect(try VerifierCatalog.find("units", in: [bench.plugins]).name == "units")
    try bench.installation.remove("units", changesToo: false)
    #expect(try VerifierPins(for: bench.plugins).verifiers.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: bench.plugin.path))
  }

  @Test(.enabled(if: Jail.isPossible, "\(Jail.absence)"))
  func `a tag that was moved is refused, and called so`() async throws {
    let bench = try Bench()
    _ = try await bench.add()
    let second = try bench.change()
    try bench.repository.tag("v1", second)
    let refusal = InstallationError.moved(
      name: "units", reference: "v1", isTag: true, from: bench.first, to: second)
    await #expect(throws: refusal) { try await bench.add() }
    #expect(refusal.description.hasPrefix("The tag 'v1' was moved: it is pinned to"))
    // An update asks, and says that it is a tag.
    await #expect(throws: InstallationError.notAccepted(name: "units")) {
      try await bench.installation.update("units") { change in
        #expect(change.isMovedTag)
        #expect(change.before.commit == bench.first)
        #expect(change.commit == second)
        return false
      }
    }
    #expect(try VerifierPins.pin(of: bench.plugin)?.commit == bench.first)
    let outcome = try await bench.installation.update("units") { _ in true }
    #expect(outcome.before == bench.first)
    #expect(outcome.pin.commit == second)
    let manifest = try VerifierCatalog.find("units", in: [bench.plugins])
    #expect(manifest.summary.hasPrefix("Still compares"))
  }

  @Test(.enabled(if: Jail.isPossible, "\(Jail.absence)"))
  func `a branch that has moved on is taken by an update`() async throws {
    let bench = try Bench()
    #expect(try await bench.add(nil).pin.reference == "main")
    let second = try bench.change()
    let error = await #expect(throws: InstallationError.self) { try await bench.add(nil) }
    #expect(error?.description.hasPrefix("'main' has moved on") == true)
    let outcome = try await bench.installation.update("units") { !$0.isMovedTag }
    #expect(outcome.pin.commit == second)
    let back = try await bench.installation.update("units", to: "v1") { !$0.isMovedTag }
    #expect(back.pin.commit == bench.first)
    #expect(back.pin.kind == .tag)
  }

  @Test(.enabled(if: Jail.isPossible, "\(Jail.absence)"))
  func `a verifier that breaks its promises is not taken`() async throws {
    let bench = try Bench()
    let file = bench.repository.folder.appending(path: "units/cases.jsonl")
    let cases = try String(contentsOf: file, encoding: .utf8)
    let turned = cases.replacing("\"passed\"", with: "\"p\"")
      .replacing("\"wrong\"", with: "\"passed\"").replacing("\"p\"", with: "\"wrong\"")
    try bench.repository.write(turned, to: "units/cases.jsonl")
    try bench.repository.commit()
    let error = await #expect(throws: InstallationError.self) { try await bench.add("main") }
    #expect(error?.description.contains("breaks its own promises") == true)
    #expect(try bench.isUntouched)
  }

  @Test func `a link, a submodule or a path out of the folder is refused`() async throws {
    let bench = try Bench()
    let text = try bench.repository.blob("/etc")
    for (mode, name) in [("120000", "data"), ("160000", "module"), ("100644", "..")] {
      let tree = try bench.repository.tree([
        TestRepository.Entry(mode: mode, name: name, id: text)
      ])
      try bench.repository.commit(tree: tree)
      let error = await #expect(throws: GitError.self) { try await bench.add("main", path: "") }
      guard case .unsafeEntry(name, _)? = error else {
        Issue.record("\(name): \(error.map { "\($0)" } ?? "nothing")")
        continue
      }
      #expect(try bench.isUntouched)
    }
  }

  @Test func `drafts of processes that were killed go after a day`() async throws {
    let bench = try Bench()
    for (name, age) in [(".draft-old", 90_000.0), (".draft-new", 60), (".other", 90_000)] {
      let folder = bench.plugins.appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: folder.path)
    }
    await #expect(throws: GitError.self) { try await bench.add("nothing") }
    let left = try FileManager.default.contentsOfDirectory(atPath: bench.plugins.path)
    #expect(left.sorted() == [".draft-new", ".other"])
  }

  @Test func `what is no verifier is named`() async throws {
    let bench = try Bench()
    await #expect(throws: InstallationError.self) { try await bench.add(path: nil) }
    await #expect(throws: GitError.self) { try await bench.add(path: "other") }
    let error = await #expect(throws: InstallationError.self) {
      try await bench.add(name: "lengths")
    }
    #expect(error == .unusableName(name: "units", wanted: "lengths"))
    try bench.edit { $0.replacing("name: units", with: "name: ../../units") }
    try bench.repository.commit()
    await #expect(throws: InstallationError.unusableName(name: "../../units", wanted: nil)) {
      try await bench.add("main")
    }
    #expect(try bench.isUntouched)
  }

  @Test func `a verifier that is there is neither hidden nor changed`() async throws {
    let bench = try Bench()
    _ = try VerifierScaffold("units", language: .shell, in: bench.plugins).write()
    await #expect(
      throws: InstallationError.nameTaken(
        name: "units", folder: bench.plugin.path)
    ) { try await bench.add() }
    await #expect(throws: InstallationError.notPinned(name: "units")) {
      try await bench.installation.update("units") { _ in true }
    }
    #expect(throws: InstallationError.notPinned(name: "units")) {
      try bench.installation.remove("units", changesToo: true)
    }
    #expect(FileManager.default.fileExists(atPath: bench.plugin.path))
  }
}
