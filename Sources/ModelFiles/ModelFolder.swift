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
  /// Where there is a `seal`, it makes the last file, of the folder where all others lie.
  ///
  /// - Throws: ``ModelFileError`` where the system refuses, or where the target holds something
  ///   else than a model; the tokenizer's error where it cannot be written; what `seal` throws.
  package static func write(
    _ parameters: Parameters, tokenizer: (any Tokenizer)?, template: ChatTemplate?,
    extras: [Extra] = [], to target: URL, seal: ((URL) throws -> Extra)? = nil
  ) throws {
    var files = try descriptions(parameters.shape, tokenizer: tokenizer, template: template)
    files.append(.tensors("model.safetensors", tensors(of: parameters)))
    try StagedFolder(target: target).write(files + extras, seal: seal)
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
