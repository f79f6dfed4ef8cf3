import Synchronization
import VerifierKit

/// The verdicts of one call, filled in any order by any thread; whoever fills the last one resumes
/// the caller.
final class VerdictBatch: Sendable {
  private struct State {
    var verdicts: [NamedVerdict?]
    var missing: Int
    var caller: CheckedContinuation<[NamedVerdict], any Error>?
    var isCancelled = false
  }

  let requests: [JudgeRequest]
  private let state: Mutex<State>

  init(_ requests: [JudgeRequest]) {
    self.requests = requests
    state = Mutex(
      State(
        verdicts: Array(repeating: nil, count: requests.count), missing: requests.count))
  }

  /// Whether nobody waits for the verdicts any more.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Remembers who waits.
  ///
  /// - Returns: Whether the batch is to be judged; false where it was cancelled first, and the caller
  ///   has been resumed.
  func start(_ caller: CheckedContinuation<[NamedVerdict], any Error>) -> Bool {
    let isWanted = state.withLock { state in
      if !state.isCancelled { state.caller = caller }
      return !state.isCancelled
    }
    if !isWanted { caller.resume(throwing: CancellationError()) }
    return isWanted
  }

  /// Resumes the caller with a `CancellationError`; later verdicts are dropped.
  func cancel() {
    let caller = state.withLock { state in
      state.isCancelled = true
      return state.caller.take()
    }
    caller?.resume(throwing: CancellationError())
  }

  /// Fills in the verdict on the request `index`, which must have none.
  func finish(_ index: Int, _ verdict: NamedVerdict) {
    let complete: (CheckedContinuation<[NamedVerdict], any Error>, [NamedVerdict])? =
      state.withLock { state in
        precondition(state.verdicts[index] == nil, "request \(index) has a verdict already")
        state.verdicts[index] = verdict
        state.missing -= 1
        guard state.missing == 0, let caller = state.caller.take() else { return nil }
        return (caller, state.verdicts.compactMap { $0 })
      }
    if let (caller, verdicts) = complete { caller.resume(returning: verdicts) }
  }
}

/// One request of a batch, on its way through a plugin.
struct WorkItem: Sendable {
  let batch: VerdictBatch
  let index: Int
  /// How many processes died while they had it.
  var deaths = 0

  var request: JudgeRequest { batch.requests[index] }
}
