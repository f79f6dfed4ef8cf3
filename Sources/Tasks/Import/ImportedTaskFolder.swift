package import Foundation
import Glibc
import Settings
import VerifierKit

/// Writes an import as the folder of a task set, which `hone` uses by its path at once.
///
/// A judge has one verifier for a set, so that problems of several verifiers become several splits.
package struct ImportedTaskFolder {
  private let imported: TaskImport
  private let split: String
  private let folder: URL

  /// Checks that there is nothing at the folder's place.
  ///
  /// - Parameters:
  ///   - imported: What is written.
  ///   - split: The split's name; with several verifiers, the beginning of the splits' names.
  ///   - folder: Where the folder will be; the one that holds it is made where it is missing.
  /// - Throws: ``TaskImportError/outputExists(folder:)``.
  package init(_ imported: TaskImport, split: String, folder: URL) throws(TaskImportError) {
    guard !FileManager.default.fileExists(atPath: folder.path) else {
      throw .outputExists(folder: folder.relativePath)
    }
    (self.imported, self.split, self.folder) = (imported, split, folder)
  }

  /// Writes the folder, whole or not at all; nothing where no row was placed.
  ///
  /// - Returns: What was written.
  /// - Throws: ``TaskImportError/unwritable(folder:reason:)``.
  package func write() throws(TaskImportError) -> ImportReport {
    let parts = parts
    let report = ImportReport(
      file: imported.file, format: format,
      folder: parts.isEmpty ? nil : folder.relativePath, rows: imported.rows,
      placed: imported.items.count,
      splits: parts.map { part in
        ImportReport.Split(
          name: part.split, verifier: part.verifier, problems: part.items.count,
          demonstrations: part.items.count { $0.completion != nil })
      }, unit: imported.unit, unplaced: imported.unplaced,
      unread: imported.unread)
    guard !parts.isEmpty else { return report }
    let parent = folder.deletingLastPathComponent()
    let draft = parent.appending(path: "\(draftPrefix)\(getpid())")
    do {
      try removeOldDrafts(in: parent)
      try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
      do {
        for part in parts { try write(part, to: draft) }
        try Data(manifest(parts).utf8).write(to: draft.appending(path: TaskManifest.fileName))
        try FileManager.default.moveItem(at: draft, to: folder)
      } catch {
        try FileManager.default.removeItem(at: draft)
        throw error
      }
    } catch {
      throw .unwritable(folder: folder.relativePath, reason: failureReason(error))
    }
    return report
  }

  /// What the names of drafts begin with; the writing process's number follows.
  private var draftPrefix: String { ".\(folder.lastPathComponent)-draft-" }

  /// Removes what imports into this folder left behind that were ended while they wrote.
  private func removeOldDrafts(in parent: URL) throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: parent.path) else { return }
    for name in try manager.contentsOfDirectory(atPath: parent.path)
    where name.hasPrefix(draftPrefix) {
      guard let process = pid_t(name.dropFirst(draftPrefix.count)), process > 0 else { continue }
      let isGone = kill(process, 0) == -1 && errno == ESRCH
      if isGone || process == getpid() {
        try manager.removeItem(at: parent.appending(path: name))
      }
    }
  }

  private var format: String { imported.format?.rawValue ?? "an unknown format" }

  // MARK: - Parts

  /// The problems of one verifier.
  private struct Part {
    let split: String
    let verifier: String
    let items: [TaskImport.Item]

    var problems: String { "\(split).jsonl" }
    var demonstrations: String? {
      items.contains { $0.completion != nil } ? "\(split).worked.jsonl" : nil
    }
  }

  private var parts: [Part] {
    let byVerifier = Dictionary(grouping: imported.items, by: \.verifier)
    return byVerifier.keys.sorted().map { verifier in
      Part(
        split: byVerifier.count == 1 ? split : "\(split)-\(verifier)", verifier: verifier,
        items: byVerifier[verifier] ?? [])
    }
  }

  private func write(_ part: Part, to draft: URL) throws {
    var (problems, worked): ([UInt8], [UInt8]) = ([], [])
    for item in part.items {
      problems += ProblemFile.line(item.problem)
      if let completion = item.completion {
        var problem = item.problem
        problem.metadata = [:]  // what verifiers need, which judge no demonstration
        worked += ProblemFile.line(problem, completion: completion)
      }
    }
    try Data(problems).write(to: draft.appending(path: part.problems))
    if let name = part.demonstrations { try Data(worked).write(to: draft.appending(path: name)) }
  }

  /// The manifest; JSON's texts are YAML's, whatever they hold.
  private func manifest(_ parts: [Part]) -> String {
    func quoted(_ text: String) -> String { JSONText.line(.string(text)) }
    let name = (imported.file as NSString).lastPathComponent
    let summary = "\(imported.items.count) problems of \(name), imported from \(format)."
    var lines = ["summary: \(quoted(summary))", "splits:"]
    for part in parts {
      let worked = part.demonstrations.map { ", demonstrations: \(quoted($0))" } ?? ""
      lines.append("  # reward: [{ verifier: \(part.verifier) }]")
      lines.append("  \(quoted(part.split)): { problems: \(quoted(part.problems))\(worked) }")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
