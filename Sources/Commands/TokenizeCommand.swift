import ArgumentParser
import Foundation
import ModelFiles
import Policies
import Tokenizers

/// The command `hone tokenize`.
struct TokenizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenize",
    abstract: "Turns lines of text into lines of token ids, or back.",
    discussion: """
      Reads standard input line by line. Nothing in a line is read as a special
      token, and no frame is put around it. With --decode, special tokens are left
      out and a line break within a text is written as \\n.

        echo "What is 17 + 25?" | hone tokenize --policy models/smollm2-135m.gguf
        echo "1780 314 216" | hone tokenize --policy models/smollm2-135m.gguf --decode
      """)

  @Option(
    help: ArgumentHelp(
      "A model folder, a .gguf file, a run's folder, or 'tiny' or 'small'.", valueName: "model"))
  var policy: String

  @Flag(help: "Read lines of ids and write lines of text.")
  var decode = false

  @Flag(help: "Write each line as a JSON array of ids, or as a JSON text.")
  var json = false

  func run() throws {
    let tokenizer = try Policy.loadTokenizer(policy)
    var number = 0
    while let line = readLine() {
      number += 1
      do {
        print(decode ? try text(line, tokenizer) : try ids(line, tokenizer))
      } catch let error as TokenizerError {
        throw LineError(line: number, reason: "\(error)")
      } catch let error as IDProblem {
        throw LineError(line: number, reason: error.reason)
      }
    }
  }

  private func ids(_ line: String, _ tokenizer: any Tokenizer) throws(TokenizerError) -> String {
    let ids = try tokenizer.encode(line).map { "\($0)" }
    return json ? "[\(ids.joined(separator: ","))]" : ids.joined(separator: " ")
  }

  /// The text of a line of ids, which blanks, commas or the brackets of a JSON array may set apart.
  private func text(_ line: String, _ tokenizer: any Tokenizer) throws -> String {
    let ids = try line.split { $0.isWhitespace || ",[]".contains($0) }.map { word in
      guard let id = Int(word), (0..<tokenizer.vocabularySize).contains(id) else {
        throw IDProblem(
          reason: "'\(word.prefix(40))' is no id in 0..<\(tokenizer.vocabularySize).")
      }
      return id
    }
    let text = tokenizer.decode(ids)
    guard json else { return text.replacing("\n", with: "\\n") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return String(decoding: try encoder.encode(text), as: UTF8.self)
  }

  /// A word that is no id.
  private struct IDProblem: Error {
    let reason: String
  }

  /// A line of standard input that cannot be turned.
  struct LineError: Error, CustomStringConvertible {
    let line: Int
    let reason: String
    var description: String { "Line \(line) of standard input: \(reason)" }
  }
}
