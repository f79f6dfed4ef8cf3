import Foundation

/// Where a repository is fetched from: an `https://` or `file://` address, or a folder.
package struct RepositoryAddress: Equatable, Sendable {
  /// As libgit2 takes it.
  package let text: String

  /// Checks an address.
  ///
  /// - Throws: ``GitError/unusableAddress(_:rule:)`` for other protocols, and for one that holds a
  ///   user, a password or a query, which would end up in a file that is shared.
  package init(_ text: String) throws(GitError) {
    func refuse(_ rule: String) -> GitError { .unusableAddress(text, rule: rule) }
    guard !text.isEmpty, text.utf8.count <= 2_000,
      text == text.printable
    else { throw refuse("it is empty, too long, or has control characters") }
    if let scheme = text.firstRange(of: "://") {
      let name = text[..<scheme.lowerBound].lowercased()
      guard ["https", "file"].contains(name) else {
        throw refuse("'\(name)' is a protocol that is not spoken")
      }
      guard !text[scheme.upperBound...].prefix(while: { $0 != "/" }).contains("@") else {
        throw refuse("it names a user; credentials are neither kept nor asked for")
      }
      guard name == "file" || !text.contains(where: { "?#".contains($0) }) else {
        throw refuse(
          "it has a query, which may be a secret; credentials are neither kept nor asked for")
      }
    } else {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: text, isDirectory: &isFolder),
        isFolder.boolValue
      else { throw refuse("it is no folder, and no address of a protocol that is spoken") }
    }
    self.text = text
  }

  /// Splits `ADDRESS@REFERENCE` at the last `@` behind the host's name.
  ///
  /// - Returns: The address, and the reference where there is one; a folder that is there is taken
  ///   whole.
  package static func split(_ text: String) -> (address: String, reference: String?) {
    if FileManager.default.fileExists(atPath: text) { return (text, nil) }
    let path = text.firstRange(of: "://").map {
      text[$0.upperBound...].drop { $0 != "/" }
    }
    guard let at = (path ?? text[...]).lastIndex(of: "@") else { return (text, nil) }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }
}
