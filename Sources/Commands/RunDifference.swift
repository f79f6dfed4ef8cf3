import Evaluation
import Foundation
import Pipelines
import Provenance
import Runs

/// What two runs have otherwise.
struct RunDifference: Encodable {
  /// Files of the code that change no run.
  static let withoutEffect = ["docs/", "Tests/", "tests/", "*.md"]

  /// How the code differs, or why that cannot be told.
  struct Code: Encodable {
    /// The commits; nil where a run has none.
    let before: String?
    let after: String?
    let files: Int?
    /// A line a file.
    let summary: String?
    let patch: String?
    /// Why there is no comparison, or what it leaves out.
    let remark: String?
  }

  /// An evaluation that both runs or one of them made.
  struct Result: Encodable {
    /// Its figures in one run.
    struct Figures: Encodable {
      let taskSet: String
      let problems: Int
      let greedy: Double
      let greedyInterval: Interval
      let mean: Estimate?
    }

    let name: String
    let before: Figures?
    let after: Figures?
    /// Over the problems that both scored; nil where they did not ask the same.
    let paired: EvaluationComparison?
  }

  let before: String
  let after: String
  let settings: [FieldDifference]
  let code: Code
  /// Task sets, verifiers and policy, by their digests.
  let data: [FieldDifference]
  /// Hone's version, the sandbox and the machine.
  let machine: [FieldDifference]
  let results: [Result]

  /// Compares two runs.
  ///
  /// - Parameters:
  ///   - before: The folder of the earlier one.
  ///   - after: The later one's.
  /// - Throws: `RunError`, or what makes a file of theirs unreadable.
  init(_ before: URL, _ after: URL) throws {
    let (old, new) = (try RunFolder.manifest(of: before), try RunFolder.manifest(of: after))
    (self.before, self.after) = (old.name, new.name)
    settings = try Pipeline.load(before.appending(path: "settings.yaml"))
      .differences(to: Pipeline.load(after.appending(path: "settings.yaml")))
    code = try Self.code((before, old), (after, new))
    data = try FieldDifference.all(Data(old), Data(new))
    machine = try FieldDifference.all(Machine(old), Machine(new))
    results = try Self.results((before, old), (after, new))
  }

  // MARK: - Provenance

  /// What a run reads.
  private struct Data: Encodable {
    let policy: RunProvenance.Source?
    let taskSets: [String: String]?
    let verifiers: [String: RunProvenance.Verifier]?

    init(_ manifest: RunManifest) {
      let provenance = manifest.provenance
      policy = provenance?.policy
      taskSets = provenance?.taskSets
      verifiers = provenance.map {
        Dictionary($0.verifiers.map { ($0.name, $0) }) { first, _ in first }
      }
    }
  }

  /// What a run is computed by.
  private struct Machine: Encodable {
    let honeVersion: String
    let sandboxLevel: String?
    let machine: RunProvenance.Machine?

    init(_ manifest: RunManifest) {
      (honeVersion, sandboxLevel) = (manifest.honeVersion, manifest.sandboxLevel)
      machine = manifest.provenance?.machine
    }
  }

  private typealias Recorded = (folder: URL, manifest: RunManifest)

  private static func code(_ before: Recorded, _ after: Recorded) throws -> Code {
    let (old, new) = (before.manifest.provenance?.code, after.manifest.provenance?.code)
    func unknown(_ remark: String) -> Code {
      Code(
        before: old?.commit, after: new?.commit, files: nil, summary: nil, patch: nil,
        remark: remark)
    }
    guard let first = old?.commit, let second = new?.commit else {
      return unknown("One of the runs does not record its code.")
    }
    let here = URL(filePath: FileManager.default.currentDirectoryPath)
    for folder in [before.folder, after.folder, here] {
      guard let repository = try Repository.containing(folder),
        try repository.has(commit: first), try repository.has(commit: second)
      else { continue }
      let difference = try repository.difference(
        from: CodeState(commit: first, patch: try patch(of: before)),
        to: CodeState(commit: second, patch: try patch(of: after)),
        excluding: withoutEffect
          + [before, after].map {
            "\(repository.place(of: $0.folder.deletingLastPathComponent()))/"
          })
      let leftOut = (old?.leftOut ?? []) + (new?.leftOut ?? [])
      return Code(
        before: first, after: second, files: difference.files, summary: difference.summary,
        patch: difference.patch,
        remark: leftOut.isEmpty && !difference.isCut
          ? nil
          : "Not all is compared: "
            + (difference.isCut
              ? "the patch is too long" : "\(leftOut.joined(separator: ", ")) was not kept") + ".")
    }
    return unknown("No repository here has both commits; change to a clone that has them.")
  }

  private static func patch(of run: Recorded) throws -> Foundation.Data {
    let file = run.folder.appending(path: RunProvenance.patchFile)
    guard FileManager.default.fileExists(atPath: file.path) else { return Foundation.Data() }
    return try Foundation.Data(contentsOf: file)
  }

  // MARK: - Results

  private static func results(_ before: Recorded, _ after: Recorded) throws -> [Result] {
    let (old, new) = (try evaluations(of: before), try evaluations(of: after))
    let digests = (
      before.manifest.provenance?.taskSets ?? [:], after.manifest.provenance?.taskSets ?? [:]
    )
    return Set(old.keys).union(new.keys).sorted().map { name in
      let (first, second) = (old[name], new[name])
      var paired: EvaluationComparison?
      if let first, let second, first.taskSet == second.taskSet,
        digests.0[first.taskSet] == digests.1[second.taskSet]
      {
        paired = EvaluationComparison(before: first, after: second)
      }
      return Result(
        name: name, before: first.map(Result.Figures.init), after: second.map(Result.Figures.init),
        paired: paired)
    }
  }

  private static func evaluations(of run: Recorded) throws -> [String: EvaluationReport] {
    let file = run.folder.appending(path: "report.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
    let report: RunReport = try StableJSON.value(from: Foundation.Data(contentsOf: file))
    return report.evaluations
  }
}

extension RunDifference.Result.Figures {
  init(_ report: EvaluationReport) {
    (taskSet, problems) = (report.taskSet, report.problems)
    (greedy, greedyInterval, mean) = (report.greedy, report.greedyInterval, report.mean)
  }
}
