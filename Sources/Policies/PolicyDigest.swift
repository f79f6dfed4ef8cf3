import Digests
import Foundation
import Tensors
import Tokenizers
import Transformers

extension Policy {
  /// SHA-256 of all that decides what the policy answers, as hexadecimal digits: its shape, its
  /// weights bit by bit, its tokenizer, the frame of its prompts and its system text.
  ///
  /// Computed at each call: it reads all weights.
  ///
  /// - Throws: Where the tokenizer cannot be written down.
  package var digest: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var hash = SHA256()
      for part in [
        try encoder.encode(shape), try tokenizer.tokenizerJSON(), Data(template.rawValue.utf8),
        Data((system.map { "system \($0)" } ?? "").utf8),
      ] {
        hash.update(Array("\(part.count):".utf8))
        hash.update(Array(part))
      }
      let (values, lot) = (parameters.values, 1 << 18)
      for start in stride(from: 0, to: values.count, by: lot) {
        hash.update(values.bytes(of: start..<min(start + lot, values.count)))
      }
      return hash.hexadecimal
    }
  }
}
