import Foundation
import Limits
import Measurements
import Tensors

/// The limits that works are held against, measured before and after them.
struct MachineLimits {
  private var passes: [[LimitRates]] = []

  /// Measures all limits once more: some seconds.
  mutating func measure() {
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let reading = MachineLimit.readingSizes(workers: Workers.count, memory: memory)
    passes.append(
      ProcessorLimits.Arithmetic.allCases.compactMap { ProcessorLimits.peak($0, repeats: 15) }
        + [ProcessorLimits.product(size: 2048, repeats: 5)]
        + reading.map { ProcessorLimits.read(bytes: $0, repeats: 5) })
  }

  /// Each limit, of all passes together.
  var results: [MachineLimit] {
    (passes.first ?? []).map { limit in
      let values = passes.flatMap { $0 }.filter { $0.name == limit.name }.flatMap(\.values)
      return MachineLimit(name: limit.name, unit: limit.unit, rate: Distribution(values))
    }
  }
}
