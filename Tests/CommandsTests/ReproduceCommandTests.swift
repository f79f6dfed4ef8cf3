import Foundation
import Provenance
import Runs
import TestSupport
import Testing
import Verifiers

@testable import Commands

/// Runs that are recorded, made again and compared by the real program, in a repository of their own.
@Suite(.serialized) struct ReproduceCommandTests {
  /// A project with a task, a pipeline of seconds, and what the program left.
  private final class Project {
    let program: Program
    let repository: TestRepository

    init() throws {
      program = try Program()
      repository = try TestRepository(at: program.folder.appending(path: "project"))
      try repository.write(
        """
        summary: Sums of two digits.
        generator: arithmetic
        settings: { trainingProblems: 24, heldOutProblems: 6, demonstrations: 10, seed: 1, heldOutShare: 0.2 }
        families:
          sums: { operation: addition, leftDigits: 1, rightDigits: 1 }

        """, to: "tasks/sums/task.yaml")
      try repository.write(
        """
        name: mini
        seed: 5
        policy: { preset: tiny }
        tasks: { train: sums/train, evaluation: sums/heldout }
        reward: [{ verifier: arithmetic }]
        stages:
          - warmUp: { steps: 4, batchSize: 4 }
          - evaluate: { name: before, samples: 0, limit: 4, maxCompletionTokens: 4 }
          - reinforce:
              rounds: 3
              rollout: { problemsPerRound: 3, groupSize: 3, maxCompletionTokens: 4 }
          - evaluate: { name: after, samples: 0, limit: 4, maxCompletionTokens: 4 }

        """, to: "mini.yaml")
    }

    func run(_ words: String) async throws -> Program.Finished {
      try await program.run(words, in: "project")
    }

    /// Makes a run, which must end well.
    func start(_ more: String = "") async throws {
      let finished = try await run("run mini.yaml \(more)")
      try #require(finished.code == 0, "\(finished.error)")
    }

    func file(_ path: String) -> URL { repository.folder.appending(path: path) }

    func provenance(of run: String) throws -> RunProvenance {
      try #require(try RunFolder.manifest(of: file("runs/\(run)")).provenance)
    }
  }

  /// What these tests read of a summary.
  private struct Summary: Decodable {
    let code: String
    let isBuilt: Bool
    let comparison: RecordComparison
    let provenance: [FieldDifference]
    let remarks: [String]
  }

  private func reproduce(
    _ project: Project, _ more: String = ""
  ) async throws -> (Summary, Program.Finished) {
    let finished = try await project.run("reproduce runs/mini-1 --json \(more)")
    try #require(!finished.output.isEmpty, "\(finished.error)")
    return (try StableJSON.value(from: Data(finished.output.utf8)), finished)
  }

  @Test func `a run records its commit, its changes and its digests`() async throws {
    let project = try Project()
    let commit = try project.repository.commit()
    try project.repository.write("mine\n", to: "notes.txt")
    try await project.start()
    let provenance = try project.provenance(of: "mini-1")
    let code = try #require(provenance.code)
    #expect(code.commit == commit)
    #expect(code.branch == "main")
    #expect(code.folder == ".")
    // The run's own folder is no change.
    #expect(code.changedFiles == ["notes.txt"])
    let patch = try String(
      contentsOf: project.file("runs/mini-1/provenance.patch"), encoding: .utf8)
    #expect(patch.contains("+mine\n"))
    #expect(provenance.pipeline?.path == "mini.yaml")
    #expect(provenance.taskSets.keys.sorted() == ["sums/heldout", "sums/train"])
    #expect(provenance.verifiers.map(\.name) == ["arithmetic"])
    #expect(provenance.verifiers.first?.executable?.count == 64)
    #expect(provenance.policy == RunProvenance.Source(path: "tiny", digest: nil))
    #expect(!provenance.machine.vectors.isEmpty)
    #expect(provenance.machine.threads > 0)
  }

  @Test func `a clean tree can be required`() async throws {
    let project = try Project()
    try project.repository.commit()
    try project.repository.write("mine\n", to: "notes.txt")
    let refused = try await project.run("run mini.yaml --require-clean")
    #expect(refused.code == 1)
    #expect(refused.error.contains("The working tree is not clean: notes.txt differs"))
    #expect(!FileManager.default.fileExists(atPath: project.file("runs").path))
    try project.repository.remove("notes.txt")
    try await project.start("--require-clean")
    // The runs themselves do not make it unclean.
    try await project.start("--require-clean")
    #expect(try project.provenance(of: "mini-2").code?.isDirty == false)
  }

  @Test func `a run outside of any repository says so`() async throws {
    let project = try Project()
    try FileManager.default.removeItem(at: project.file(".git"))
    let finished = try await project.run("run mini.yaml")
    #expect(finished.code == 0, "\(finished.error)")
    #expect(finished.error.contains("lies in no git repository"))
    #expect(try project.provenance(of: "mini-1").code == nil)
    let refused = try await project.run("run mini.yaml --require-clean")
    #expect(refused.code == 1)
    #expect(refused.error.contains("lies in no git repository"))
  }

  @Test func `the same tree gives the same records`() async throws {
    let project = try Project()
    try project.repository.commit()
    try await project.start("--set reinforce.rounds=2")
    let (summary, finished) = try await reproduce(project)
    #expect(finished.code == 0)
    #expect(summary.code == "workingTree")
    #expect(summary.comparison.isIdentical, "\(summary.comparison.summary)")
    #expect(summary.comparison.stages.contains("03-reinforce"))
  }

  @Test func `a run of another commit and other changes is made again beside the tree`()
    async throws
  {
    let project = try Project()
    let first = try project.repository.commit()
    // The run is of uncommitted changes; then the task becomes another one.
    let task = try String(contentsOf: project.file("tasks/sums/task.yaml"), encoding: .utf8)
    try project.repository.write(
      task.replacing("seed: 1", with: "seed: 2"), to: "tasks/sums/task.yaml")
    try await project.start()
    try project.repository.write(
      task.replacing("seed: 1", with: "seed: 3"), to: "tasks/sums/task.yaml")
    try project.repository.write("runs/\n", to: ".gitignore")
    let second = try project.repository.commit()
    let (summary, finished) = try await reproduce(project)
    #expect(finished.code == 0, "\(summary.comparison.summary)")
    #expect(summary.code == "checkout")
    #expect(summary.comparison.isIdentical)
    let again = try #require(try project.provenance(of: "mini-2").code)
    #expect(again.commit == first)
    #expect(again.changedFiles == ["tasks/sums/task.yaml"])
    // Neither the working tree nor its branch was touched.
    let repository = try Repository(at: project.repository.folder)
    let (head, isClean) = (try repository.head().commit, try repository.changes().isClean)
    #expect(head == second)
    #expect(isClean)
    // The checkout is used again.
    let (third, _) = try await reproduce(project, "--rounds 1")
    #expect(third.comparison.isIdentical)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: project.program.folder.appending(path: "cache/hone/checkouts").path
      ).count == 1)
  }

  @Test func `the program of the commit is built, and stopped after some rounds`() async throws {
    let project = try Project()
    try project.repository.write("", to: "Sources/hone/Hone.swift")
    try project.repository.write("Package.resolved\nruns/\n", to: ".gitignore")
    try project.repository.write("versions", to: "Package.resolved")
    try project.repository.commit()
    try await project.start("--set reinforce.rounds=500")
    try project.repository.write("b", to: "Sources/hone/Hone.swift")
    try project.repository.commit()
    // A stand-in for the compiler, whose program is the one under test.
    let tools = project.program.folder.appending(path: "tools")
    let hone = VerifierCatalog.executableFolder.appending(path: "hone").path
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    let swift = tools.appending(path: "swift")
    try Data(
      """
      #!/bin/sh
      [ "$*" = 'build -c release --product hone' ] && grep -q versions Package.resolved || exit 1
      mkdir -p .build/release
      printf '#!/bin/sh\\ntouch '\(tools.path)/ran'\\nexec \(hone) "$@"\\n' > .build/release/hone
      chmod +x .build/release/hone

      """.utf8
    ).write(to: swift)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: swift.path)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let finished = try await project.program.run(
      ["reproduce", "runs/mini-1", "--build", "--rounds", "2", "--json"], in: "project",
      environment: ["PATH=\(tools.path):\(path)"])
    #expect(finished.code == 0, "\(finished.error)")
    let summary: Summary = try StableJSON.value(from: Data(finished.output.utf8))
    #expect(summary.comparison.isIdentical && summary.isBuilt)
    #expect(FileManager.default.fileExists(atPath: tools.appending(path: "ran").path))
    let made = try RunFolder.recordCount(of: "03-reinforce", in: project.file("runs/mini-2"))
    #expect((2..<500).contains(made), "\(made) rounds")
    #expect(try RunFolder.manifest(of: project.file("runs/mini-2")).status == .interrupted)
  }

  @Test func `the first difference is named`() async throws {
    let project = try Project()
    try project.repository.commit()
    try await project.start()
    let file = project.file("runs/mini-1/stages/03-reinforce.jsonl")
    let records = try String(contentsOf: file, encoding: .utf8)
    var lines = records.split(separator: "\n").map(String.init)
    let line = try #require(lines[1].firstMatch(of: #/"tokens":(\d+)/#))
    lines[1] = lines[1].replacing(line.0, with: "\"tokens\":123456")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    let (summary, finished) = try await reproduce(project)
    #expect(finished.code == 1)
    let difference = try #require(summary.comparison.difference)
    #expect(difference.stage == "03-reinforce")
    #expect(difference.record == 2)
    #expect(difference.field == "tokens")
    #expect(difference.before == "123456")
    #expect(difference.after == "\(line.1)")
    // A prefix before the difference is identical.
    let (prefix, _) = try await reproduce(project, "--rounds 1")
    #expect(prefix.comparison.isIdentical)
  }

  @Test func `a run of an older hone is made again with the code at hand`() async throws {
    let project = try Project()
    try await project.start()
    let file = project.file("runs/mini-1/run.json")
    var manifest = try RunFolder.manifest(of: project.file("runs/mini-1"))
    manifest.provenance = nil
    try StableJSON.document(manifest).write(to: file)
    let (summary, finished) = try await reproduce(project)
    #expect(finished.code == 0)
    #expect(summary.code == "unknown")
    #expect(summary.remarks.first?.contains("without its provenance") == true)
    #expect(summary.comparison.isIdentical)
    let diff = try await project.run("runs diff mini-1 mini-2")
    #expect(diff.code == 0, "\(diff.error)")
    #expect(diff.output.contains("Code: One of the runs does not record its code."))
  }

  @Test func `a commit that is nowhere is asked for`() async throws {
    let project = try Project()
    try project.repository.commit()
    try await project.start()
    let file = project.file("runs/mini-1/run.json")
    let commit = try #require(try project.provenance(of: "mini-1").code?.commit)
    let absent = String(repeating: "12", count: 20)
    let text = try String(contentsOf: file, encoding: .utf8)
    try Data(text.replacing(commit, with: absent).utf8).write(to: file)
    let finished = try await project.run("reproduce mini-1")
    #expect(finished.code == 1)
    #expect(finished.error.contains("was recorded at commit \(absent), which no repository here"))
    #expect(!FileManager.default.fileExists(atPath: project.file("runs/mini-2").path))
  }

  @Test func `a changed folder of a run is refused`() async throws {
    let project = try Project()
    try project.repository.commit()
    try await project.start()
    let file = project.file("runs/mini-1/settings.yaml")
    let settings = try String(contentsOf: file, encoding: .utf8)
    try Data(settings.replacing("seed: 5", with: "seed: 6").utf8).write(to: file)
    let finished = try await project.run("reproduce runs/mini-1")
    #expect(finished.code == 1)
    #expect(finished.error.contains("is not what the run recorded"))
  }

  @Test func `two runs are told apart by settings, code, data and results`() async throws {
    let project = try Project()
    try project.repository.commit()
    try await project.start()
    try project.repository.write("# a comment\n", to: "tasks/sums/README")
    try project.repository.write("x\n", to: "docs/x.txt")
    try project.repository.commit()
    try await project.start("--set reinforce.rounds=2 --set warmUp.steps=5")
    let finished = try await project.run("runs diff runs/mini-1 runs/mini-2")
    #expect(finished.code == 0, "\(finished.error)")
    for line in [
      "mini-1 → mini-2", "reinforce.rounds: 3 → 2", "warmUp.steps: 4 → 5",
      "tasks/sums/README  +1 -0",
      "Data: the same.", "Machine: the same.", "before: ", "paired over 4 problems",
    ] {
      #expect(finished.output.contains(line), "\(line) in \(finished.output)")
    }
    #expect(!finished.output.contains("docs/x.txt"))
    let patch = try await project.run("runs diff runs/mini-1 runs/mini-2 --patch")
    #expect(patch.output.contains("+# a comment"))
    let same = try await project.run("runs diff runs/mini-1 runs/mini-1")
    #expect(same.output.contains("Settings: the same."))
    #expect(same.output.contains("Code: the same"))
  }
}
