import CGit2
import Foundation

/// Codes of libgit2 that decide what happens next.
enum GitCode {
  static let notFound = GIT_ENOTFOUND.rawValue
  static let untrusted = GIT_ECERTIFICATE.rawValue
  static let unusableNames = [
    GIT_ENOTFOUND, GIT_EAMBIGUOUS, GIT_EINVALIDSPEC, GIT_EPEEL,
  ].map(\.rawValue)
  /// A callback of ours ended the call.
  static let ended = GIT_EUSER.rawValue
}

/// libgit2, made ready at its first use.
enum GitLibrary {
  /// Negative where it cannot be used.
  ///
  /// A repository may belong to another user, as in containers and on mounted disks. The git program
  /// refuses those, since their settings can name programs that it would start; libgit2 starts no
  /// program for whatever a repository says, so nothing is won by refusing.
  static let status: CInt = {
    let started = git_libgit2_init()
    return started < 0 ? started : hone_git_validate_owners(0)
  }()

  /// Trusts the authorities that `SSL_CERT_FILE` and `SSL_CERT_DIR` name in place of the system's, as
  /// other programs do: those of a company, say.
  ///
  /// - Throws: ``GitError/refused(call:code:reason:)`` where they cannot be read.
  static func trustNamedAuthorities() throws(GitError) {
    let environment = ProcessInfo.processInfo.environment
    let (file, folder) = (environment["SSL_CERT_FILE"], environment["SSL_CERT_DIR"])
    guard file != nil || folder != nil else { return }
    try check("git_libgit2_opts") { unsafe hone_git_trust(file, folder) }
  }
}

/// Calls libgit2, and turns a failure into an error with its words.
///
/// - Parameters:
///   - call: The function's name, for the message.
///   - body: The call.
/// - Returns: What it returned: 0, or a number of its own.
/// - Throws: ``GitError/refused(call:code:reason:)``.
@discardableResult
func check(_ call: String, _ body: () -> CInt) throws(GitError) -> CInt {
  let code = GitLibrary.status < 0 ? GitLibrary.status : body()
  guard code < 0 else { return code }
  let reason = unsafe git_error_last().flatMap { error in
    unsafe error.pointee.message.map { unsafe String(cString: $0) }
  }
  throw .refused(call: call, code: code, reason: reason ?? "it gives no reason")
}

/// An object of libgit2, freed with the value.
struct GitHandle: ~Copyable {
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// Asks libgit2 for an object.
  ///
  /// - Parameters:
  ///   - call: The function that makes it, for the message.
  ///   - free: The function that frees it.
  ///   - make: The call, which writes the object's address.
  /// - Throws: ``GitError/refused(call:code:reason:)``.
  init(
    _ call: String, free: @escaping (OpaquePointer?) -> Void,
    _ make: (inout OpaquePointer?) -> CInt
  ) throws(GitError) {
    var pointer: OpaquePointer?
    try check(call) { make(&pointer) }
    guard let pointer = unsafe pointer else {
      throw .refused(call: call, code: 0, reason: "it made nothing")
    }
    unsafe self.pointer = pointer
    self.free = free
  }

  deinit { unsafe free(pointer) }
}

/// Text that libgit2 makes, of at most `limit` bytes.
///
/// - Throws: ``GitError``, also where there is more.
func gitText(
  _ call: String, _ write: (UnsafeMutablePointer<git_buf>) -> CInt
) throws(GitError) -> [UInt8] {
  var buffer = git_buf()
  defer { unsafe git_buf_dispose(&buffer) }
  try check(call) { unsafe write(&buffer) }
  guard let start = unsafe buffer.ptr else { return [] }
  return unsafe start.withMemoryRebound(to: UInt8.self, capacity: buffer.size) {
    unsafe Array(UnsafeBufferPointer(start: $0, count: buffer.size))
  }
}

/// The name of an object: the SHA-1 of its contents.
struct ObjectID {
  var value = git_oid()

  init() {}

  init(_ value: git_oid) { self.value = value }

  /// - Throws: ``GitError`` for what is not 40 hexadecimal digits.
  init(_ text: String) throws(GitError) {
    var value = git_oid()
    guard text.utf8.count == Int(GIT_OID_HEXSZ) else {
      throw .unknownReference(text, repository: "The repository")
    }
    try check("git_oid_fromstr") { unsafe git_oid_fromstr(&value, text) }
    self.value = value
  }

  /// 40 lower-case hexadecimal digits.
  var text: String {
    var digits = [CChar](repeating: 0, count: Int(GIT_OID_HEXSZ))
    var value = value
    unsafe git_oid_fmt(&digits, &value)
    return String(decoding: digits.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
