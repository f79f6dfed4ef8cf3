package import Tokenizers

/// What is wrong with a model's file or folder.
package struct ModelFileError: Error, Equatable, Sendable {
  /// The file or folder.
  package let path: String
  package let problem: Problem

  package enum Problem: Equatable, Sendable {
    /// No file and no folder has the path.
    case nothingThere
    /// The system refuses to open, read or write it.
    case system(call: String, reason: String)
    /// Neither a folder, nor a format that is known.
    case unknownFormat
    /// A folder lacks a file.
    case missingFile(String)
    /// A part reaches beyond the end of the file.
    case truncated(part: String, bytes: UInt64, available: Int)
    /// A part breaks the format's rules.
    case malformed(part: String, expected: String)
    /// A part is right, yet beyond what a policy here can be.
    case unsupported(part: String, value: String, supported: String)
    case missingTensor(String)
    case extraTensor(String)
    case duplicateTensor(String)
    case overlappingTensors(String, String)
    case wrongShape(tensor: String, found: [Int], expected: [Int])
    /// A head is stored beside a tied embedding and is not its copy.
    case untiedHead(tensor: String)
    case notJSON(JSONError)
    case tokenizer(TokenizerError)
    /// The tokenizer has ids that the embedding has no rows for.
    case tokenizerTooLarge(tokens: Int, rows: Int)
    /// A prompt needs a template and the model brings none.
    case noTemplate
    /// A folder that is to be replaced holds something else than a model.
    case notAModelFolder
  }

  package init(_ path: String, _ problem: Problem) {
    (self.path, self.problem) = (path, problem)
  }
}

extension ModelFileError: CustomStringConvertible {
  package var description: String { "'\(path)': \(text)" }

  private var text: String {
    switch problem {
    case .nothingThere:
      "there is no such file or folder. 'hone model fetch' brings a model."
    case .system(let call, let reason):
      "\(call) failed: \(reason)."
    case .unknownFormat:
      """
      no model file that is known. Give a folder with config.json and model.safetensors, a .gguf, \
      or a llama2.c .bin.
      """
    case .missingFile(let name):
      "the folder has no '\(name)'. Give a folder with config.json and model.safetensors."
    case .truncated(let part, let bytes, let available):
      """
      \(part) needs \(bytes) bytes, but only \(available) are left. \
      The file is damaged or incomplete; fetch it again.
      """
    case .malformed(let part, let expected):
      "\(part) must be \(expected). The file is damaged or was written wrongly; fetch it again."
    case .unsupported(let part, let value, let supported):
      "\(part) is \(value), which is not supported. Use a model with \(supported)."
    case .missingTensor(let name):
      "the tensor '\(name)' is missing. The weights and the configuration do not belong together."
    case .extraTensor(let name):
      """
      the tensor '\(name)' has no place in the model that the configuration describes. \
      The weights and the configuration do not belong together.
      """
    case .duplicateTensor(let name):
      "the tensor '\(name)' is listed twice. The file was written wrongly; fetch it again."
    case .overlappingTensors(let first, let second):
      "the tensors '\(first)' and '\(second)' overlap. The file is damaged; fetch it again."
    case .wrongShape(let tensor, let found, let expected):
      """
      the tensor '\(tensor)' has the shape \(found), but the configuration asks for \(expected). \
      The weights and the configuration do not belong together.
      """
    case .untiedHead(let tensor):
      """
      '\(tensor)' differs from the embedding that the configuration ties it to. \
      Set 'tie_word_embeddings' to false if the head is its own.
      """
    case .notJSON(let error): "\(error)"
    case .tokenizer(let error): "\(error)"
    case .tokenizerTooLarge(let tokens, let rows):
      """
      the tokenizer has \(tokens) tokens, but the embedding only \(rows) rows. \
      Use the tokenizer that the model was trained with.
      """
    case .noTemplate:
      """
      the model brings no chat template. Name one as 'policy.template: chatML' \
      (known: \(ChatTemplate.names)).
      """
    case .notAModelFolder:
      "the folder holds something else than a model and is not replaced. Name another folder."
    }
  }
}
