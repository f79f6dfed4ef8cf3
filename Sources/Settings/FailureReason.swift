import Foundation

/// Why the system refused a file, as the end of a sentence: without a full stop, and without the
/// phrase that Foundation begins with.
package func failureReason(_ error: any Error) -> String {
  if let cocoa = error as? CocoaError {
    switch cocoa.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "it does not exist"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "the disk is full"
    default: break
    }
    if let cause = cocoa.underlying ?? cocoa.userInfo[NSUnderlyingErrorKey] as? any Error,
      let system = cause as? POSIXError
    {
      return String(cString: strerror(system.code.rawValue)).lowercased()
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
