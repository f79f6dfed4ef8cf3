package import Foundation
package import ModelFiles
import Tensors
package import Tokenizers

extension Policy {
  /// Loads a policy from a name or a path.
  ///
  /// - Parameters:
  ///   - reference: An embedded policy (`tiny`), a model folder or file, or a run's folder, which
  ///     stands for its final checkpoint.
  ///   - template: Overrides the one that the model names.
  ///   - system: Overrides the system text that the model was trained with.
  ///   - seed: Draws the weights of an embedded policy.
  /// - Returns: The policy.
  /// - Throws: ``PolicyError``, or `ModelFileError` for a file that is damaged or not supported.
  package static func load(
    _ reference: String, template: ChatTemplate? = nil, system: String? = nil, seed: UInt64 = 1
  ) throws -> Policy {
    if let embedded = EmbeddedPolicy(rawValue: reference) {
      if let template, let end = template.assistantEnd {
        throw PolicyError.missingToken(text: end, template: template.rawValue)
      }
      return try embedded.policy(seed: seed, system: system)
    }
    let path = try existingPath(reference)
    let model = try ModelFile.load(path)
    guard let tokenizer = model.tokenizer else { throw PolicyError.noTokenizer(path: path) }
    let noted = try PolicyNote.read(beside: path)
    return try Policy(
      parameters: model.parameters, tokenizer: tokenizer,
      template: try template ?? noted?.template ?? model.requiredTemplate(),
      system: system ?? noted?.system)
  }

  /// Loads the tokenizer of a policy, without its weights.
  ///
  /// - Parameter reference: As `load` takes it.
  /// - Returns: Its tokenizer.
  /// - Throws: As `load` does.
  package static func loadTokenizer(_ reference: String) throws -> any Tokenizer {
    if EmbeddedPolicy(rawValue: reference) != nil { return CharacterTokenizer.standard }
    let path = try existingPath(reference)
    guard let tokenizer = try ModelFile.loadTokenizer(path) else {
      throw PolicyError.noTokenizer(path: path)
    }
    return tokenizer
  }

  private static func existingPath(_ reference: String) throws(PolicyError) -> String {
    let path = modelPath(reference)
    guard FileManager.default.fileExists(atPath: path) else {
      throw .noModel(reference: reference, embedded: EmbeddedPolicy.allCases.map(\.rawValue))
    }
    return path
  }

  /// A run's final checkpoint (or its newest, while it is not finished), or the path itself.
  package static func modelPath(_ reference: String) -> String {
    let folder = URL(filePath: reference)
    guard FileManager.default.fileExists(atPath: folder.appending(path: "run.json").path) else {
      return reference
    }
    let checkpoints = folder.appending(path: "checkpoints")
    let final = checkpoints.appending(path: "final")
    if FileManager.default.fileExists(atPath: final.path) { return final.path }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let newest = names.filter { UInt($0) != nil }.max()
    return newest.map { checkpoints.appending(path: $0).path } ?? reference
  }

  /// Writes the policy as a Hugging Face folder, with what Hone knows besides.
  ///
  /// Where there is a `seal`, it makes the last file, of the folder where all others lie.
  package func write(
    to folder: URL, extras: [ModelFolder.Extra] = [],
    seal: ((URL) throws -> ModelFolder.Extra)? = nil
  ) throws {
    let note = try JSONEncoder().encode(PolicyNote(system: system, template: template))
    try ModelFolder.write(
      parameters, tokenizer: tokenizer, template: template,
      extras: extras + [.file(PolicyNote.fileName, note)], to: folder, seal: seal)
  }
}

/// What a Hugging Face folder has no place for: `hone.json` beside the weights.
struct PolicyNote: Codable {
  static let fileName = "hone.json"
  /// The system text that the policy was trained with.
  var system: String?
  /// The frame of prompts that it was trained with: plain text has no program in the folder.
  var template: ChatTemplate?

  static func read(beside path: String) throws -> PolicyNote? {
    let file = URL(filePath: path).appending(path: fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      return try JSONDecoder().decode(PolicyNote.self, from: Data(contentsOf: file))
    } catch {
      throw PolicyError.unreadableNote(path: file.path)
    }
  }
}
