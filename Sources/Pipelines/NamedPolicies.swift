import Digests
package import Evaluation
package import Foundation
import Policies
package import Registry
import Runs
import Settings

/// Policies that have a name, such as `champion`, in a folder of runs.
///
/// ```
/// runs/policies/champion/1/     a Hugging Face model folder
/// runs/policies/champion/2/     the one that took its place
/// ```
///
/// The folders are links to the files of the run, so they take no room while it is there, and stay
/// when it is deleted. Who has the name, and why, is in the registry's `promotion` rows.
package struct NamedPolicies: Sendable {
  /// The folder of runs.
  package let runs: URL

  package init(_ runs: URL) { self.runs = runs }

  /// A name, and the policy that it stands for.
  package struct Named: Sendable {
    package let name: String
    package let entry: PromotionEntry
    package let folder: URL
  }

  /// All names with the policies that they stand for; a name whose promotions were all undone
  /// stands for none and is left out.
  package func all() throws -> [Named] {
    guard exists else { return [] }
    let registry = try Registry.open(in: runs)
    return try registry.policyNames().compactMap { try named($0, registry) }
  }

  /// The policy that a name stands for, or nil.
  package func current(_ name: String) throws -> Named? {
    guard exists else { return nil }
    return try named(name, Registry.open(in: runs))
  }

  /// What happened to a name, the oldest first.
  ///
  /// - Throws: ``NamedPolicyError/unknown(name:runs:known:)``.
  package func history(of name: String) throws -> [PromotionEntry] {
    let rows = exists ? try Registry.open(in: runs).promotions(of: name) : []
    guard !rows.isEmpty else {
      throw NamedPolicyError.unknown(
        name: name, runs: runs.relativePath, known: try all().map(\.name))
    }
    return rows
  }

  /// The folder of the policy that a name, or the only name that begins so, stands for; its files are
  /// those that were promoted.
  ///
  /// - Throws: ``NamedPolicyError``.
  package func folder(of name: String) throws -> URL {
    let all = try all()
    let fitting = all.filter { $0.name == name }
    let beginning = fitting.isEmpty ? all.filter { $0.name.hasPrefix(name) } : fitting
    guard let found = beginning.first, !name.isEmpty else {
      throw NamedPolicyError.unknown(
        name: name, runs: runs.relativePath, known: all.map(\.name))
    }
    guard beginning.count == 1 else {
      throw NamedPolicyError.ambiguous(name: name, names: beginning.map(\.name))
    }
    try check(found)
    return found.folder
  }

  /// What `Policy.load` takes: the reference itself where a model or an embedded policy has that name,
  /// and else the folder of the policy, or of the run, that is named so.
  package func resolved(_ reference: String) throws -> String {
    guard EmbeddedPolicy(rawValue: reference) == nil,
      !FileManager.default.fileExists(atPath: reference),
      (try? RunName.check(reference, of: "policy")) != nil
    else { return reference }
    let run = runs.appending(path: reference)
    // A run's whole name goes before the beginning of a policy's.
    if RunFolder.isRun(run), try !exists || !all().contains(where: { $0.name == reference }) {
      return run.relativePath
    }
    guard exists else { return reference }
    do {
      return try folder(of: reference).path
    } catch NamedPolicyError.unknown {
      return reference  // who loads it says what there is
    }
  }

  // MARK: - Changing names

  /// Gives a name to a policy, or notes that the gate refused it.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - model: The folder of the policy.
  ///   - digest: The policy's digest.
  ///   - run: The run that made it.
  ///   - decision: Of the gate.
  ///   - champion: The number of the policy that it was compared with; nil for none.
  ///   - now: The time.
  ///   - read: The digest of the policy in a folder.
  /// - Returns: What was noted.
  /// - Throws: ``NamedPolicyError/changed(name:)`` where another one has the name by now;
  ///   ``NamedPolicyError/otherPolicy(name:folder:)`` where the folder holds another policy by now.
  package func record(
    _ name: String, model: URL, digest: String, run: String, decision: PromotionDecision,
    comparedWith champion: Int?, now: Date = Date(),
    read: (URL) throws -> String = { try Policy.load($0.path).digest }
  ) throws -> PromotionEntry {
    try turn(of: name) { registry, rows in
      let current = Self.number(rows)
      guard current == champion else { throw NamedPolicyError.changed(name: name) }
      var entry = PromotionEntry(
        name: name, action: .refuse, number: current, previous: current, run: run, policy: digest,
        created: now.ISO8601Format(),
        decision: String(decoding: try StableJSON.data(decision), as: UTF8.self))
      if decision.isPromoted {
        let number = (rows.compactMap(\.number).max() ?? 0) + 1
        let target = folder(name, number)
        try LinkedFolder.make(target, from: model, leavingOut: CheckpointStore.ofTraining)
        (entry.action, entry.number) = (.promote, number)
        entry.files = try SHA256.hexadecimal(ofFolder: target)
        // What was compared is what gets the name, whoever wrote into the folder meanwhile.
        guard try read(target) == digest else {
          try FileManager.default.removeItem(at: target)
          throw NamedPolicyError.otherPolicy(name: name, folder: model.relativePath)
        }
      }
      try registry.add(entry)
      return entry
    }
  }

  /// Takes the last promotion of a name back.
  ///
  /// - Returns: What was noted.
  /// - Throws: ``NamedPolicyError/nothingToUndo(name:)``, or ``NamedPolicyError``.
  package func undo(_ name: String, now: Date = Date()) throws -> PromotionEntry {
    _ = try history(of: name)
    return try turn(of: name) { registry, rows in
      guard let current = Self.number(rows),
        let promoted = rows.last(where: { $0.action == .promote && $0.number == current })
      else { throw NamedPolicyError.nothingToUndo(name: name) }
      let entry = PromotionEntry(
        name: name, action: .undo, number: promoted.previous, previous: current, run: promoted.run,
        policy: promoted.policy, created: now.ISO8601Format())
      try registry.add(entry)
      return entry
    }
  }

  // MARK: - Helpers

  private var exists: Bool {
    FileManager.default.fileExists(atPath: runs.appending(path: "policies").path)
  }

  private func folder(_ name: String, _ number: Int) -> URL {
    runs.appending(path: PromotionEntry.place(name, number))
  }

  private static func number(_ rows: [PromotionEntry]) -> Int? { rows.last?.number }

  private func named(_ name: String, _ registry: Registry) throws -> Named? {
    let rows = try registry.promotions(of: name)
    guard let number = Self.number(rows),
      let entry = rows.last(where: { $0.action == .promote && $0.number == number })
    else { return nil }
    return Named(name: name, entry: entry, folder: folder(name, number))
  }

  private func check(_ named: Named) throws {
    let path = named.folder.relativePath
    do {
      guard try SHA256.hexadecimal(ofFolder: named.folder) == named.entry.files else {
        throw NamedPolicyError.damaged(
          name: named.name, folder: path, reason: "its files are not those that were promoted")
      }
    } catch let error as NamedPolicyError {
      throw error
    } catch {
      throw NamedPolicyError.damaged(
        name: named.name, folder: path, reason: failureReason(error))
    }
  }

  /// Changes a name while no other process does.
  private func turn<Value>(
    of name: String, _ body: (Registry, [PromotionEntry]) throws -> Value
  ) throws -> Value {
    try RunName.check(name, of: "policy")
    let home = runs.appending(path: "policies/\(name)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    // A row that says who has a name must not outlive the folder's own name.
    for folder in [home.deletingLastPathComponent(), runs] { try AtomicFile.sync(folder) }
    let registry = try Registry.open(in: runs)
    return try FolderTurn.take(in: home) { try body(registry, try registry.promotions(of: name)) }
  }
}

/// A policy's name that cannot be used.
package enum NamedPolicyError: Error, Equatable, CustomStringConvertible {
  case unknown(name: String, runs: String, known: [String])
  case ambiguous(name: String, names: [String])
  case damaged(name: String, folder: String, reason: String)
  case changed(name: String)
  /// The folder does not hold the policy that was compared.
  case otherPolicy(name: String, folder: String)
  case nothingToUndo(name: String)

  package var description: String {
    switch self {
    case .unknown(let name, let runs, let known):
      known.isEmpty
        ? """
        No policy is named '\(name)': there are no named policies in '\(runs)'. Name one with: \
        hone promote RUN --to \(name)
        """
        : """
        No policy is named '\(name)' in '\(runs)'; there are \(known.joined(separator: ", ")).
        """
    case .ambiguous(let name, let names):
      "'\(name)' begins several names: \(names.joined(separator: ", ")). Write one of them whole."
    case .damaged(let name, let folder, let reason):
      """
      The policy '\(name)' in \(folder) is damaged: \(reason). Go back with `hone promote --undo \
      \(name)`; then a run can be promoted anew.
      """
    case .changed(let name):
      """
      Another policy was promoted to '\(name)' meanwhile, so the comparison no longer holds. \
      Promote again.
      """
    case .otherPolicy(let name, let folder):
      """
      \(folder) was changed while its policy was compared, so that nothing has the name '\(name)' \
      that was not measured. Promote again.
      """
    case .nothingToUndo(let name): "'\(name)' stands for no policy, so there is nothing to undo."
    }
  }
}
