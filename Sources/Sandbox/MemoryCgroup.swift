import Foundation
import Glibc
import Synchronization

/// A cgroup of the second version for one jail: memory and processes are counted for all in it.
///
/// It needs a part of the tree that was delegated to this user, as `systemd-run --user --scope
/// -p Delegate=yes` does. The group is removed with the value, and all in it is killed before.
final class MemoryCgroup: Sendable {
  /// Its folder.
  let path: String

  private static let count = Atomic(0)

  /// Makes a group below this process's own.
  ///
  /// - Throws: ``SandboxError/failed(call:reason:)`` where nothing is delegated.
  convenience init(limits: JailLimits, isNesting: Bool) throws(SandboxError) {
    let parent = try Self.parent.get()
    let number = Self.count.add(1, ordering: .relaxed).newValue
    try self.init(making: "\(parent)/hone-\(getpid())-\(number)")
    if let memory = limits.memoryMiB {
      // One that builds cells has as many address spaces as it has processes.
      let shares = isNesting ? limits.processes ?? 1 : 1
      let mebibytes = memory * shares + (limits.scratchMiB ?? 0)
      try Self.write("\(mebibytes << 20)", to: path + "/memory.max")
      try Self.write("0", to: path + "/memory.swap.max", ifThere: true)
    }
    if let processes = limits.processes {
      // Two of bubblewrap's own.
      try Self.write("\(processes + 2)", to: path + "/pids.max")
    }
  }

  private init(making path: String) throws(SandboxError) {
    self.path = path
    guard unsafe mkdir(path, 0o755) == 0 else {
      throw .failed(call: "mkdir \(path)", reason: reason(errno))
    }
  }

  deinit {
    // Where the kernel has no cgroup.kill, the jail's first process took all others along.
    try? Self.write("1", to: path + "/cgroup.kill", ifThere: true)
    // It is busy until the last process is reaped.
    for _ in 0..<200 where unsafe rmdir(path) != 0 && errno == EBUSY { usleep(1000) }
  }

  // MARK: - The tree

  /// The folder below which groups can be made, found once.
  private static let parent: Result<String, SandboxError> = Result { () throws(SandboxError) in
    let own: String
    do {
      own = try String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)
    } catch {
      throw .failed(call: "/proc/self/cgroup", reason: error.localizedDescription)
    }
    guard let line = own.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else {
      throw .failed(call: "cgroup v2", reason: "this process is in none")
    }
    let folder = "/sys/fs/cgroup" + line.dropFirst("0::".count)
    guard
      let controllers = try? String(contentsOfFile: folder + "/cgroup.controllers", encoding: .utf8)
    else { throw .failed(call: folder, reason: "it is no cgroup of version 2") }
    let names = Set(controllers.split { $0 == " " || $0 == "\n" })
    guard names.isSuperset(of: ["memory", "pids"]) else {
      throw .failed(call: folder, reason: "it has no controllers for memory and processes")
    }
    // A group with processes of its own gives no controllers to groups below it: this process
    // moves into one of its own first.
    if (try? write("+memory +pids", to: folder + "/cgroup.subtree_control")) == nil {
      let leaf = "\(folder)/hone-\(getpid())"
      guard unsafe mkdir(leaf, 0o755) == 0 else {
        throw .failed(call: "mkdir \(leaf)", reason: reason(errno))
      }
      try write("\(getpid())", to: leaf + "/cgroup.procs")
      try write("+memory +pids", to: folder + "/cgroup.subtree_control")
    }
    return folder
  }

  private static func write(
    _ text: String, to path: String, ifThere isOptional: Bool = false
  ) throws(SandboxError) {
    let number = unsafe open(path, O_WRONLY | O_CLOEXEC)
    if number < 0, isOptional, errno == ENOENT { return }
    guard number >= 0 else { throw .failed(call: "open \(path)", reason: reason(errno)) }
    let file = Descriptor(owning: number)
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(file.number, bytes, bytes.count) == bytes.count else {
      throw .failed(call: "write \(path)", reason: reason(errno))
    }
  }
}
