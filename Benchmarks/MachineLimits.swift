import Foundation
import Limits
import Measurements
import Tensors

/// The limits that works are held against.
enum MachineLimits {
  /// Measures all of them: about ten seconds.
  static func measure() -> [MachineLimit] {
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return ProcessorLimits.Arithmetic.allCases.compactMap {
      ProcessorLimits.peak($0, repeats: 9)
    } + [ProcessorLimits.product(size: 2048, repeats: 7)]
      + MachineLimit.readingSizes(workers: Workers.count, memory: memory).map {
        ProcessorLimits.read(bytes: $0, repeats: 7)
      }
  }
}
