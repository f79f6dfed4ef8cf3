import Foundation

/// Losses and slopes of reference implementations in float64, checked there by finite differences.
///
/// Made with NumPy from the published formulas; `fd_err` is the reference's own error. Rows that
/// correct for a second sampler (TIS, IcePop, MIS) or name another loss (DPPO) are not covered here.
struct GoldenLosses: Decodable {
  struct Inputs: Decodable {
    let lengths: [Int]
    let logProbs: [[Double]]
    let oldLogProbs: [[Double]]
    let referenceLogProbs: [[Double]]
    let promptOf: [Int]
    let rewards: [Double]

    var groupedRewards: [[Double?]] { grouped(rewards, by: promptOf) }

    enum CodingKeys: String, CodingKey {
      case lengths = "lens"
      case logProbs = "logp"
      case oldLogProbs = "old_logp"
      case referenceLogProbs = "ref_logp"
      case promptOf = "groups"
      case rewards
    }
  }

  struct Loss: Decodable {
    let loss: Double
    let slopes: [[Double]]

    enum CodingKeys: String, CodingKey {
      case loss
      case slopes = "grad"
    }
  }

  struct Advantages: Decodable {
    let rewards: [Double]
    let groups: [Int]
    let standardized: [Double]
    let centered: [Double]
    let leaveOneOut: [Double]
    let batchStandardized: [Double]
    let maximumLikelihood: [Double]

    var groupedRewards: [[Double?]] { grouped(rewards, by: groups) }

    enum CodingKeys: String, CodingKey {
      case rewards, groups
      case standardized = "grpo_sample"
      case centered = "dr_grpo"
      case leaveOneOut = "rloo"
      case batchStandardized = "batch_std_R"
      case maximumLikelihood = "maxrl"
    }
  }

  struct Enumeration: Decodable {
    let logits: [Double]
    let referenceLogits: [Double]
    let reverseGradient: [Double]
    let forwardGradient: [Double]

    enum CodingKeys: String, CodingKey {
      case logits = "z"
      case referenceLogits = "zref"
      case reverseGradient = "grad_reverse_KL"
      case forwardGradient = "grad_forward_KL"
    }
  }

  let inputs: Inputs
  let losses: [String: Loss]
  let advantages: Advantages
  let enumeration: Enumeration

  enum CodingKeys: String, CodingKey {
    case inputs, losses, advantages
    case enumeration = "kl_enumeration"
  }

  static func read() throws -> GoldenLosses {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/losses.json")
    return try JSONDecoder().decode(GoldenLosses.self, from: Data(contentsOf: file))
  }
}

/// Cuts rewards where their group changes.
private func grouped(_ rewards: [Double], by groups: [Int]) -> [[Double?]] {
  Dictionary(grouping: zip(groups, rewards)) { $0.0 }
    .sorted { $0.key < $1.key }.map { $0.value.map { Optional($0.1) } }
}

extension Double {
  /// What float64 rounding leaves between two ways to sum a handful of terms.
  static let rounding = 1e-10
  /// What float32 inputs of a few nats leave in a loss.
  static let elementwise = 1e-6
  /// Error of a central difference with a step of 1e-5 in float64.
  static let finiteDifference = 1e-8
}

/// Whether all elements are within `tolerance` of each other.
func isClose(_ left: [Double], _ right: [Double], within tolerance: Double) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= tolerance }
}
