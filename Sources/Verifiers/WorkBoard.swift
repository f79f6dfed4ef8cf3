import Sandbox
import Synchronization
import VerifierKit

/// What is to be judged by one plugin, shared by its callers and its workers.
final class WorkBoard: Sendable {
  private struct State {
    var queue: [WorkItem] = []
    /// How many of ``queue`` are taken already.
    var taken = 0
    /// Items that a process died with; each is asked alone, so that its next death is surely its own.
    var suspects: [WorkItem] = []
    var workers: Int
    var isClosed = false
    /// Counts cancellations; a worker that sees it change ends its process.
    var interruptions = 0
    /// Why no worker is left; nil while there is one.
    var end: String?
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let name: String
  private let state: Mutex<State>
  /// One for each worker.
  private let wakes: [WakeSignal]

  init(name: String, wakes: [WakeSignal]) {
    (self.name, self.wakes) = (name, wakes)
    state = Mutex(State(workers: wakes.count))
  }

  // MARK: - For callers

  /// Puts a batch into the queue, or ends it at once where no worker is left.
  func submit(_ batch: VerdictBatch) {
    let items = batch.requests.indices.map { WorkItem(batch: batch, index: $0) }
    let end = state.withLock { state in
      if state.end == nil { state.queue += items }
      return state.end
    }
    if let end { fail(items, end) }
    wakeWorkers()
  }

  /// Tells the workers to end their processes; what is still wanted goes on with fresh ones.
  func interrupt() {
    state.withLock { $0.interruptions += 1 }
    wakeWorkers()
  }

  /// Tells the workers to end; what is not judged by then is unscored.
  func close() {
    state.withLock { $0.isClosed = true }
    wakeWorkers()
  }

  /// Waits until no worker is left.
  func waitForEnd() async {
    await withCheckedContinuation { waiter in
      let isOver = state.withLock { state in
        if state.workers > 0 { state.waiters.append(waiter) }
        return state.workers == 0
      }
      if isOver { waiter.resume() }
    }
  }

  // MARK: - For workers

  var isClosed: Bool { state.withLock { $0.isClosed } }
  var interruptions: Int { state.withLock { $0.interruptions } }
  var hasWork: Bool {
    state.withLock { $0.taken < $0.queue.count || !$0.suspects.isEmpty }
  }

  /// Takes what to ask next: at most `room` items, or one suspect where the worker holds nothing.
  func take(room: Int, isIdle: Bool) -> [WorkItem] {
    state.withLock { state in
      if isIdle, let suspect = state.suspects.popLast() { return [suspect] }
      var items: [WorkItem] = []
      while items.count < room, state.taken < state.queue.count {
        let item = state.queue[state.taken]
        state.taken += 1
        if !item.batch.isCancelled { items.append(item) }
      }
      if state.taken == state.queue.count { (state.queue, state.taken) = ([], 0) }
      return items
    }
  }

  /// Puts back what was asked in vain.
  func putBack(_ items: [WorkItem], areSuspects: Bool) {
    let wanted = items.filter { !$0.batch.isCancelled }
    state.withLock { state in
      if areSuspects {
        state.suspects += wanted
      } else {
        state.queue += wanted
      }
    }
  }

  /// Notes that a worker is gone for good; the last one leaves nothing unjudged behind.
  func retire(_ reason: String) {
    let (items, waiters) = state.withLock { state in
      state.workers -= 1
      guard state.workers == 0 else { return ([WorkItem](), [CheckedContinuation<Void, Never>]()) }
      state.end = reason
      let items = Array(state.queue[state.taken...]) + state.suspects
      let waiters = state.waiters
      (state.queue, state.taken, state.suspects, state.waiters) = ([], 0, [], [])
      return (items, waiters)
    }
    fail(items, reason)
    for waiter in waiters { waiter.resume() }
    wakeWorkers()
  }

  /// Leaves items unscored.
  func fail(_ items: [WorkItem], _ reason: String) {
    for item in items {
      item.batch.finish(
        item.index,
        NamedVerdict(verifier: name, verdict: .unscored(reason: reason), seconds: 0))
    }
  }

  private func wakeWorkers() {
    for wake in wakes { wake.signal() }
  }
}
