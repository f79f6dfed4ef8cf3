import Foundation
import Sandbox
import TestSupport
import Testing
import Verifiers
import Workbench

/// Verifiers from repositories, by the real program.
@Suite(.serialized) struct VerifierAddCommandTests {
  private let program: Program
  private let repository: TestRepository
  private let first: String

  init() throws {
    program = try Program()
    repository = try TestRepository(at: program.folder.appending(path: "theirs"))
    _ = try VerifierScaffold("units", language: .python, in: repository.folder).write()
    first = try repository.commit()
    try repository.tag("v1", first)
  }

  private static var hasJail: Bool {
    do {
      return try Sandbox.status(executables: VerifierCatalog.executableFolder).isEnough
    } catch {
      return false
    }
  }

  private static let absence: Comment = """
    VERIFIERS ARE NOT ADDED: this machine cannot build a jail. `hone sandbox status` says why.
    """

  @Test(.enabled(if: hasJail, absence))
  func `a verifier is added, used, held to its pin and removed`() async throws {
    let added = try await program.run("verifier add theirs@v1 --path units")
    #expect(added.code == 0, "\(added.error)")
    #expect(added.output.hasPrefix("units is tag v1 (\(first.prefix(12))) of theirs; its "))
    #expect(try program.read("verifiers.lock").contains(first))

    try program.write(
      #"{"problem":{"id":"a","prompt":"?","answer":"2"},"completion":"2"}"# + "\n", to: "rows.jsonl"
    )
    let verify = "verify rows.jsonl --verifier units --output scored.jsonl"
    let used = try await program.run(verify)
    #expect(used.output.hasPrefix("1 passed"), "\(used.error)")

    try program.write("print()\n", to: "verifiers/units/main.py")
    let refused = try await program.run(verify)
    #expect(refused.code == 1)
    #expect(refused.error.contains("is not what verifiers.lock pins"))

    let kept = try await program.run("verifier remove units")
    #expect(kept.code == 1)
    let removed = try await program.run("verifier remove units --yes")
    #expect(removed.code == 0)
    #expect(!program.exists("verifiers/units"))
  }

  @Test(.enabled(if: hasJail, absence))
  func `a moved tag is accepted by its commit alone`() async throws {
    #expect(try await program.run("verifier add theirs@v1 --path units").code == 0)
    try repository.write("# Changed\n", to: "units/README.md")
    let second = try repository.commit()
    try repository.tag("v1", second)
    for words in ["add theirs@v1 --path units", "update units", "update units --yes"] {
      let refused = try await program.run("verifier \(words)")
      #expect(refused.code == 1)
      #expect(refused.error.contains("The tag 'v1' was moved"), "\(words): \(refused.error)")
    }
    let other = try await program.run("verifier update units --accept \(first)")
    #expect(other.code == 64)
    #expect(other.error.contains("leads to \(second)"))
    let taken = try await program.run("verifier update units --accept \(second.prefix(9))")
    #expect(taken.code == 0, "\(taken.error)")
    #expect(taken.output.contains("\(first.prefix(12)) → tag v1 (\(second.prefix(12)))"))
    // A branch needs a word of consent, and there is no terminal here to ask.
    let asked = try await program.run("verifier update units --to main")
    #expect(asked.code == 0)  // the branch leads to the same commit
    try repository.write("# Again\n", to: "units/README.md")
    try repository.commit()
    let silent = try await program.run("verifier update units")
    #expect(silent.code == 1)
    #expect(silent.error.contains("was not accepted"))
    #expect(try await program.run("verifier update units --yes").code == 0)
  }

  @Test(arguments: [
    ("verifier add ssh://example.org/a.git", "is a protocol that is not spoken"),
    ("verifier add https://me:secret@example.org/a.git", "it names a user"),
    ("verifier add theirs@v9 --path units", "no tag, branch or commit 'v9'"),
    ("verifier add theirs@v1 --path nothing", "has no folder 'nothing'"),
    ("verifier update nothing", "has no verifier 'nothing'"),
    ("verifier remove arithmetic", "has no verifier 'arithmetic'"),
    ("verifier update units --accept xyz", "not 7 to 40 hexadecimal digits"),
  ])
  func `what is written wrongly is said`(words: String, message: String) async throws {
    let finished = try await program.run(words)
    #expect(finished.code == 64)
    #expect(finished.error.contains(message), "\(finished.error)")
    #expect(!program.exists("verifiers.lock"))
  }
}
