/// What a sandbox promises; each is tried before it is believed.
package enum SandboxGuarantee: String, Codable, CaseIterable, Sendable {
  // Named as the lines of `jail --probe`.
  case files, writes, network, processes, tracing, privileges, memory, scratch, inheritance, floods
  /// Tried by the host, which waits for the end of what the probe left behind.
  case survivors
  /// Tried by the host, which makes a cgroup.
  case totalMemory

  /// The promise in words.
  package var promise: String {
    switch self {
    case .files: "the host's files cannot be read"
    case .writes: "nothing but a scratch folder can be written"
    case .network: "no port and no socket of the host can be reached"
    case .processes: "the host's processes are neither seen nor signalled"
    case .tracing: "no process outside can be traced, read or forged"
    case .privileges: "there are no capabilities and no new namespaces"
    case .memory: "each process has a limit on memory, without ways around it"
    case .scratch: "the scratch folder has a size that cannot be exceeded"
    case .inheritance: "neither environment nor open files of the host come in"
    case .floods: "the number of processes is limited"
    case .survivors: "what was started ends with the jail, daemons too"
    case .totalMemory: "all processes together have a limit on memory"
    }
  }

  /// What must hold for a level to be claimed.
  static func needed(for level: SandboxLevel) -> [SandboxGuarantee] {
    switch level {
    case .full: allCases
    case .noMemoryCgroup: allCases.filter { $0 != .totalMemory }
    case .landlockOnly:
      [.files, .writes, .network, .processes, .tracing, .privileges, .inheritance]
    case .none: []
    }
  }
}
