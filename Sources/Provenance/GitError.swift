import Foundation

/// What stops a repository from being read, fetched or written.
package enum GitError: Error, Equatable, CustomStringConvertible {
  /// libgit2 refused a call.
  case refused(call: String, code: Int32, reason: String)
  /// An address that is not fetched from.
  case unusableAddress(String, rule: String)
  /// Fetching from an address failed on the way.
  case unreachable(String, reason: String)
  /// Nobody who is trusted certifies the server.
  case untrusted(String, reason: String)
  /// Nothing in the repository has this name.
  case unknownReference(String, repository: String)
  /// The repository has no commit yet.
  case noCommit(repository: String)
  /// A commit has no such folder.
  case noFolder(path: String, commit: String)
  /// A commit holds an entry that is never written to a disk.
  case unsafeEntry(path: String, rule: String)
  /// There is more than is taken.
  case tooMuch(what: String, limit: String)
  /// A file or folder of this machine could not be written.
  case unwritable(path: String, reason: String)

  package var description: String {
    switch self {
    case .refused(let call, let code, let reason):
      "The repository cannot be read: \(reason.printable) (\(call), \(code))."
    case .unusableAddress(let address, let rule):
      """
      '\(Repository.withoutSecrets(address).printable)' cannot be fetched: \(rule). Name an https:// \
      or file:// address, or a folder.
      """
    case .unreachable(let address, let reason):
      """
      '\(address)' cannot be fetched: \(reason.printable). Check the address and the network, then try \
      again.
      """
    case .untrusted(let address, let reason):
      """
      '\(address)' cannot be fetched: \(reason.printable). Where an authority of your own certifies \
      it, name the file of its certificate in SSL_CERT_FILE.
      """
    case .unknownReference(let name, let repository):
      "\(repository) has no tag, branch or commit '\(name)'. Correct the name."
    case .noCommit(let repository):
      "\(repository) has no commit yet. Commit something first."
    case .noFolder(let path, let commit):
      "Commit \(commit.prefix(12)) has no folder '\(path)'. Correct --path."
    case .unsafeEntry(let path, let rule):
      "'\(path.printable)' is refused: \(rule). Nothing was taken; ask the repository's author to remove it."
    case .tooMuch(let what, let limit):
      "\(what.printable), more than the \(limit) that are taken. Make it smaller, or name a part of it."
    case .unwritable(let path, let reason):
      "'\(path)' cannot be written: \(reason)."
    }
  }

  /// Whether libgit2 said that there is no such thing.
  var isNotFound: Bool {
    guard case .refused(_, let code, _) = self else { return false }
    return code == GitCode.notFound
  }

  /// Whether libgit2 said that a name stands for nothing, for several things, or is none.
  var isUnusableName: Bool {
    guard case .refused(_, let code, _) = self else { return false }
    return GitCode.unusableNames.contains(code)
  }
}

extension String {
  /// The text without what would move a terminal's cursor or turn its direction.
  package var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          [.control, .format, .lineSeparator, .paragraphSeparator]
            .contains(scalar.properties.generalCategory) ? "?" : scalar
        }))
  }
}
