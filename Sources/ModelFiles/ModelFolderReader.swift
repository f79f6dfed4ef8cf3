import Foundation
import Tokenizers

/// Reads the files of a Hugging Face folder.
struct ModelFolderReader {
  let path: String
  private static let index = "model.safetensors.index.json"
  private static let weights = "model.safetensors"

  func configuration() throws(ModelFileError) -> ModelConfiguration {
    guard let json = try json("config.json") else {
      throw ModelFileError(path, .missingFile("config.json"))
    }
    return try ModelConfiguration(json, path: file("config.json"))
  }

  /// The tensors of all files with weights, and the files' size.
  func weightFiles() throws(ModelFileError) -> (tensors: [StoredTensor], bytes: Int) {
    var tensors: [StoredTensor] = []
    if exists(Self.weights) {
      tensors = try SafetensorsFile(file(Self.weights)).tensors
    } else if let index = try json(Self.index) {
      tensors = try shards(of: index)
    } else {
      throw ModelFileError(path, .missingFile(Self.weights))
    }
    let sizes = Dictionary(
      tensors.map { ($0.file.path, $0.file.count) }, uniquingKeysWith: { first, _ in first })
    // Older Llama checkpoints carry a table that follows from the configuration.
    tensors.removeAll { $0.name.hasSuffix(".rotary_emb.inv_freq") }
    return (tensors, sizes.values.reduce(0, +))
  }

  private func shards(of index: OrderedJSON) throws(ModelFileError) -> [StoredTensor] {
    guard let members = index["weight_map"].members else {
      throw ModelFileError(
        file(Self.index), .malformed(part: "'weight_map'", expected: "an object of files by tensor")
      )
    }
    var fileByTensor: [String: String] = [:]
    for member in members {
      guard let name = member.value.string, Self.isPlain(name) else {
        throw ModelFileError(
          file(Self.index),
          .malformed(part: "the file of '\(member.key)'", expected: "a name in the same folder"))
      }
      fileByTensor[member.key] = name
    }
    var tensors: [StoredTensor] = []
    for name in Set(fileByTensor.values).sorted() {
      let shard = try SafetensorsFile(file(name))
      for tensor in shard.tensors where fileByTensor[tensor.name] != name {
        throw ModelFileError(file(name), .extraTensor(tensor.name))
      }
      tensors += shard.tensors
    }
    let found = Set(tensors.map(\.name))
    for member in members where !found.contains(member.key) {
      throw ModelFileError(path, .missingTensor(member.key))
    }
    return tensors
  }

  /// The tokenizer, or `nil` where the folder has none, ending completions also where the
  /// configuration, the generation's configuration or the tokenizer's own says so.
  func tokenizer(endingAt ends: [Int]) throws(ModelFileError) -> (any Tokenizer)? {
    guard exists("tokenizer.json") else { return nil }
    let tokenizer: any Tokenizer
    do {
      let data = try data("tokenizer.json")
      tokenizer = try TokenizerFile.read(data)
    } catch let error as TokenizerError {
      throw ModelFileError(file("tokenizer.json"), .tokenizer(error))
    } catch {
      throw ModelFileError(
        file("tokenizer.json"), .system(call: "read", reason: "\(error)"))
    }
    let generation = try json("generation_config.json") ?? .null
    let token = (try json("tokenizer_config.json") ?? .null)["eos_token"]
    let named = (token.string ?? token["content"].string).flatMap(tokenizer.id(ofSpecial:))
    return tokenizer.ending(
      at: ends + ModelConfiguration.ids(generation["eos_token_id"]) + [named].compactMap { $0 })
  }

  /// The Jinja program of the chat template, or `nil`.
  func chatTemplate() throws(ModelFileError) -> String? {
    if exists("chat_template.jinja") {
      return String(decoding: try data("chat_template.jinja"), as: UTF8.self)
    }
    let template = (try json("tokenizer_config.json") ?? .null)["chat_template"]
    // Some models bring several programs by name.
    let named = template.array?.first { $0["name"].string == "default" }
    return template.string ?? named?["template"].string
  }

  /// Whether `name` is that of a file, and no path to elsewhere.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("\0")
  }

  // MARK: - Files

  private func file(_ name: String) -> String { path + "/" + name }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name))
  }

  private func data(_ name: String) throws(ModelFileError) -> Data {
    let mapped = try MappedFile(file(name))
    return mapped.data(of: 0..<mapped.count)
  }

  /// A JSON file, or `nil` where there is none.
  private func json(_ name: String) throws(ModelFileError) -> OrderedJSON? {
    guard exists(name) else { return nil }
    let data = try data(name)
    do {
      return try OrderedJSON(parsing: data)
    } catch {
      throw ModelFileError(file(name), .notJSON(error))
    }
  }
}
