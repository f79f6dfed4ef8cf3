import Digests
import Foundation
import Glibc
import Logging
import Sandbox
import Settings
import Synchronization
import VerifierKit

/// What a plugin made once of the files that its settings name, such as an index, and reads at every
/// start.
///
/// It lies in a folder of the user's cache, named by a digest of what it was made of: the contents
/// of the files, the plugin's name and version, and which build of its executable. Another table or
/// another build has another name, so that none is ever stale. A file gets its name only when it is
/// whole and on the disk. Who comes at the same time makes it as well; the last one's takes the
/// name, with equal bytes.
struct PreparedFile {
  /// Days without use after which a prepared file is removed.
  private static let keptDays = 30.0
  /// Seconds after which a file without its final name belongs to nobody who still works.
  private static let abandonedSeconds = 86_400.0

  /// Where prepared files lie, in a folder for each plugin.
  static let defaultCache =
    (FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    ?? FileManager.default.temporaryDirectory).appending(path: "hone/prepared")

  private let manifest: VerifierManifest
  private let files: PluginFiles
  private let folder: URL

  init(_ manifest: VerifierManifest, files: PluginFiles, cache: URL) {
    (self.manifest, self.files) = (manifest, files)
    folder = cache.appending(path: manifest.name, directoryHint: .isDirectory)
  }

  /// Finds the prepared file, and makes it first where it is not there.
  ///
  /// - Parameters:
  ///   - command: How the plugin is started for work; the preparation has its own limits.
  ///   - preparation: Those limits.
  ///   - sandbox: What starts it.
  ///   - log: Where a preparation is told, since it may take long.
  /// - Returns: The file's path.
  /// - Throws: ``VerifierError/notPrepared(verifier:reason:)``, or `unusableFile` for a file that
  ///   cannot be read.
  func path(
    preparing command: JailedCommand, _ preparation: VerifierManifest.Preparation,
    in sandbox: Sandbox, log: Logger
  ) throws(VerifierError) -> String {
    let name = try digest(command.executable)
    let file = folder.appending(path: name)
    if FileManager.default.fileExists(atPath: file.path) {
      do {
        try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file.path)
      } catch {
        log.debug("\(file.path): \(failureReason(error))")  // it may be another user's; it is read
      }
      return file.path
    }
    log.info("verifier '\(manifest.name)' prepares \(files.files.map(\.url.lastPathComponent))")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      sweep(log)
      let beside = folder.appending(path: ".\(name).\(getpid()).\(Self.number())")
      defer { unlink(beside.path) }
      try PreparationRun(manifest, files: files, sandbox: sandbox)
        .run(command, preparation, into: beside)
      guard rename(beside.path, file.path) == 0 else {
        throw PreparationFailure("\(file.path): \(String(cString: strerror(errno)))")
      }
    } catch let failure as PreparationFailure {
      throw .notPrepared(verifier: manifest.name, reason: failure.reason)
    } catch {
      throw .notPrepared(
        verifier: manifest.name, reason: "\(folder.path): \(failureReason(error))")
    }
    return file.path
  }

  // MARK: - Names

  private static let numbers = Mutex(0)

  private static func number() -> Int {
    numbers.withLock { number in
      number += 1
      return number
    }
  }

  private func digest(_ executable: String) throws(VerifierError) -> String {
    var hash = SHA256()
    func add(_ text: String) { hash.update(Array("\(text.utf8.count):\(text)".utf8)) }
    add(manifest.name)
    add(manifest.version ?? "")
    for word in manifest.command { add(word) }
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: executable)
      let date = attributes[.modificationDate] as? Date
      add("\((attributes[.size] as? NSNumber)?.intValue ?? 0)")
      add("\(date?.timeIntervalSinceReferenceDate ?? 0)")
    } catch {
      throw .notPrepared(
        verifier: manifest.name, reason: "\(executable): \(failureReason(error))")
    }
    for (setting, url) in files.files {
      add(setting)
      add(url.pathExtension)
      do {
        let handle = try FileHandle(forReadingFrom: url)
        defer { handle.closeFile() }
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
          hash.update(Array(data))
        }
      } catch {
        throw .unusableFile(
          verifier: manifest.name, setting: setting, path: url.path, reason: failureReason(error))
      }
    }
    return hash.hexadecimal
  }

  /// Removes what nobody has used for long.
  ///
  /// A process that still reads such a file keeps its pages.
  private func sweep(_ log: Logger) {
    let keys: Set<URLResourceKey> = [.contentModificationDateKey]
    do {
      for url in try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: Array(keys))
      {
        let date = try url.resourceValues(forKeys: keys).contentModificationDate ?? Date()
        let isPartial = url.lastPathComponent.hasPrefix(".")
        let kept = isPartial ? Self.abandonedSeconds : Self.keptDays * 86_400
        if -date.timeIntervalSinceNow > kept { try FileManager.default.removeItem(at: url) }
      }
    } catch {
      log.debug("\(folder.path): \(failureReason(error))")  // another process may sweep as well
    }
  }
}

/// Why a preparation failed.
struct PreparationFailure: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
