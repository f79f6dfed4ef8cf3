import Foundation

/// The reason of a path at which nothing is: most often a name that was written wrongly.
package let missingFileReason = "it does not exist"

/// Why the system refused a file, as the end of a sentence: without a full stop, and without the
/// phrase that Foundation begins with.
package func failureReason(_ error: any Error) -> String {
  if let cocoa = error as? CocoaError {
    switch cocoa.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return missingFileReason
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "the disk is full"
    default: break
    }
    // As `NSError`, since a file handle's cause has the domain of POSIX and not its Swift type.
    if let cause = cocoa.underlying ?? cocoa.userInfo[NSUnderlyingErrorKey] as? any Error,
      case let system = cause as NSError, system.domain == NSPOSIXErrorDomain
    {
      return system.code == Int(EISDIR)
        ? "it is a folder" : String(cString: strerror(Int32(system.code))).lowercased()
    }
  }
  var text = error.localizedDescription
  for phrase in ["The operation could not be completed. ", "The operation couldn’t be completed. "]
  where text.hasPrefix(phrase) {
    text.removeFirst(phrase.count)
  }
  while text.hasSuffix(".") { text.removeLast() }
  return text
}
