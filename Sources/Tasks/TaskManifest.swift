import Foundation
import Settings
import Yams

/// A task folder's `task.yaml`: what it holds, and either files or a generator.
///
/// ```yaml
/// summary: Sums from a school book.
/// splits:
///   train: { problems: train.jsonl, demonstrations: worked.jsonl }
///   heldout: { problems: heldout.jsonl }
/// ```
///
/// With `generator: arithmetic`, `settings` (``ArithmeticSettings``) and `families` (a mapping of
/// names to ``ArithmeticFamily``) take the place of `splits`.
struct TaskManifest {
  /// Where problems come from.
  enum Source {
    case files([(split: String, files: SplitFiles)])
    case arithmetic(ArithmeticGenerator)
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
  /// The largest manifest, in bytes.
  static let maxBytes = 1 << 20

  let folder: URL
  /// One sentence for those who choose a task.
  let summary: String
  let source: Source

  /// Names of the splits, in the manifest's order.
  var splits: [String] {
    switch source {
    case .files(let splits): splits.map(\.split)
    case .arithmetic: ArithmeticGenerator.Split.allCases.map(\.rawValue)
    }
  }

  /// Reads the manifest of a task's folder.
  init(folder: URL) throws {
    let url = folder.appending(path: Self.fileName)
    let file = url.relativePath
    func refuse(_ reason: String) -> TaskError { .unreadableManifest(file: file, reason: reason) }
    let root = try Self.mapping(of: url, shown: file)
    let generated = root["generator"] != nil
    let known = ["summary", "generator"] + (generated ? ["settings", "families"] : ["splits"])
    for key in root.keys {
      let name = key.string ?? "?"
      guard known.contains(name) else {
        throw refuse(
          "unknown key '\(name)'\(suggestion(for: name, in: known)) Known: "
            + known.joined(separator: ", ") + ".")
      }
    }
    self.folder = folder
    summary = root["summary"]?.string ?? ""
    guard generated else {
      guard let splits = root["splits"]?.mapping, !splits.isEmpty else {
        throw refuse("it has neither 'splits' with a file for each nor a 'generator'.")
      }
      source = .files(
        try splits.map { key, node in
          let name = key.string ?? "?"
          let files = try SectionReader.read(
            SplitFiles.self, from: node, path: "splits.\(name)", file: file)
          return (name, files)
        })
      return
    }
    let name = root["generator"]?.string ?? "?"
    guard name == "arithmetic" else {
      throw TaskError.unknownGenerator(file: file, name: name, known: ["arithmetic"])
    }
    guard let families = root["families"]?.mapping, !families.isEmpty else {
      throw refuse("the arithmetic generator needs 'families', a mapping of names to families.")
    }
    let settings = try SectionReader.read(
      ArithmeticSettings.self, from: root["settings"], path: "settings", file: file)
    source = .arithmetic(
      try ArithmeticGenerator(
        settings,
        families: families.map { key, node in
          let name = key.string ?? "?"
          return (
            name,
            try SectionReader.read(
              ArithmeticFamily.self, from: node, path: "families.\(name)", file: file)
          )
        }))
  }

  private static func mapping(of url: URL, shown: String) throws -> Node.Mapping {
    let text: String
    do {
      let data = try Data(contentsOf: url)
      guard data.count <= maxBytes else {
        throw TaskError.unreadableFile(file: shown, reason: "it has over \(maxBytes) bytes")
      }
      guard let decoded = String(bytes: data, encoding: .utf8) else {
        throw TaskError.unreadableFile(file: shown, reason: "it is not UTF-8")
      }
      text = decoded
    } catch let error as CocoaError {
      throw TaskError.unreadableFile(file: shown, reason: error.localizedDescription)
    }
    do {
      guard let mapping = try Yams.compose(yaml: text)?.mapping else {
        throw TaskError.unreadableManifest(file: shown, reason: "it is not a YAML mapping.")
      }
      return mapping
    } catch let error as YamlError {
      throw TaskError.unreadableManifest(file: shown, reason: "\(error)")
    }
  }
}
