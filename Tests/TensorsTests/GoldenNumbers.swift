import Foundation

/// Numbers that NumPy computed in float64 from the published formulas: `Fixtures/losses.json`.
struct GoldenNumbers: Decodable {
  /// `dL_dlogits` for given slopes of log-probabilities, and for entropies that count with
  /// `-entropy_coef_per_row`.
  struct Head: Decodable {
    let logits: [[Float]]
    let targets: [Int32]
    let temperature: Float
    let dL_dlogp: [Float]
    let entropy_coef_per_row: [Float]
    let logp: [Float]
    let entropy: [Float]
    let dL_dlogits: [[Float]]
  }

  /// Parameters after each of three steps, without decay and with a decay of 0.1.
  struct AdamW: Decodable {
    let p0: [Float]
    let grads: [[Float]]
    let lr: Float
    let betas: [Float]
    let eps: Float
    let wd0: [[Float]]
    let wd01: [[Float]]
  }

  let softmax_head: Head
  let adamw: AdamW

  static func read() throws -> GoldenNumbers {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/losses.json")
    return try JSONDecoder().decode(GoldenNumbers.self, from: Data(contentsOf: file))
  }
}
