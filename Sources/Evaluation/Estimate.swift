/// A range that holds a quantity in 95 of 100 repetitions.
package struct Interval: Codable, Equatable, Sendable {
  package let low: Double
  package let high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// A mean with its uncertainty.
package struct Estimate: Codable, Equatable, Sendable {
  package let mean: Double
  /// Standard error of the mean; `nil` where too few observations leave it open.
  package let standardError: Double?
  /// 95 % interval of the mean, by Student's t; `nil` where the error is open.
  package let interval: Interval?

  private init(mean: Double, standardError: Double?, degreesOfFreedom: Int) {
    self.mean = mean
    self.standardError = standardError
    interval = standardError.map { error in
      let reach = error * studentQuantile(0.975, degreesOfFreedom: degreesOfFreedom)
      return Interval(low: mean - reach, high: mean + reach)
    }
  }

  /// The mean of independent values: scores by problem, or results by seed.
  ///
  /// - Precondition: `values` is not empty.
  package init(of values: [Double]) {
    self.init(
      mean: Evaluation.mean(values), standardError: Evaluation.standardError(values),
      degreesOfFreedom: values.count - 1)
  }

  /// The mean of scores that depend on each other within a cluster, as samples of one problem do.
  ///
  /// - Precondition: one cluster per score, and at least one score.
  package init(of scores: [Double], clusters: [Int]) {
    self.init(
      mean: Evaluation.mean(scores),
      standardError: clusteredStandardError(scores, clusters: clusters),
      degreesOfFreedom: Set(clusters).count - 1)
  }
}

/// The mean of `after - before` on the same problems, with its uncertainty.
///
/// What the two have in common, the difficulty of each problem, cancels out.
///
/// - Precondition: as many scores before as after, and at least one.
/// - SeeAlso: Miller 2024 (Adding Error Bars to Evals).
package func pairedDifference(before: [Double], after: [Double]) -> Estimate {
  precondition(
    before.count == after.count, "\(before.count) scores before, \(after.count) after")
  return Estimate(of: zip(before, after).map { $1 - $0 })
}

/// The 95 % interval of a success rate, sound also for few samples and for rates near 0 and 1.
///
/// `(p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n)`
///
/// - Precondition: `0 <= correct <= samples`.
/// - Returns: `0...1` where there are no samples.
/// - SeeAlso: Wilson 1927.
package func wilsonInterval(correct: Int, samples: Int) -> Interval {
  precondition(correct >= 0 && correct <= samples, "\(correct) of \(samples) correct")
  guard samples > 0 else { return Interval(low: 0, high: 1) }
  let z = normalQuantile(0.975)
  let n = Double(samples)
  let p = Double(correct) / n
  let center = p + z * z / (2 * n)
  let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
  let scale = 1 + z * z / n
  return Interval(
    low: correct == 0 ? 0 : (center - reach) / scale,
    high: correct == samples ? 1 : (center + reach) / scale)
}

/// `√(variance / n)` with the unbiased variance; `nil` for fewer than 2 values.
package func standardError(_ values: [Double]) -> Double? {
  guard values.count >= 2 else { return nil }
  let mean = mean(values)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  let n = Double(values.count)
  return (squares / (n - 1) / n).squareRoot()
}

/// The standard error of a mean whose scores depend on each other within a cluster.
///
/// `√(SE² + Σ_clusters Σ_{i≠j} (s_i - s̄)(s_j - s̄) / n²)`, and 0 where the sum is negative.
///
/// - Returns: `nil` for fewer than 2 clusters.
/// - Precondition: one cluster per score.
/// - SeeAlso: Miller 2024 (Adding Error Bars to Evals).
package func clusteredStandardError(_ scores: [Double], clusters: [Int]) -> Double? {
  precondition(scores.count == clusters.count, "\(scores.count) scores, \(clusters.count) clusters")
  guard let plain = standardError(scores) else { return nil }
  let mean = mean(scores)
  var sums: [Int: (deviation: Double, squares: Double)] = [:]
  for (score, cluster) in zip(scores, clusters) {
    let deviation = score - mean
    sums[cluster, default: (0, 0)].deviation += deviation
    sums[cluster, default: (0, 0)].squares += deviation * deviation
  }
  guard sums.count >= 2 else { return nil }
  // Σ_{i≠j} d_i d_j = (Σ d)² - Σ d², added in the order of the clusters so that it is repeatable.
  let cross = sums.sorted { $0.key < $1.key }
    .reduce(0) { $0 + $1.value.deviation * $1.value.deviation - $1.value.squares }
  let n = Double(scores.count)
  return max(0, plain * plain + cross / (n * n)).squareRoot()
}

/// The arithmetic mean.
private func mean(_ values: [Double]) -> Double {
  precondition(!values.isEmpty, "the mean of nothing")
  return values.reduce(0, +) / Double(values.count)
}
