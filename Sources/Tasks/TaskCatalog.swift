package import Foundation
import Settings

/// Finds task sets by name in folders, and reads bare files.
package enum TaskCatalog {
  /// The longest prompt of a problem where the caller names no other limit, in characters.
  package static let defaultMaxPromptCharacters = 16_384

  /// Loads `arithmetic/train`, the split `train` of the task `arithmetic`, or a bare file such as
  /// `questions.jsonl`.
  ///
  /// - Parameters:
  ///   - reference: A task's name and a split; or the path of a folder with a `task.yaml`, and a
  ///     split; or the path of a file whose name ends in `.jsonl`.
  ///   - folders: Where tasks are looked for by name; the first that has it counts.
  ///   - limit: Keep only so many problems, the first ones.
  ///   - maxPromptCharacters: A longer prompt is an error.
  /// - Returns: The set, named by its reference.
  /// - Throws: ``TaskError``; `SettingsError` for a manifest; `InvalidSetting` for a limit below 1.
  package static func load(
    _ reference: String, in folders: [URL], limit: Int? = nil,
    maxPromptCharacters: Int = defaultMaxPromptCharacters
  ) throws -> TaskSet {
    if let limit, limit < 1 {
      throw InvalidSetting(key: "limit", value: "\(limit)", rule: "a set has at least 1 problem")
    }
    let set =
      reference.hasSuffix(".jsonl")
      ? try bareSet(reference, maxPromptCharacters: maxPromptCharacters)
      : try namedSet(reference, in: folders, maxPromptCharacters: maxPromptCharacters)
    return limit.map { set.prefix($0) } ?? set
  }

  /// Lists the splits of a task that is named without one; nil where the reference has a split, or
  /// is a bare file.
  package static func splits(of reference: String, in folders: [URL]) throws -> [String]? {
    guard !reference.hasSuffix(".jsonl"), let folder = folder(of: reference, in: folders) else {
      return nil
    }
    return try TaskManifest(folder: folder).splits
  }

  /// Names of the tasks in folders, sorted; a folder that is not there has none.
  package static func names(in folders: [URL]) -> [String] {
    let names = folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
        hasManifest(folder.appending(path: $0))
      }
    }
    return Set(names).sorted()
  }

  /// Where tasks are looked for: `./tasks`, `$HONE_HOME/tasks`, and `tasks` beside each folder
  /// above the running executable, so that a built checkout finds its own.
  package static func defaultFolders(
    workingFolder: URL = URL(filePath: FileManager.default.currentDirectoryPath),
    home: String? = ProcessInfo.processInfo.environment["HONE_HOME"],
    executable: URL? = Bundle.main.executableURL
  ) -> [URL] {
    var folders = [workingFolder.appending(path: "tasks")]
    if let home, !home.isEmpty { folders.append(URL(filePath: home).appending(path: "tasks")) }
    if var ancestor = executable?.resolvingSymlinksInPath().standardizedFileURL {
      while ancestor.pathComponents.count > 1 {
        ancestor.deleteLastPathComponent()
        folders.append(ancestor.appending(path: "tasks"))
      }
    }
    return folders
  }

  // MARK: - Helpers

  private static func bareSet(_ path: String, maxPromptCharacters: Int) throws -> TaskSet {
    let (problems, demonstrations) = try ProblemFile(URL(filePath: path)).set()
    return try TaskSet(
      name: path, problems: problems, demonstrations: demonstrations,
      maxPromptCharacters: maxPromptCharacters)
  }

  private static func namedSet(
    _ reference: String, in folders: [URL], maxPromptCharacters: Int
  ) throws -> TaskSet {
    if let folder = folder(of: reference, in: folders) {
      let known = try TaskManifest(folder: folder).splits
      throw TaskError.unknownSplit(task: reference, split: nil, known: known)
    }
    let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
    let task = parts.dropLast().joined(separator: "/")
    guard let split = parts.last, !task.isEmpty, let folder = folder(of: task, in: folders) else {
      throw TaskError.unknownTask(
        name: task.isEmpty ? reference : task, searched: folders.map(\.relativePath),
        known: names(in: folders))
    }
    let manifest = try TaskManifest(folder: folder)
    func unknownSplit() -> TaskError {
      .unknownSplit(task: task, split: String(split), known: manifest.splits)
    }
    switch manifest.source {
    case .generated(let generator):
      guard let split = GeneratedSplit(rawValue: String(split)) else {
        throw unknownSplit()
      }
      return try generator.taskSet(reference, split)
    case .facts(let generator):
      guard let split = FactGenerator.Split(rawValue: String(split)) else { throw unknownSplit() }
      return try generator.taskSet(
        reference, split, folder: folder, maxPromptCharacters: maxPromptCharacters)
    case .files(let splits):
      guard let files = splits.first(where: { $0.split == split })?.files else {
        throw unknownSplit()
      }
      return try TaskSet(
        name: reference,
        problems: ProblemFile(folder.appending(path: files.problems)).problems(),
        demonstrations: files.demonstrations.isEmpty
          ? [] : ProblemFile(folder.appending(path: files.demonstrations)).demonstrations(),
        maxPromptCharacters: maxPromptCharacters)
    }
  }

  /// The folder of a task, by its name in `folders` or by its path.
  private static func folder(of task: String, in folders: [URL]) -> URL? {
    (folders.map { $0.appending(path: task) } + [URL(filePath: task)]).first(where: hasManifest)
  }

  private static func hasManifest(_ folder: URL) -> Bool {
    FileManager.default.fileExists(
      atPath: folder.appending(path: TaskManifest.fileName).path)
  }
}
