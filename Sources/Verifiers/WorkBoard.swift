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
    /// Failures of processes since the last answer.
    var failuresInARow = 0
    /// Why the plugin may not be started any more; nil while it may.
    var disabled: String?
    /// Why the plugin refused its settings; nil where it did not.
    var refusal: String?
    /// How processes failed, the latest last.
    var failures: [String] = []
    /// Failures so far.
    var failureCount = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// Failures in a row, without an answer between them, after which the plugin is disabled.
  static let failureLimit = 3
  /// Failures whose words are kept.
  static let keptFailures = 16

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
    if let end { fail(items, end, .disabled) }
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
  /// Why the plugin may not be started any more; nil while it may.
  var disabled: String? { state.withLock { $0.disabled } }
  /// Why the plugin refused its settings; nil where it did not.
  var refusal: String? { state.withLock { $0.refusal } }
  /// How processes failed, the latest last, and how many did.
  var failures: (latest: [String], count: Int) {
    state.withLock { ($0.failures, $0.failureCount) }
  }
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

  /// Notes that a process answered, which ends a row of failures.
  func noteAnswers() {
    state.withLock { $0.failuresInARow = 0 }
  }

  /// Notes that a process failed.
  ///
  /// - Parameter failure: How.
  /// - Returns: Why the plugin is disabled, where this failure, in a row of them, does that.
  func noteFailure(_ failure: String) -> String? {
    let disabled = state.withLock { state -> String? in
      state.failuresInARow += 1
      state.failureCount += 1
      state.failures.append(failure)
      if state.failures.count > Self.keptFailures { state.failures.removeFirst() }
      guard state.failuresInARow >= Self.failureLimit, state.disabled == nil else { return nil }
      state.disabled = """
        verifier '\(name)' was disabled after \(Self.failureLimit) failures in a row; at last: \
        \(failure)
        """
      return state.disabled
    }
    if disabled != nil { wakeWorkers() }
    return disabled
  }

  /// Notes that the plugin refused its settings, with which no other process would do better.
  func noteRefusal(_ reason: String) {
    state.withLock { state in
      state.refusal = state.refusal ?? reason
      state.disabled = state.disabled ?? reason
    }
    wakeWorkers()
  }

  /// Notes that a worker gave up, so that the plugin is disabled once the last one does.
  func noteDisabled(_ reason: String) {
    state.withLock { state in
      if state.disabled == nil, state.workers == 1 { state.disabled = reason }
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
    fail(items, reason, .disabled)
    for waiter in waiters { waiter.resume() }
    wakeWorkers()
  }

  /// Leaves items unscored.
  func fail(
    _ items: [WorkItem], _ reason: String, _ fault: VerifierFault, seconds: Double = 0
  ) {
    for item in items {
      item.batch.finish(
        item.index,
        NamedVerdict(
          verifier: name, verdict: .unscored(reason: reason), seconds: seconds, fault: fault))
    }
  }

  private func wakeWorkers() {
    for wake in wakes { wake.signal() }
  }
}
