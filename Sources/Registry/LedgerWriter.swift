import Dispatch
import Synchronization

/// Writes what a run did on a queue of its own, so that the trainer does not wait for a disk.
///
/// Items that wait are written in one transaction, each entirely or not at all, in the order in
/// which they came. Once so many wait, ``append(_:)`` waits too: memory stays bounded. The first
/// failure ends the writing, and every later call throws it.
package final class LedgerWriter: Sendable {
  /// Items that may wait.
  package static let capacity = 8

  private let ledger: Ledger
  private let written: @Sendable ([any LedgerItem]) throws -> Void
  private let queue = DispatchQueue(label: "hone.ledger")
  private let room: DispatchSemaphore
  private let state = Mutex(State())

  private struct State {
    var waiting: [any LedgerItem] = []
    var failure: (any Error)?
  }

  /// - Parameters:
  ///   - ledger: Where to write.
  ///   - capacity: Items that may wait.
  ///   - written: Is called on the writer's queue with items that are on the disk.
  package init(
    _ ledger: Ledger, capacity: Int = capacity,
    written: @escaping @Sendable ([any LedgerItem]) throws -> Void = { _ in }
  ) {
    (self.ledger, self.written) = (ledger, written)
    room = DispatchSemaphore(value: capacity)
  }

  /// Hands an item over.
  ///
  /// - Throws: What ended the writing, where an earlier item failed.
  package func append(_ item: any LedgerItem) throws {
    try throwFailure()
    room.wait()
    state.withLock { $0.waiting.append(item) }
    queue.async { self.writeWaiting() }
  }

  /// Waits until all items are on the disk.
  ///
  /// - Throws: What ended the writing.
  package func drain() throws {
    queue.sync {}
    try throwFailure()
  }

  /// Waits until nothing is being written, also where the writing failed.
  package func settle() { queue.sync {} }

  // MARK: - On the queue

  private func writeWaiting() {
    let (items, hasFailed) = state.withLock { state in
      defer { state.waiting = [] }
      return (state.waiting, state.failure != nil)
    }
    defer { for _ in items { room.signal() } }
    guard !items.isEmpty, !hasFailed else { return }
    do {
      try ledger.write { database in
        for item in items { try item.insert(into: database) }
      }
      try written(items)
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  private func throwFailure() throws {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }
}
