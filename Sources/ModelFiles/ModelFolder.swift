import CFiles
package import Foundation
package import Tensors
package import Tokenizers
package import Transformers

/// A Hugging Face model folder, with whatever else belongs to a checkpoint.
package enum ModelFolder {
  /// A file beside the model's own.
  package enum Extra {
    case file(String, Data)
    /// A `.safetensors` file of float32 values.
    case tensors(String, [(name: String, shape: [Int], matrix: Matrix)])

    package var name: String {
      switch self {
      case .file(let name, _), .tensors(let name, _): name
      }
    }
  }

  /// Writes a folder that Hugging Face transformers loads.
  ///
  /// The folder is written beside its target, brought to the disk, and put into its place in one
  /// step. Whatever fails before that step, a full disk included, leaves the target as it was.
  ///
  /// - Throws: ``ModelFileError`` where the system refuses, or where the target holds something
  ///   else than a model; the tokenizer's error where it cannot be written.
  package static func write(
    _ parameters: Parameters, tokenizer: (any Tokenizer)?, template: ChatTemplate?,
    extras: [Extra] = [], to target: URL
  ) throws {
    var files = try descriptions(parameters.shape, tokenizer: tokenizer, template: template)
    files.append(.tensors("model.safetensors", tensors(of: parameters)))
    try StagedFolder(target: target).write(files + extras)
  }

  /// Reads a `.safetensors` file of float32 values into matrices, bit by bit.
  ///
  /// - Throws: ``ModelFileError`` where a tensor is missing, extra, of another size or type.
  package static func readTensors(
    _ file: URL, into matrices: [(name: String, matrix: Matrix)]
  ) throws {
    var tensors: [String: StoredTensor] = [:]
    for tensor in try SafetensorsFile(file.path).tensors { tensors[tensor.name] = tensor }
    for (name, matrix) in matrices {
      guard let tensor = tensors.removeValue(forKey: name) else {
        throw ModelFileError(file.path, .missingTensor(name))
      }
      guard tensor.type == .f32 else {
        throw ModelFileError(
          file.path,
          .unsupported(
            part: "the type of '\(name)'", value: tensor.type.rawValue, supported: "F32 here"))
      }
      guard tensor.shape.reduce(1, *) == matrix.count else {
        throw ModelFileError(
          file.path,
          .wrongShape(
            tensor: name, found: tensor.shape, expected: [matrix.rows, matrix.columns]))
      }
      var start = tensor.range.lowerBound
      for range in SafetensorsWriter.rowRanges(of: matrix) {
        let end = start + range.count * MemoryLayout<Float>.size
        tensor.file.withBytes(of: start..<end) { bytes in
          tensor.type.read(bytes, into: matrix.buffer, at: range.lowerBound, count: range.count)
        }
        start = end
      }
    }
    if let extra = tensors.keys.sorted().first {
      throw ModelFileError(file.path, .extraTensor(extra))
    }
  }

  // MARK: - Files

  private static func tensors(
    of parameters: Parameters
  ) -> [(name: String, shape: [Int], matrix: Matrix)] {
    parameters.table.entries.map { ($0.name, $0.shape, parameters.matrix($0)) }
  }

  /// All files but the weights.
  private static func descriptions(
    _ shape: TransformerShape, tokenizer: (any Tokenizer)?, template: ChatTemplate?
  ) throws -> [Extra] {
    let ends = tokenizer?.endOfSequence ?? []
    // The turn's end first, since some readers know only one.
    let turnEnd = template?.assistantEnd.flatMap { tokenizer?.id(ofSpecial: $0) }
    let ordered = [turnEnd].compactMap { $0 } + ends.filter { $0 != turnEnd }
    let begin = tokenizer?.beginOfSequence
    let configuration = ModelConfiguration.document(
      shape, endOfSequence: ordered, beginOfSequence: begin)
    var files: [Extra] = [.file("config.json", configuration.serialized())]
    guard let tokenizer else { return files }
    files.append(.file("tokenizer.json", try tokenizer.tokenizerJSON()))
    files.append(
      .file(
        "generation_config.json",
        OrderedJSON.object([
          "bos_token_id": configuration["bos_token_id"],
          "eos_token_id": configuration["eos_token_id"],
        ]).serialized()))
    var settings: [OrderedJSON.Member] = [
      .init("tokenizer_class", .string("PreTrainedTokenizerFast")),
      .init("model_max_length", .integer(shape.maxPositions)),
      .init("clean_up_tokenization_spaces", .bool(false)),
    ]
    for (key, id) in [("eos_token", ordered.first), ("bos_token", begin)] {
      if let text = id.flatMap({ tokenizer.text(ofSpecial: $0) }) {
        settings.append(.init(key, .string(text)))
      }
    }
    if let jinja = template?.jinja { settings.append(.init("chat_template", .string(jinja))) }
    files.append(.file("tokenizer_config.json", OrderedJSON.object(settings).serialized()))
    return files
  }
}

/// A folder that takes its place only when it is complete.
private struct StagedFolder {
  private let target: String
  private let parent: String
  private let staging: String
  private let prefix: String

  init(target: URL) {
    let resolved = target.standardizedFileURL.resolvingSymlinksInPath()
    self.target = resolved.path
    parent = resolved.deletingLastPathComponent().path
    prefix = ".\(resolved.lastPathComponent).partial-"
    staging = "\(parent)/\(prefix)\(getpid())"
  }

  func write(_ files: [ModelFolder.Extra]) throws {
    try checkTarget()
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    removeAbandoned()
    do {
      try FileManager.default.createDirectory(
        atPath: staging, withIntermediateDirectories: false)
      for file in files { try write(file) }
      try synchronize(staging)
      try place()
    } catch {
      remove(staging)
      throw error
    }
    // After an exchange, the old folder stands where the new one was written.
    remove(staging)
    try synchronize(parent)
  }

  private func write(_ file: ModelFolder.Extra) throws {
    precondition(ModelFolderReader.isPlain(file.name), "'\(file.name)' is no name of a file")
    let writer = try FileWriter(creating: "\(staging)/\(file.name)")
    switch file {
    case .file(_, let data): try writer.write(data)
    case .tensors(_, let tensors): try SafetensorsWriter.write(tensors, to: writer)
    }
    try writer.synchronize()
  }

  /// Refuses to replace what was not written as a model.
  private func checkTarget() throws {
    guard FileManager.default.fileExists(atPath: target) else { return }
    let contents = try FileManager.default.contentsOfDirectory(atPath: target)
    guard contents.isEmpty || contents.contains("config.json") else {
      throw ModelFileError(target, .notAModelFolder)
    }
  }

  /// Puts the new folder into its place.
  private func place() throws {
    guard FileManager.default.fileExists(atPath: target) else {
      return try rename(staging, to: target)
    }
    switch hone_exchange(staging, target) {
    case 0: return
    case EINVAL, ENOSYS:
      // A file system that cannot exchange: for a moment only the two complete folders beside the
      // target exist.
      let old = staging + ".old"
      try rename(target, to: old)
      do {
        try rename(staging, to: target)
      } catch {
        try rename(old, to: target)
        throw error
      }
      remove(old)
    case let code:
      throw ModelFileError(
        target, .system(call: "renameat2", reason: String(cString: strerror(code))))
    }
  }

  private func rename(_ source: String, to destination: String) throws {
    guard Foundation.rename(source, destination) == 0 else {
      throw ModelFileError(
        destination, .system(call: "rename", reason: String(cString: strerror(errno))))
    }
  }

  private func synchronize(_ folder: String) throws {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor >= 0, fsync(descriptor) == 0 else {
      throw ModelFileError(
        folder, .system(call: "fsync", reason: String(cString: strerror(errno))))
    }
  }

  /// Removes what writers that were killed left beside the target.
  private func removeAbandoned() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)) else { continue }
      if process == getpid() || kill(process, 0) != 0 && errno == ESRCH {
        remove("\(parent)/\(name)")
      }
    }
  }

  /// Removes a folder that nobody needs; what cannot be removed is left to the next writer.
  private func remove(_ folder: String) {
    if FileManager.default.fileExists(atPath: folder) {
      try? FileManager.default.removeItem(atPath: folder)
    }
  }
}
