import Dispatch
import Glibc
import Synchronization

/// Turns the wish to stop (Ctrl-C, or a polite kill) into a flag that a run looks at between rounds.
///
/// The first signal raises the flag, so that the round ends and a checkpoint is written. The
/// second ends the process at once with code 130, as shells expect after an interrupt. Where signals
/// are patient, any number of them is one wish: a supervisor that does not know whether it has asked
/// asks again.
package final class InterruptFlag: Sendable {
  /// What a signal leads to.
  package enum Response: Equatable, Sendable {
    case finishRound
    case nothing
    case exitNow
  }

  /// A second signal within so many seconds is the same wish: `timeout` signals both the process
  /// and its group, a terminal and a supervisor may each pass on one.
  package static let sameWishSeconds = 0.1

  private let raisedAt = Mutex<Double?>(nil)
  private let watch: SignalWatch

  /// Takes the signals over from their default, which is to die.
  ///
  /// - Parameters:
  ///   - signals: Those that ask the process to stop.
  ///   - patient: Those of them that, when they come again, change nothing.
  ///   - now: Seconds from any origin.
  ///   - finishing: Is called at the first signal, from a queue of its own: the place to say that
  ///     the round is being finished, and that a second signal stops at once.
  ///   - exit: Ends the process.
  package init(
    signals: [Int32] = [SIGINT, SIGTERM], patient: Set<Int32> = [],
    now: @escaping @Sendable () -> Double = {
      Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    },
    finishing: @escaping @Sendable () -> Void = {},
    exit: @escaping @Sendable (Int32) -> Void = { _exit($0) }
  ) {
    watch = SignalWatch(signals)
    watch.start { [weak self] signal in
      switch self?.receive(at: now(), isPatient: patient.contains(signal)) {
      case .finishRound: finishing()
      case .exitNow: exit(130)
      case .nothing, nil: break
      }
    }
  }

  deinit { watch.stop() }

  /// Whether the run should stop at its next resting place.
  package var isRaised: Bool { raisedAt.withLock { $0 != nil } }

  /// Decides what a signal leads to.
  ///
  /// - Parameters:
  ///   - seconds: When it arrived.
  ///   - isPatient: Whether it changes nothing where it is not the first.
  /// - Returns: What to do about it.
  package func receive(at seconds: Double, isPatient: Bool = false) -> Response {
    raisedAt.withLock { raisedAt in
      guard let first = raisedAt else {
        raisedAt = seconds
        return .finishRound
      }
      return isPatient || seconds - first < Self.sameWishSeconds ? .nothing : .exitNow
    }
  }
}
