import Digests
package import Foundation
import Settings
package import VerifierKit

/// How often a policy answered each problem of a set: what `calibrate` measures and `split` cuts by.
package struct PassRates: Codable, Equatable, Sendable {
  /// One problem's samples.
  package struct Rate: Codable, Equatable, Sendable {
    package let id: String
    /// SHA-256 of the prompt and the answer, so that a rate is never taken for another problem's.
    package let digest: String
    /// Samples that were scored.
    package let samples: Int
    /// Those that passed.
    package let passed: Int
    /// Samples without a verdict.
    package let unscored: Int

    package init(problem: Problem, samples: Int, passed: Int, unscored: Int) {
      precondition(
        passed >= 0 && passed <= samples && unscored >= 0, "\(passed) of \(samples), \(unscored)")
      (id, digest) = (problem.id, PassRates.digest(of: problem))
      (self.samples, self.passed, self.unscored) = (samples, passed, unscored)
    }

    /// The share of scored samples that passed; nil where none was scored.
    package var share: Double? { samples == 0 ? nil : Double(passed) / Double(samples) }
  }

  /// The set, as it was asked for.
  package let taskSet: String
  /// The policy, as it was named.
  package let policy: String
  package let verifiers: [String]
  /// Softmax temperature of the samples.
  package let temperature: Double
  package let seed: UInt64
  /// One a problem, in the set's order.
  package let rates: [Rate]

  package init(
    taskSet: String, policy: String, verifiers: [String], temperature: Double, seed: UInt64,
    rates: [Rate]
  ) {
    (self.taskSet, self.policy, self.verifiers) = (taskSet, policy, verifiers)
    (self.temperature, self.seed, self.rates) = (temperature, seed, rates)
  }

  /// Reads what was written.
  ///
  /// - Throws: ``TaskError/unreadableFile(file:reason:)`` where it is no such file.
  package init(reading url: URL) throws(TaskError) {
    let data = try ProblemFile(url).contents()
    do {
      self = try JSONDecoder().decode(PassRates.self, from: data)
    } catch {
      throw .unreadableFile(
        file: url.relativePath, reason: "it is not what 'hone tasks calibrate' writes")
    }
    for rate in rates
    where rate.samples < 0 || rate.unscored < 0 || !(0...max(0, rate.samples)).contains(rate.passed)
    {
      throw .unreadableFile(
        file: url.relativePath,
        reason: "'\(rate.id)' passed \(rate.passed) of \(rate.samples) samples")
    }
  }

  /// The share of each problem that passed, by its digest.
  package var shares: [String: Double] {
    var shares: [String: Double] = [:]
    for rate in rates { shares[rate.digest] = rate.share }
    return shares
  }

  /// A name for a problem's prompt and answer.
  package static func digest(of problem: Problem) -> String {
    var hash = SHA256()
    hash.update(Array(problem.prompt.utf8) + [0])
    hash.update(Array((problem.answer ?? "").utf8))
    return hash.hexadecimal
  }
}

/// Pass rates within which a problem is kept, written `0.1...0.9`.
package struct PassRateRange: Equatable, Sendable {
  package let bounds: ClosedRange<Double>

  /// Reads a range within `0...1`; nil for anything else.
  package init?(_ text: String) {
    guard text.utf8.count <= 64, let dots = text.firstRange(of: "..."),
      let low = Double(text[..<dots.lowerBound]), let high = Double(text[dots.upperBound...]),
      low >= 0, high <= 1, low <= high
    else { return nil }
    bounds = low...high
  }
}
