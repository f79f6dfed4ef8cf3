package import Foundation
import Glibc

/// Where progress is shown, and what that place can do.
package struct ProgressOutput: Sendable {
  /// Whether a line can be redrawn in place.
  package let isTerminal: Bool
  /// Whether escape sequences for colours are wanted.
  package let hasColours: Bool
  /// Columns at this moment; a window may change.
  package let columns: @Sendable () -> Int
  /// Seconds from any origin.
  package let now: @Sendable () -> Double
  package let write: @Sendable (String) -> Void

  package init(
    isTerminal: Bool, hasColours: Bool, columns: @escaping @Sendable () -> Int,
    now: @escaping @Sendable () -> Double, write: @escaping @Sendable (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.hasColours = hasColours
    self.columns = columns
    self.now = now
    self.write = write
  }

  /// Shows progress on an open file, such as standard output.
  ///
  /// A terminal named `dumb` counts as a file, and `NO_COLOR`, set to anything, as no colours.
  /// `COLUMNS` goes before what the terminal says. Progress that cannot be written, since a reader
  /// has gone, is dropped: it is no reason to end a run.
  package init(
    to handle: FileHandle, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let descriptor = handle.fileDescriptor
    let isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    let stated = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    self.init(
      isTerminal: isTerminal,
      hasColours: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
      columns: { stated ?? Self.columns(of: descriptor) ?? 80 },
      now: { ProcessInfo.processInfo.systemUptime },
      write: { text in
        do {
          try handle.write(contentsOf: Data(text.utf8))
        } catch {
          return  // the reader has gone
        }
      })
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
