import Foundation
import Measurements

/// Repeated results of one work, as the process that did it tells them.
struct Measurement: Codable {
  /// In words that stay the same from run to run.
  let what: String
  /// `tokens/s` and the like for rates; `s`, `ms` or `%` otherwise.
  let unit: String
  let values: [Double]
  /// What the machine must do for one unit of a rate, or for one run of a time; empty if uncounted.
  let need: [WorkPart]

  init(_ what: String, unit: String, values: [Double], need: [WorkPart] = []) {
    (self.what, self.unit, self.values, self.need) = (what, unit, values, need)
  }

  /// The result with its share of the limits.
  func result(
    of workload: String, peakMemoryBytes: Int?, limits: [MachineLimit]
  ) -> WorkMeasurement {
    let result = Distribution(values)
    let whole = WorkMeasurement(
      workload: workload, what: what, unit: unit, result: result, peakMemoryBytes: peakMemoryBytes)
    let seconds = whole.isRate ? 1 / result.median : result.median
    return WorkMeasurement(
      workload: workload, what: what, unit: unit, result: result,
      share: WorkPart.share(of: need, seconds: seconds, limits: limits),
      peakMemoryBytes: peakMemoryBytes)
  }
}

/// A part of a work that is limited by arithmetic or by memory, counted by formula.
struct WorkPart: Codable {
  /// Multiplications and additions.
  var operations: Double
  /// Bytes that must be read, however good the caches are.
  var bytes = 0.0
  /// Bytes that are read again and again, which decide the level of memory that they come from.
  var workingSet = 0.0
  /// The arithmetic that its peak is taken of, as in ``MachineLimit/name``.
  var arithmetic = "float32 multiply-add"

  static func * (part: WorkPart, factor: Double) -> WorkPart {
    var part = part
    part.operations *= factor
    part.bytes *= factor
    return part
  }

  /// The least time of `parts`, one after the other, by `seconds`; nil where a limit is missing.
  ///
  /// A limit is the best that the machine reached, since what disturbs it can only lower it.
  static func share(
    of parts: [WorkPart], seconds: Double, limits: [MachineLimit]
  ) -> LimitShare? {
    guard !parts.isEmpty, seconds.isFinite, seconds > 0 else { return nil }
    var least: [String: (bound: LimitShare.Bound, seconds: Double)] = [:]
    for part in parts {
      guard let peak = limits.first(where: { $0.name == part.arithmetic }),
        let reading = MachineLimit.reading(part.workingSet, of: limits)
      else { return nil }
      let computing = part.operations / (peak.rate.maximum * 1e9)
      let loading = part.bytes / (reading.rate.maximum * 1e9)
      let (limit, bound, time) =
        computing >= loading
        ? (peak.name, LimitShare.Bound.arithmetic, computing) : (reading.name, .memory, loading)
      least[limit] = (bound, (least[limit]?.seconds ?? 0) + time)
    }
    guard let most = least.max(by: { $0.value.seconds < $1.value.seconds }) else { return nil }
    return LimitShare(
      bound: most.value.bound, limit: most.key,
      gigaflops: parts.reduce(0) { $0 + $1.operations } / seconds / 1e9,
      gigabytes: parts.reduce(0) { $0 + $1.bytes } / seconds / 1e9,
      share: least.values.reduce(0) { $0 + $1.seconds } / seconds)
  }
}

extension MachineLimit {
  /// Sizes that reading is measured at: a level of memory each, on most machines.
  static func readingSizes(workers: Int, memory: Int) -> [Int] {
    [512 << 10, 16 << 20, 128 << 20, 512 << 20, 2 << 30].enumerated()
      .map { $0.offset == 0 ? $0.element * workers : $0.element }.filter { $0 < memory / 4 }
  }

  /// The limit of reading whose size is nearest to `bytes`, by their ratio.
  fileprivate static func reading(_ bytes: Double, of limits: [MachineLimit]) -> MachineLimit? {
    func distance(_ limit: MachineLimit) -> Double? {
      let words = limit.name.split(separator: " ")
      let units = ["KiB": 1024.0, "MiB": 1_048_576.0, "GiB": 1_073_741_824.0]
      guard words.count == 3, words[0] == "read", let count = Double(words[1]),
        let unit = units[String(words[2])]
      else { return nil }
      return abs(log(count * unit / max(bytes, 1)))
    }
    return limits.compactMap { limit in distance(limit).map { (limit, $0) } }
      .min { $0.1 < $1.1 }?.0
  }
}
