import Foundation
import Testing

/// A namespace of mounts, as `unshare` makes it for root.
///
/// One of users, which anybody may make, does not do: jails cannot be built in it.
enum MountNamespace {
  static let options = ["--mount"]

  /// Whether a test may mount in one.
  static let isAllowed: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = options + ["mount", "-t", "tmpfs", "none", "/mnt"]
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      return false
    }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()
}

/// Disks that are full or cannot be written, made of a file system in memory in a namespace.
@Suite(
  .serialized,
  .enabled(if: MountNamespace.isAllowed, "SKIPPED: only root may mount a full disk"))
struct FullDiskTests {
  /// Runs a script in the run's folder, in a namespace in which it may mount.
  private func script(_ text: String, in run: MiniRun) async throws -> HoneProcess {
    let process = try HoneProcess(
      program: "/usr/bin/unshare",
      MountNamespace.options + ["/bin/bash", "-euc", text, HoneProcess.hone], in: run.folder)
    #expect(await process.exitCode == 0, "\(process.errorText)")
    return process
  }

  /// Sizes in KiB from less than a ledger to all but the last checkpoint.
  @Test(arguments: [100, 3_000, 5_000, 12_000, 20_000, 27_000])
  func `a run on a disk that is full stops with a reason, and goes on when there is room`(
    kibibytes: Int
  ) async throws {
    let run = try MiniRun()
    let process = try await script(
      """
      mkdir runs && mount -t tmpfs -o size=\(kibibytes)k none runs
      if "$0" run mini.yaml --runs runs 2>full.txt; then echo "the disk was large enough" >&2; exit 9; fi
      mount -o remount,size=200m runs
      if [ -e runs/mini-1/run.json ]
      then "$0" run --resume runs/mini-1
      else rm -rf runs/*; "$0" run mini.yaml --runs runs
      fi
      mkdir kept && cp -a runs/. kept && umount runs && rmdir runs && mv kept runs
      """, in: run)
    let said = try String(contentsOf: run.folder.appending(path: "full.txt"), encoding: .utf8)
    #expect(
      said.lowercased().contains("full") || said.contains("No space left"),
      "\(said) \(process.errorText)")
    try await run.expectUnbroken("on a disk of \(kibibytes) KiB")
  }

  @Test func `a folder that cannot be written is named, and can still be looked at`() async throws {
    let run = try MiniRun()
    _ = try await script(
      """
      mkdir runs && mount -t tmpfs -o size=200m none runs
      "$0" run mini.yaml --runs runs
      sed -i s/finished/interrupted/ runs/mini-1/run.json
      mount -o remount,ro runs
      if "$0" run --resume runs/mini-1 2>refused.txt; then exit 9; fi
      if "$0" run mini.yaml --runs runs 2>>refused.txt; then exit 9; fi
      "$0" runs list >list.txt
      "$0" runs show mini-1 >show.txt
      "$0" runs show mini-1 --round 2 --rollouts --limit 1 >>show.txt
      """, in: run)
    func text(_ name: String) throws -> String {
      try String(contentsOf: run.folder.appending(path: name), encoding: .utf8)
    }
    let (refused, list, show) = (
      try text("refused.txt"), try text("list.txt"), try text("show.txt")
    )
    #expect(refused.contains("runs") && refused.contains("ead-only"), "\(refused)")
    #expect(list.contains("mini-1  interrupted  mini"), "\(list)")
    #expect(show.contains("reward") && show.contains("arithmetic"), "\(show)")
  }
}
