import CGit2
import Foundation

/// The files of a folder of a commit, read from the objects and held against what may lie on a disk.
///
/// A repository that nobody trusts is never checked out: its files are read here, by name and mode,
/// and written by whoever wants them.
package struct CommittedFolder: Sendable {
  /// A file and its bytes.
  package struct File: Equatable, Sendable {
    /// Names with `/` between them, each one that ``rule(against:)`` allows.
    package let path: String
    package let isExecutable: Bool
    package let bytes: [UInt8]
  }

  /// The most that is taken.
  package struct Limits: Sendable {
    /// Files and folders.
    package var entries = 2_000
    /// Folders within each other.
    package var depth = 16
    /// Bytes of a commit's own text, and of a list of the files of a folder.
    package var listBytes = 4 << 20
    /// Bytes of one file.
    package var fileBytes = 16 << 20
    /// Bytes of all files.
    package var totalBytes = 64 << 20

    package init() {}
  }

  /// In the order of the tree.
  package private(set) var files: [File] = []

  private let limits: Limits
  private var entries = 0
  private var totalBytes = 0

  /// Reads a folder.
  ///
  /// - Parameters:
  ///   - path: Where it lies in the commit; empty for the root.
  ///   - commit: 40 hexadecimal digits.
  ///   - repository: Holds the commit.
  ///   - limits: The most that is taken.
  /// - Throws: ``GitError/unsafeEntry(path:rule:)`` for links, submodules, special modes and names
  ///   that could lie elsewhere; ``GitError/tooMuch(what:limit:)``; or another ``GitError``.
  package init(
    _ path: String, of commit: String, in repository: borrowing Repository,
    limits: Limits = .init()
  ) throws(GitError) {
    self.limits = limits
    var tree = try repository.tree(of: commit, limit: limits.listBytes)
    for name in path.split(separator: "/", omittingEmptySubsequences: true) {
      if let rule = Self.rule(against: String(name)) {
        throw .unsafeEntry(path: path, rule: rule)
      }
      var found = try repository.entries(of: tree).filter { $0.name == name }
      guard let entry = found.popLast(), found.isEmpty else {
        throw .noFolder(path: path, commit: commit)
      }
      if entry.mode == EntryMode.folder {
        tree = try repository.tree(entry.id, limit: limits.listBytes)
      } else {
        throw entry.refusal(at: path) ?? .noFolder(path: path, commit: commit)
      }
    }
    try read(tree, at: "", depth: 1, repository)
  }

  // MARK: - Walking

  private mutating func read(
    _ tree: borrowing GitHandle, at folder: String, depth: Int,
    _ repository: borrowing Repository
  ) throws(GitError) {
    guard depth <= limits.depth else {
      throw .tooMuch(what: "'\(folder)' lies too deep", limit: "\(limits.depth) folders")
    }
    var seen: Set<String> = []
    for entry in try repository.entries(of: tree) {
      let path = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
      if let rule = Self.rule(against: entry.name) {
        throw .unsafeEntry(path: path, rule: rule)
      }
      if let refusal = entry.refusal(at: path) { throw refusal }
      // On some file systems, names that differ in case alone are one.
      guard seen.insert(entry.name.lowercased()).inserted else {
        throw .unsafeEntry(path: path, rule: "two files of a folder have this name")
      }
      entries += 1
      guard entries <= limits.entries else {
        throw .tooMuch(
          what: "The folder has more than \(limits.entries) files and folders",
          limit: "\(limits.entries)")
      }
      if entry.mode == EntryMode.folder {
        let inner = try repository.tree(entry.id, limit: limits.listBytes)
        try read(inner, at: path, depth: depth + 1, repository)
      } else {
        try take(entry, path, repository)
      }
    }
  }

  private mutating func take(
    _ entry: TreeEntry, _ path: String, _ repository: borrowing Repository
  ) throws(GitError) {
    let size = try repository.size(of: entry.id)
    guard size <= limits.fileBytes else {
      throw .tooMuch(what: "'\(path)' has \(size) bytes", limit: "\(limits.fileBytes)")
    }
    totalBytes += size
    guard totalBytes <= limits.totalBytes else {
      throw .tooMuch(
        what: "The files have more than \(limits.totalBytes) bytes", limit: "\(limits.totalBytes)")
    }
    files.append(
      File(
        path: path, isExecutable: entry.mode & 0o111 != 0,
        bytes: try repository.bytes(of: entry.id)))
  }

  /// Why no file is written under a name; nil where one may be.
  package static func rule(against name: String) -> String? {
    // Windows and macOS hold some other names for `.git`, and such a folder changes what git does.
    let visible = name.lowercased().unicodeScalars.filter {
      !$0.properties.isDefaultIgnorableCodePoint
    }
    let plain = String(String.UnicodeScalarView(visible))
    let shown = String(plain.prefix { $0 != ":" })
      .trimmingCharacters(in: CharacterSet(charactersIn: ". "))
    let isGitLike =
      shown == "git" && plain.hasPrefix(".") || plain.hasPrefix("git~")
      || plain == ".gitmodules" || plain == ".gitattributes"
    return if name.isEmpty || name == "." || name == ".." {
      "a path must not have '\(name)' in it"
    } else if name.contains("/") || name.contains("\\") {
      "a name must not have a slash in it"
    } else if name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      "a name must not have control characters in it"
    } else if name.unicodeScalars.contains("\u{FFFD}") {
      "a name must be UTF-8"
    } else if name.utf8.count > 255 {
      "a name has at most 255 bytes"
    } else if isGitLike {
      "it is a name that git gives a meaning to"
    } else {
      nil
    }
  }
}

/// The modes of entries that are no files.
enum EntryMode {
  static let folder: UInt32 = 0o040000
  static let link: UInt32 = 0o120000
  static let submodule: UInt32 = 0o160000
  static let files: Set<UInt32> = [0o100644, 0o100755, 0o100664]
}

/// An entry of a tree, as it was written.
struct TreeEntry {
  let name: String
  let mode: UInt32
  let id: git_oid

  /// Why it is not taken; nil for files and folders.
  func refusal(at path: String) -> GitError? {
    switch mode {
    case EntryMode.folder: nil
    case EntryMode.link: .unsafeEntry(path: path, rule: "it is a symbolic link")
    case EntryMode.submodule: .unsafeEntry(path: path, rule: "it is a submodule")
    case let mode where EntryMode.files.contains(mode): nil
    default: .unsafeEntry(path: path, rule: "its mode is \(String(mode, radix: 8))")
    }
  }
}

extension Repository {
  /// The entries of a tree, in its order.
  func entries(of tree: borrowing GitHandle) throws(GitError) -> [TreeEntry] {
    let count = unsafe git_tree_entrycount(tree.pointer)
    return (0..<count).compactMap { index in
      guard let entry = unsafe git_tree_entry_byindex(tree.pointer, index),
        let name = unsafe git_tree_entry_name(entry), let id = unsafe git_tree_entry_id(entry)
      else { return nil }
      return unsafe TreeEntry(
        name: String(cString: name), mode: git_tree_entry_filemode_raw(entry).rawValue,
        id: id.pointee)
    }
  }

  /// A tree of at most so many bytes.
  func tree(_ id: git_oid, limit: Int) throws(GitError) -> GitHandle {
    try require(id, below: limit, "The list of a folder's files")
    var id = id
    return try GitHandle("git_tree_lookup", free: git_tree_free) {
      unsafe git_tree_lookup(&$0, handle.pointer, &id)
    }
  }

  /// Refuses an object that says it has more bytes than `limit`, before it is read.
  func require(_ id: git_oid, below limit: Int, _ what: String) throws(GitError) {
    let bytes = try size(of: id)
    guard bytes <= limit else {
      throw .tooMuch(what: "\(what) has \(bytes) bytes", limit: "\(limit)")
    }
  }

  /// The bytes that an object says it has, before it is read.
  func size(of id: git_oid) throws(GitError) -> Int {
    let store = try GitHandle("git_repository_odb", free: git_odb_free) {
      unsafe git_repository_odb(&$0, handle.pointer)
    }
    var (id, size, kind) = (id, 0, GIT_OBJECT_ANY)
    try check("git_odb_read_header") {
      unsafe git_odb_read_header(&size, &kind, store.pointer, &id)
    }
    return size
  }

  /// A blob's contents.
  func bytes(of id: git_oid) throws(GitError) -> [UInt8] {
    var id = id
    let blob = try GitHandle("git_blob_lookup", free: git_blob_free) {
      unsafe git_blob_lookup(&$0, handle.pointer, &id)
    }
    let count = Int(unsafe git_blob_rawsize(blob.pointer))
    guard count > 0, let start = unsafe git_blob_rawcontent(blob.pointer) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
