/// How much a sandbox takes away from what runs in it, least first.
package enum SandboxLevel: String, Codable, CaseIterable, Comparable, Sendable {
  /// Limits on resources, an empty environment, a session of its own; files, network and other
  /// processes of the user stay reachable.
  case none
  /// No namespaces: a fence around files, sockets, signals and system calls.
  case landlockOnly
  /// Namespaces with a root of their own, the fence and the filter; memory is limited for each
  /// process, not for all together.
  case noMemoryCgroup
  /// All of that, and memory and processes are limited for all together by a cgroup.
  case full

  /// The weakest level at which untrusted programs run without being asked for it.
  package static let weakestByDefault = SandboxLevel.noMemoryCgroup

  package static func < (one: SandboxLevel, other: SandboxLevel) -> Bool { one.rank < other.rank }

  /// What is lost against the level `full`, as the end of a sentence.
  package var loss: String {
    switch self {
    case .full: "nothing is lost"
    case .noMemoryCgroup:
      "memory is bounded by processes times address space, not for all processes together"
    case .landlockOnly:
      """
      there are no namespaces: names and sizes of files can be asked for, other processes are \
      listed, and what leaves its process group outlives the jail
      """
    case .none: "files, the network and other processes of the user stay within reach"
    }
  }

  /// How `jail` is told to build it.
  var wall: String {
    switch self {
    case .full, .noMemoryCgroup: "jail"
    case .landlockOnly: "fence"
    case .none: "limits"
    }
  }

  /// Whether the command sees a root of its own.
  var hasOwnRoot: Bool { self >= .noMemoryCgroup }

  private var rank: Int {
    switch self {
    case .none: 0
    case .landlockOnly: 1
    case .noMemoryCgroup: 2
    case .full: 3
    }
  }
}
