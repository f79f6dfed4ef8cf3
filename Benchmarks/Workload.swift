import Tensors

/// A work that is measured in a process of its own.
struct Workload: Sendable {
  /// As it is named on the command line.
  let name: String
  /// How often it is done where nobody says otherwise.
  let repeats: Int
  let run: @Sendable (_ repeats: Int) async throws -> [Measurement]

  /// All of them, in the order in which they are measured.
  static let all: [Workload] = [
    Workload("decode-smollm2-1", 5) {
      try Workloads.decode(.smolLM2, rows: 1, prompt: 64, new: 64, repeats: $0)
    },
    Workload("decode-smollm2-8", 3) {
      try Workloads.decode(.smolLM2, rows: 8, prompt: 64, new: 64, repeats: $0)
    },
    Workload("decode-smollm2", 2) {
      try Workloads.decode(.smolLM2, rows: 64, prompt: 64, new: 64, repeats: $0)
    },
    Workload("decode-smollm2-int8", 3) { repeats in
      try [1, 8, 64].flatMap {
        try Workloads.decode(
          .smolLM2, rows: $0, prompt: 64, new: 64, as: .reduced, repeats: repeats)
      }
    },
    Workload("decode-small", 9) {
      try Workloads.decode(.small, rows: 256, prompt: 32, new: 32, repeats: $0)
    },
    Workload("decode-tiny", 9) {
      try Workloads.decode(.tiny, rows: 256, prompt: 10, new: 16, repeats: $0)
    },
    Workload("prefill-smollm2", 5) { repeats in
      try Workloads.prefill(.smolLM2, count: 8, length: 64, repeats: repeats)
        + Workloads.prefill(.smolLM2, count: 1, length: 512, repeats: repeats)
    },
    Workload("prefill-smollm2-int8", 5) { repeats in
      try Workloads.prefill(.smolLM2, count: 8, length: 64, as: .reduced, repeats: repeats)
        + Workloads.prefill(.smolLM2, count: 1, length: 512, as: .reduced, repeats: repeats)
    },
    Workload("train-smollm2", 4) {
      try Workloads.train(.smolLM2, sequences: 8, length: 256, repeats: $0)
    },
    Workload("train-small", 9) {
      try Workloads.train(.small, sequences: 256, length: 48, repeats: $0)
    },
    Workload("train-smollm2-int8", 4) {
      try Workloads.train(.smolLM2, sequences: 8, length: 256, as: .reduced, repeats: $0)
    },
    Workload("train-small-int8", 9) {
      try Workloads.train(.small, sequences: 256, length: 48, as: .reduced, repeats: $0)
    },
    Workload("round-smollm2", 2) { try await RoundWorkload.rounds(.smolLM2, new: 64, repeats: $0) },
    Workload("round-smollm2-short", 3) {
      try await RoundWorkload.rounds(.smolLM2, new: 8, repeats: $0)
    },
    Workload("round-smollm2-int8", 2) {
      try await RoundWorkload.rounds(.smolLM2, new: 64, as: .reduced, repeats: $0)
    },
    Workload("round-smollm2-short-int8", 3) {
      try await RoundWorkload.rounds(.smolLM2, new: 8, as: .reduced, repeats: $0)
    },
    Workload("round-small", 9) { try await RoundWorkload.rounds(.small, new: 64, repeats: $0) },
    Workload("round-small-int8", 9) {
      try await RoundWorkload.rounds(.small, new: 64, as: .reduced, repeats: $0)
    },
    Workload("verdicts", 5) {
      try await [Workloads.verdicts(requests: 100_000, workers: 2, repeats: $0)]
    },
    Workload("facts", 5) { try await FactWorkload.lookups(requests: 200_000, repeats: $0) },
    Workload("programs", 5) { try await [ProgramWorkloads.programs(count: 1000, repeats: $0)] },
    Workload("one-program", 300) { try await [ProgramWorkloads.oneProgram(repeats: $0)] },
    Workload("resisting", 4) { try await [ProgramWorkloads.resisting(repeats: $0)] },
    Workload("import-gsm8k", 9) { try [Workloads.importGSM8K(repeats: $0)] },
    Workload("proofs", 9) { try await [Workloads.proofs(repeats: $0)] },
    Workload("registry", 9) { try RegistryWorkload.browse(repeats: $0) },
    Workload("humaneval", 5) { try await [ProgramWorkloads.humanEval(repeats: $0)] },
  ]

  private init(
    _ name: String, _ repeats: Int,
    _ run: @escaping @Sendable (_ repeats: Int) async throws -> [Measurement]
  ) {
    (self.name, self.repeats, self.run) = (name, repeats, run)
  }

  static func named(_ name: String) -> Workload? { all.first { $0.name == name } }
  static var names: String { all.map(\.name).joined(separator: ", ") }
}

/// What cannot be measured on this machine.
struct Absent: Error, CustomStringConvertible {
  let description: String
}
