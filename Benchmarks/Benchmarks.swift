import Foundation
import Policies
import Randomness
import Tensors
import Training
import Transformers

/// What `make bench` measures: each workload several times, medians as JSON on standard output.
///
/// ```
/// hone-benchmarks                     all workloads
/// hone-benchmarks train-tiny decode   those named
/// ```
@main
struct Benchmarks {
  static let workloads: [(name: String, run: @Sendable () async throws -> [Measurement])] = [
    ("train-smollm2", { try [Workloads.train(.smolLM2, sequences: 8, length: 256, repeats: 4)] }),
    ("train-small", { try [Workloads.train(.small, sequences: 256, length: 48, repeats: 9)] }),
    (
      "decode-smollm2",
      { try [Workloads.decode(.smolLM2, rows: 64, prompt: 64, new: 24, repeats: 3)] }
    ),
    ("verdicts", { try await [Workloads.verdicts(requests: 100_000, workers: 2, repeats: 5)] }),
    ("decode-tiny", { try [Workloads.decode(.tiny, rows: 256, prompt: 10, new: 16, repeats: 9)] }),
    ("facts", { try await FactWorkload.lookups(requests: 200_000, repeats: 5) }),
    ("programs", { try await [ProgramWorkloads.programs(count: 1000, repeats: 5)] }),
    ("one-program", { try await [ProgramWorkloads.oneProgram(repeats: 300)] }),
    ("resisting", { try await [ProgramWorkloads.resisting(repeats: 4)] }),
    ("import-gsm8k", { try [Workloads.importGSM8K(repeats: 9)] }),
    ("proofs", { try await [Workloads.proofs(repeats: 9)] }),
    ("registry", { try RegistryWorkload.browse(repeats: 9) }),
    ("humaneval", { try await [ProgramWorkloads.humanEval(repeats: 5)] }),
  ]

  static func main() async throws {
    let wanted = CommandLine.arguments.dropFirst()
    let names = workloads.map(\.name)
    if let unknown = wanted.first(where: { !names.contains($0) }) {
      FileHandle.standardError.write(
        Data(
          "There is no workload '\(unknown)'. There are: \(names.joined(separator: ", ")).\n".utf8))
      exit(64)
    }
    var results: [Measurement] = []
    for (name, run) in workloads where wanted.isEmpty || wanted.contains(name) {
      FileHandle.standardError.write(Data("\(name) …\n".utf8))
      for var measurement in try await run() {
        measurement.name = name
        results.append(measurement)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let report = Report(workers: Workers.count, kernels: Workers.kernels, workloads: results)
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
  }
}

/// All measurements with the machine's part in them.
struct Report: Encodable {
  let workers: Int
  /// The kernels of matrix products that the processor got.
  let kernels: String
  let workloads: [Measurement]
}

/// The rates of one workload.
struct Measurement: Encodable {
  var name = ""
  let what: String
  let unit: String
  let median: Double
  let minimum: Double
  let maximum: Double
  let repeats: Int

  init(_ what: String, unit: String, rates: [Double]) {
    let sorted = rates.sorted()
    self.what = what
    self.unit = unit
    (minimum, maximum) = (sorted.first ?? 0, sorted.last ?? 0)
    let middle = sorted.count / 2
    median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[max(middle - 1, 0)] + sorted[middle]) / 2
    repeats = rates.count
  }
}
