import Foundation
import Settings

/// A task folder's `task.yaml`: what it holds, and either files or a generator.
///
/// ```yaml
/// summary: Sums from a school book.
/// splits:
///   train: { problems: train.jsonl, demonstrations: worked.jsonl }
///   heldout: { problems: heldout.jsonl }
/// ```
///
/// With a `generator`, `settings` and `families` (a mapping of names) take the place of `splits`:
///
/// - `arithmetic`: ``ArithmeticSettings``, ``ArithmeticFamily``
/// - `puzzles`: ``PuzzleSettings``, ``PuzzleFamily``
/// - `templates`: ``TemplateSettings``, ``TemplateFamily``
/// - `propositional`: ``PropositionalSettings``, ``PropositionalFamily``
/// - `facts`: ``FactTaskSettings``, ``FactFamily``
struct TaskManifest {
  /// Where problems come from.
  enum Source {
    case files([(split: String, files: SplitFiles)])
    case generated(any TaskGenerator)
    case facts(FactGenerator)
  }

  /// The files of a split, as paths within the task's folder.
  struct SplitFiles: SettingsSection {
    var problems = ""
    var demonstrations = ""

    func validate() throws(InvalidSetting) {
      for (key, path) in [("problems", problems), ("demonstrations", demonstrations)] {
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
          throw InvalidSetting(key: key, value: path, rule: "files lie within the task's folder")
        }
      }
      guard !problems.isEmpty else {
        throw InvalidSetting(key: "problems", value: "empty", rule: "a split names its file")
      }
    }
  }

  static let fileName = "task.yaml"

  let folder: URL
  /// One sentence for those who choose a task.
  let summary: String
  let source: Source

  /// Names of the splits, in the manifest's order.
  var splits: [String] {
    switch source {
    case .files(let splits): splits.map(\.split)
    case .generated: GeneratedSplit.allCases.map(\.rawValue)
    case .facts: FactGenerator.Split.allCases.map(\.rawValue)
    }
  }

  /// Reads the manifest of a task's folder.
  ///
  /// - Throws: `SettingsError` for a file that is not what it should be, with the line, and
  ///   ``TaskError/unknownGenerator(file:name:known:)``.
  init(folder: URL) throws {
    let file = folder.appending(path: Self.fileName)
    let root = try SettingsTree.read(file)
    self.folder = folder
    summary = root["summary"]?.text ?? ""
    if let generator = root["generator"] {
      try Self.check(root, known: ["summary", "generator", "settings", "families"])
      let name = generator.text ?? "?"
      guard let generator = Generator(rawValue: name) else {
        throw TaskError.unknownGenerator(
          file: file.relativePath, name: name, known: Generator.allCases.map(\.rawValue))
      }
      source = try Self.source(generator, root)
    } else {
      try Self.check(root, known: ["summary", "generator", "splits"])
      source = .files(try Self.sections(SplitFiles.self, of: root, under: "splits"))
    }
  }

  // MARK: - Helpers

  /// Refuses a key that nothing reads.
  private static func check(_ root: SettingsTree, known: [String]) throws(SettingsError) {
    for entry in root.entries where !known.contains(entry.name) {
      throw .unknownKey(path: entry.name, known: known, place: entry.place)
    }
  }

  /// What a manifest's `generator` may be.
  private enum Generator: String, CaseIterable {
    case arithmetic, puzzles, templates, propositional, facts
  }

  private static func source(_ generator: Generator, _ root: SettingsTree) throws -> Source {
    do {
      switch generator {
      case .arithmetic:
        return .generated(
          try ArithmeticGenerator(settings(of: root), families: families(of: root)))
      case .puzzles:
        return .generated(try PuzzleGenerator(settings(of: root), families: families(of: root)))
      case .templates:
        return .generated(try TemplateGenerator(settings(of: root), families: families(of: root)))
      case .propositional:
        return .generated(
          try PropositionalGenerator(settings(of: root), families: families(of: root)))
      case .facts:
        return .facts(
          FactGenerator(settings: try settings(of: root), families: try families(of: root)))
      }
    } catch let error as InvalidSetting {
      throw SettingsError.invalid(error, place: root["families"]?.place ?? root.place)
    }
  }

  private static func settings<Section: SettingsSection>(of root: SettingsTree) throws -> Section {
    try SettingsOverlay.decode(Section.self, from: root["settings"] ?? .empty, path: "settings")
  }

  private static func families<Section: SettingsSection>(
    of root: SettingsTree
  ) throws -> [(name: String, family: Section)] {
    try sections(Section.self, of: root, under: "families").map { (name: $0, family: $1) }
  }

  /// The sections of a mapping of names, in its order; at least one.
  private static func sections<Section: SettingsSection>(
    _ type: Section.Type, of root: SettingsTree, under key: String
  ) throws -> [(String, Section)] {
    guard let tree = root[key] else {
      throw SettingsError.missing(path: key, place: root.place)
    }
    guard !tree.entries.isEmpty else {
      throw SettingsError.wrongType(
        path: key, found: "'\(tree.text ?? "empty")'", expected: "a mapping of names",
        place: tree.place)
    }
    return try tree.entries.map { entry in
      let path = "\(key).\(entry.name)"
      return (entry.name, try SettingsOverlay.decode(type, from: entry.value, path: path))
    }
  }
}
