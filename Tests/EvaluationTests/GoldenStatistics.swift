import Foundation

/// Statistics in float64: pass@k checked by enumeration, maj@k exact over multinomial counts.
struct GoldenStatistics: Decodable {
  struct PassAtK: Decodable {
    let n: Int
    let c: Int
    let k: Int
    let v: Double
  }
  struct Wilson: Decodable {
    let c: Int
    let n: Int
    let ci: [Double]
  }
  struct Miller: Decodable {
    let before: [Double]
    let after: [Double]
    let cluster: [Int]
    let mean: Double
    let standardError: Double
    let clusteredStandardError: Double
    let difference: Double
    let pairedStandardError: Double

    enum CodingKeys: String, CodingKey {
      case before = "s"
      case after = "sB"
      case cluster, mean
      case standardError = "se_clt"
      case clusteredStandardError = "se_clustered"
      case difference = "paired_diff"
      case pairedStandardError = "se_paired"
    }
  }
  /// One right answer with probability `p`, and `wrongAnswers` others that share the rest.
  struct MajorityAtK: Decodable {
    let p: Double
    let wrongAnswers: Int
    let k: Int
    let v: Double

    enum CodingKeys: String, CodingKey {
      case p, k, v
      case wrongAnswers = "wrong_answers"
    }
  }

  let passAtK: [PassAtK]
  let wilson: [Wilson]
  let miller: Miller
  let majorityAtK: [MajorityAtK]

  enum CodingKeys: String, CodingKey {
    case passAtK = "pass_at_k"
    case wilson = "wilson95"
    case miller
    case majorityAtK = "maj_at_k_exact"
  }

  static func read() throws -> GoldenStatistics {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/statistics.json")
    return try JSONDecoder().decode(GoldenStatistics.self, from: Data(contentsOf: file))
  }
}

extension Double {
  /// What float64 rounding leaves between two ways to write a formula.
  static let rounding = 1e-12
  /// What is left of tables that print six places.
  static let sixPlaces = 1e-6
}
