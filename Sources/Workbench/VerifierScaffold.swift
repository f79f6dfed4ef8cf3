package import Foundation
import Runs
import Settings
import Verifiers

/// Writes the folder of a new plugin that works as it is.
package struct VerifierScaffold {
  /// What the plugin is written in.
  package enum Language: String, CaseIterable, Sendable {
    case python, swift, shell
  }

  private let name: String
  private let language: Language
  private let parent: URL
  /// Hone's checkout, for a plugin in Swift.
  private let hone: URL?

  /// The verifiers that come with Hone, which another of the name would hide.
  static let houseNames: Set = ["arithmetic", "code-runner", "openai-grader"]

  /// Checks the name and the place; nothing is written yet.
  ///
  /// - Parameters:
  ///   - name: The plugin's name, which is also its folder's.
  ///   - language: What it is written in.
  ///   - parent: The folder of plugins, which is made where it is missing.
  ///   - hone: Hone's checkout, which a plugin in Swift builds `VerifierKit` of; by default the one
  ///     that the running executable was built in.
  /// - Throws: ``ScaffoldError``.
  package init(
    _ name: String, language: Language, in parent: URL, hone: URL? = nil
  ) throws(ScaffoldError) {
    guard VerifierCatalog.isName(name) else { throw .unusableName(name: name) }
    guard name != "sdk" else { throw .unusableName(name: name) }
    guard !Self.houseNames.contains(name) else { throw .nameOfTheHouse(name: name) }
    (self.name, self.language, self.parent) = (name, language, parent)
    let folder = parent.appending(path: name)
    guard !FileManager.default.fileExists(atPath: folder.path) else {
      throw .exists(folder: folder.path)
    }
    guard language == .swift else {
      self.hone = nil
      return
    }
    let checkout = hone ?? Self.checkout(above: VerifierCatalog.executableFolder)
    guard let checkout, Self.isCheckout(checkout) else {
      throw .noCheckout(
        folder: hone?.path ?? VerifierCatalog.executableFolder.path, isNamed: hone != nil)
    }
    self.hone = checkout.standardizedFileURL
  }

  /// Writes the folder, whole or not at all.
  ///
  /// - Returns: The folder.
  /// - Throws: ``ScaffoldError/unwritable(folder:reason:)``.
  package func write() throws(ScaffoldError) -> URL {
    let folder = parent.appending(path: name)
    let draft = parent.appending(path: ".\(name)-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
      defer { remove(draft) }
      for (path, text) in files {
        let file = draft.appending(path: path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      try FileManager.default.moveItem(at: draft, to: folder)
    } catch {
      throw .unwritable(folder: folder.path, reason: failureReason(error))
    }
    return folder
  }

  /// What is left to be done, for people.
  package var nextSteps: [String] {
    reach + build + ["hone verifier check \(name)"]
  }

  /// What lets `hone` find the plugin, which it looks for in folders named `verifiers`; nothing
  /// where it does already.
  private var reach: [String] {
    let own = parent.standardizedFileURL.resolvingSymlinksInPath()
    let isFound = VerifierCatalog.folders().contains {
      $0.standardizedFileURL.resolvingSymlinksInPath().path == own.path
    }
    if isFound { return [] }
    guard parent.standardizedFileURL.lastPathComponent == "verifiers" else {
      return ["mkdir -p verifiers && mv \(quoted(folderPath)) verifiers/"]
    }
    return [
      "export HONE_HOME=\(quoted(parent.standardizedFileURL.deletingLastPathComponent().path))"
    ]
  }

  private var build: [String] {
    guard language == .swift else { return [] }
    let isMoved = reach.contains { $0.hasPrefix("mkdir") }
    let folder = isMoved ? "verifiers/\(name)" : parent.appending(path: name).relativePath
    return ["swift build -c release --package-path \(quoted(folder))"]
  }

  private var folderPath: String {
    parent.appending(path: name).standardizedFileURL.path
  }

  /// A path as a shell takes it.
  private func quoted(_ path: String) -> String {
    path.contains(#/[^A-Za-z0-9._\/-]/#) ? "'\(path.replacing("'", with: #"'\''"#))'" : path
  }

  // MARK: - Files

  /// Paths in the folder, and their contents.
  private var files: [(path: String, text: String)] {
    let shared = [
      ("verifier.yaml", manifest), (VerifierCase.fileName, cases), ("README.md", guide),
    ]
    switch language {
    case .python:
      return shared + [
        ("main.py", filled(PackageResources.python_main_py)),
        ("hone_verifier.py", text(PackageResources.hone_verifier_py)),
      ]
    case .shell:
      return shared + [
        ("main.sh", filled(PackageResources.shell_main_sh)),
        ("json.awk", text(PackageResources.json_awk)),
      ]
    case .swift:
      return shared + [
        ("Package.swift", filled(PackageResources.swift_package_txt)),
        ("Sources/main.swift", filled(PackageResources.swift_main_txt)),
        (".gitignore", ".build/\n"),
      ]
    }
  }

  private var manifest: String {
    let command =
      switch language {
      // Without -I, so that the helper is found beside the program; -S alone keeps others out.
      case .python: #"["/usr/bin/python3", "-EsSB", "main.py"]"#
      case .shell: #"["/bin/sh", "main.sh"]"#
      case .swift: "[\".build/release/\(name)\"]"
      }
    let processes = language == .shell ? 32 : 8
    let settings = language == .shell ? "{}" : "{ ignoreCase: false }"
    return """
      name: \(name)
      protocol: 1
      version: "1.0"
      summary: \(Self.summary)
      judges: text            # number, code, fact or text: which attacks `hone verifier stress` makes
      command: \(command)
      limits: { requestSeconds: 5, memoryMiB: 1024, processes: \(processes), outputKiB: 64 }
      settings: \(settings)

      """
  }

  private var cases: String {
    text(PackageResources.cases_jsonl)
      + (language == .shell ? "" : text(PackageResources.cases_settings_jsonl))
  }

  private var guide: String {
    let (program, hint) =
      switch language {
      case .python:
        (
          "main.py",
          "the function `judge`. `hone_verifier.py` beside it speaks the protocol; leave it as it is."
        )
      case .shell:
        (
          "main.sh",
          "the function `judge`. It needs `sh` and `awk`, which every Unix has; `json.awk` reads the requests."
        )
      case .swift:
        (
          "Sources/main.swift",
          "the type `Checker`. It is a package of its own that builds `VerifierKit` from Hone's "
            + "checkout, without a network; where the checkout moves, correct its path in "
            + "`Package.swift`."
        )
      }
    let before = (reach + build).map { "\n    \($0)" }.joined()
    return filled(PackageResources.guide_md).replacing("@PROGRAMHINT@", with: hint)
      .replacing("@PROGRAM@", with: "`\(program)`").replacing("@BUILD@", with: before)
  }

  private func filled(_ template: [UInt8]) -> String {
    text(template).replacing("@NAME@", with: name).replacing("@SUMMARY@", with: Self.summary)
      .replacing("@HONE@", with: hone?.path ?? "")
  }

  private func text(_ template: [UInt8]) -> String { String(decoding: template, as: UTF8.self) }

  private static let summary = "Compares the completion's last line with the reference."

  /// Removes the draft where it was not renamed.
  private func remove(_ draft: URL) {
    guard FileManager.default.fileExists(atPath: draft.path) else { return }
    // The error that is under way says more than this one would.
    try? FileManager.default.removeItem(at: draft)
  }

  // MARK: - The checkout

  private static func checkout(above folder: URL) -> URL? {
    var folder = folder
    while folder.pathComponents.count > 1 {
      if isCheckout(folder) { return folder }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  private static func isCheckout(_ folder: URL) -> Bool {
    ["Package.swift", "Sources/VerifierKit/VerifierPlugin.swift"].allSatisfy {
      FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
    }
  }
}
