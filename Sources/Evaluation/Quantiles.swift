#if canImport(Glibc)
  import Glibc
#endif

/// The value below which a standard normal variable lies with a given probability.
///
/// - Precondition: `0 < probability < 1`.
package func normalQuantile(_ probability: Double) -> Double {
  quantile(probability) { erfc(-$0 / Double(2).squareRoot()) / 2 }
}

/// The value below which a variable of Student's t distribution lies with a given probability.
///
/// - Precondition: `0 < probability < 1` and at least one degree of freedom.
package func studentQuantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
  precondition(degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom")
  let freedom = Double(degreesOfFreedom)
  return quantile(probability) { t in
    incompleteBeta(freedom / (freedom + t * t), a: freedom / 2, b: 0.5) / 2
  }
}

/// Inverts the lower half of a symmetric distribution, by halving an interval until nothing lies
/// between its ends; the upper half is its mirror.
private func quantile(_ probability: Double, lowerTail: (Double) -> Double) -> Double {
  precondition(probability > 0 && probability < 1, "probability \(probability)")
  guard probability <= 0.5 else { return -quantile(1 - probability, lowerTail: lowerTail) }
  var low = -1.0
  while lowerTail(low) > probability, low > -1e300 { low *= 2 }
  var high = 0.0
  while true {
    let middle = low + (high - low) / 2
    guard middle > low, middle < high else { return middle }
    if lowerTail(middle) < probability { low = middle } else { high = middle }
  }
}

/// The regularised incomplete beta function.
private func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges fast on one side of the mean; the other follows by symmetry.
  return x < (a + 1) / (a + b + 2)
    ? betaFraction(x, a: a, b: b) : 1 - betaFraction(1 - x, a: b, b: a)
}

/// The continued fraction of the incomplete beta function.
///
/// - SeeAlso: Abramowitz and Stegun 1964, 26.5.8; evaluated by Lentz's method.
private func betaFraction(_ x: Double, a: Double, b: Double) -> Double {
  func avoidingZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
  var c = 1.0
  var d = 1 / avoidingZero(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...10_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / avoidingZero(1 + even * d)
    c = avoidingZero(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / avoidingZero(1 + odd * d)
    c = avoidingZero(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return exp(a * log(x) + b * log1p(-x) - log(a) - logBeta(a, b)) * fraction
}

/// `log B(a, b)`.
private func logBeta(_ a: Double, _ b: Double) -> Double {
  func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0  // `lgamma` would write it to a variable that all threads share
    return lgamma_r(x, &sign)
  }
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
