import Foundation
package import Runs
import Tensors

extension RunProvenance.Machine {
  /// This machine, as its system tells of it.
  package static func current() -> RunProvenance.Machine {
    let processor = ProcessorFacts(text(of: "/proc/cpuinfo") ?? "")
    let system = ProcessInfo.processInfo
    return RunProvenance.Machine(
      processor: processor.name ?? "unknown", architecture: architecture,
      cores: system.activeProcessorCount, threads: Workers.count,
      vectors: processor.vectors, kernel: text(of: "/proc/sys/kernel/osrelease") ?? "unknown",
      operatingSystem: system.operatingSystemVersionString,
      memoryBytes: Int(clamping: system.physicalMemory))
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "another"
    #endif
  }

  /// A file of the system, whose absence is a fact like any other.
  private static func text(of path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// What `/proc/cpuinfo` says of the first processor.
struct ProcessorFacts: Equatable {
  let name: String?
  /// The level that the clones of the kernels are chosen by: x86-64-v4, x86-64-v3, or less.
  let vectors: String

  init(_ text: String) {
    let fields = text.split(separator: "\n", maxSplits: 200).map { line in
      line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    func value(_ name: String) -> String? { fields.first { $0.first == name && $0.count == 2 }?[1] }
    name = value("model name") ?? value("Model")
    let flags = Set((value("flags") ?? "").split(separator: " "))
    vectors =
      if flags.isSuperset(of: ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]) {
        "avx512"
      } else if flags.isSuperset(of: ["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe"]) {
        "avx2"
      } else {
        "baseline"
      }
  }
}
