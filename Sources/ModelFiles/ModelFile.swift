import Foundation
package import Tokenizers
package import Transformers

/// A model in memory: weights, and what its file says about text.
package struct LoadedModel {
  package let parameters: Parameters
  /// `nil` where the file brings none.
  package let tokenizer: (any Tokenizer)?
  /// `nil` where the file brings none or one that is not known; ``requiredTemplate()`` says which.
  package let template: ChatTemplate?
  /// Why there is no template.
  package let templateProblem: ModelFileError?
  /// Where the model came from, for records and messages.
  package let source: String

  /// The chat template.
  ///
  /// - Throws: ``ModelFileError`` that says how to name one, where the file's is absent or unknown.
  package func requiredTemplate() throws(ModelFileError) -> ChatTemplate {
    if let template { return template }
    throw templateProblem ?? ModelFileError(source, .noTemplate)
  }
}

/// What a model's file says without its weights being read.
package struct ModelSummary: Codable, Equatable, Sendable {
  /// The kinds of files that are read.
  package enum Format: String, Codable, Sendable {
    case huggingFace, gguf, llama2c
  }

  package let format: Format
  package let shape: TransformerShape
  package let parameterCount: Int
  package let tensorCount: Int
  /// Number of tensors of each format, by its name (`Q4_1`).
  package let types: [String: Int]
  /// Bytes of the files with weights.
  package let bytes: Int
  /// What kind of tokenizer, and of how many tokens; `nil` for none.
  package let tokenizer: String?
  package let template: ChatTemplate?
  /// Why there is no template.
  package let templateProblem: String?
}

/// Model files of all known formats.
package enum ModelFile {
  /// Reads a model: a Hugging Face folder, a GGUF file, or a llama2.c checkpoint.
  ///
  /// - Throws: ``ModelFileError`` that says what is wrong with which file.
  package static func load(_ path: String) throws -> LoadedModel {
    let contents = try contents(path)
    return LoadedModel(
      parameters: try contents.weights.read(), tokenizer: contents.tokenizer,
      template: contents.template.template, templateProblem: contents.template.problem,
      source: "\(contents.format.rawValue) \(path)")
  }

  /// Reads all but the weights of a model.
  ///
  /// - Throws: ``ModelFileError``, as `load` does.
  package static func inspect(_ path: String) throws -> ModelSummary {
    let contents = try contents(path)
    let types = contents.weights.types
    return ModelSummary(
      format: contents.format, shape: contents.weights.shape,
      parameterCount: ParameterTable(contents.weights.shape).count,
      tensorCount: types.values.reduce(0, +), types: types, bytes: contents.bytes,
      tokenizer: contents.tokenizer.map {
        "\($0 is CharacterTokenizer ? "characters" : "byte-level BPE"), \($0.vocabularySize) tokens"
      },
      template: contents.template.template,
      templateProblem: contents.template.problem?.description)
  }

  /// Reads the tokenizer of a model alone; `nil` where it brings none.
  ///
  /// - Throws: ``ModelFileError``, as `load` does.
  package static func loadTokenizer(_ path: String) throws -> (any Tokenizer)? {
    try contents(path).tokenizer
  }

  private static func contents(_ path: String) throws(ModelFileError) -> ModelContents {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ModelFileError(path, .nothingThere)
    }
    if isFolder.boolValue { return try ModelContents(folder: path) }
    let file = try MappedFile(path)
    let magic = file.data(of: 0..<min(4, file.count))
    if magic == Data("GGUF".utf8) { return try ModelContents(gguf: path) }
    if path.hasSuffix(".bin") { return try ModelContents(llama2: path) }
    throw ModelFileError(path, .unknownFormat)
  }
}

/// A model's files, checked, with the weights still in them.
struct ModelContents {
  let format: ModelSummary.Format
  let weights: StoredWeights
  let bytes: Int
  let tokenizer: (any Tokenizer)?
  let template: TemplateReading

  /// A template, or why there is none.
  struct TemplateReading {
    let template: ChatTemplate?
    let problem: ModelFileError?

    init(jinja: String?, path: String) {
      guard let jinja else {
        (template, problem) = (nil, ModelFileError(path, .noTemplate))
        return
      }
      do {
        (template, problem) = (try ChatTemplate.recognize(jinja: jinja), nil)
      } catch {
        (template, problem) = (nil, ModelFileError(path, .tokenizer(error)))
      }
    }
  }

  init(gguf path: String) throws(ModelFileError) {
    let model = try GGUFModel(path)
    (format, weights, bytes) = (.gguf, model.weights, model.file.file.count)
    tokenizer = try GGUFTokenizer.read(model.file)
    template = TemplateReading(jinja: model.file.text("tokenizer.chat_template"), path: path)
    try checkTokenizer()
  }

  init(llama2 path: String) throws(ModelFileError) {
    let model = try Llama2File(path)
    (format, weights, tokenizer) = (.llama2c, model.weights, nil)
    bytes = model.bytes
    template = TemplateReading(jinja: nil, path: path)
  }

  init(folder path: String) throws(ModelFileError) {
    let folder = ModelFolderReader(path: path)
    let configuration = try folder.configuration()
    let files = try folder.weightFiles()
    format = .huggingFace
    weights = try StoredWeights(files.tensors, shape: configuration.shape, path: path)
    bytes = files.bytes
    tokenizer = try folder.tokenizer(endingAt: configuration.endOfSequence)
    template = TemplateReading(jinja: try folder.chatTemplate(), path: path)
    try checkTokenizer()
  }

  private func checkTokenizer() throws(ModelFileError) {
    guard let tokens = tokenizer?.vocabularySize, tokens > weights.shape.vocabularySize else {
      return
    }
    throw ModelFileError(
      weights.path, .tokenizerTooLarge(tokens: tokens, rows: weights.shape.vocabularySize))
  }
}
