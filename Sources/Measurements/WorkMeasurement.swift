/// How fast one work was, and what share of the machine's limit that is.
package struct WorkMeasurement: Codable, Equatable, Sendable {
  /// The workload that it belongs to, as it is named on the command line.
  package let workload: String
  /// What was measured, in words that stay the same from run to run.
  package let what: String
  /// A rate (`tokens/s`), a time (`s`, `ms`) or a share (`%`).
  package let unit: String
  package let result: Distribution
  /// How near the median comes to what the machine allows; nil where no formula counts the work.
  package let share: LimitShare?
  /// The largest resident memory of the process that did nothing else; nil where others shared it.
  package var peakMemoryBytes: Int?

  package init(
    workload: String, what: String, unit: String, result: Distribution, share: LimitShare? = nil,
    peakMemoryBytes: Int? = nil
  ) {
    (self.workload, self.what, self.unit) = (workload, what, unit)
    (self.result, self.share, self.peakMemoryBytes) = (result, share, peakMemoryBytes)
  }

  /// As it is named to people.
  var title: String { "\(workload): \(what)" }

  /// Whether more of it is faster: rates, unlike times and shares.
  package var isRate: Bool { unit.hasSuffix("/s") }
}

/// The time that a work cannot be faster than, against the time that it took.
package struct LimitShare: Codable, Equatable, Sendable {
  /// What the machine runs out of first.
  package enum Bound: String, Codable, Sendable {
    case arithmetic, memory
  }

  package let bound: Bound
  /// The limit's name, as in ``MachineLimit/name``.
  package let limit: String
  /// Floating point operations a second that the work needs, counted by formula, in 10⁹.
  package let gigaflops: Double
  /// Bytes that the work must read a second, in 10⁹; 0 where only arithmetic was counted.
  package let gigabytes: Double
  /// Least time by time taken; above 1 where the limit was disturbed, or its memory is the slower one.
  package let share: Double

  package init(
    bound: Bound, limit: String, gigaflops: Double, gigabytes: Double, share: Double
  ) {
    (self.bound, self.limit, self.gigaflops) = (bound, limit, gigaflops)
    (self.gigabytes, self.share) = (gigabytes, share)
  }
}
