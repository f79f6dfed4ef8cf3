import Dispatch
import Glibc
import Synchronization

/// Signals that are handled on a queue in place of their default.
package final class SignalWatch: Sendable {
  private let signals: [Int32]
  private let sources: Mutex<[any DispatchSourceSignal]>

  package init(_ signals: [Int32]) {
    self.signals = signals
    sources = Mutex([])
  }

  /// Returns once each signal is watched; one that comes earlier has its default effect.
  ///
  /// - Parameter handler: Is given the signal.
  package func start(_ handler: @escaping @Sendable (Int32) -> Void) {
    let queue = DispatchQueue(label: "hone.interrupt")
    let watched = DispatchSemaphore(value: 0)
    for number in signals {
      sources.withLock { sources in
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { handler(number) }
        source.setRegistrationHandler { watched.signal() }
        source.resume()
        sources.append(source)
      }
      watched.wait()
    }
  }

  package func stop() {
    sources.withLock { for source in $0 { source.cancel() } }
    for number in signals { signal(number, SIG_DFL) }
  }
}
