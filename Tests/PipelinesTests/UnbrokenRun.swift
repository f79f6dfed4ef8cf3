import Foundation
import Testing

/// One run that nothing disturbed, for all tests.
enum UnbrokenRun {
  /// How long it took is how far random moments reach.
  static let shared = Task {
    let start = SuspendingClock.now
    let run = try await MiniRun.unbroken()
    return (run: run, took: SuspendingClock.now - start)
  }
}

extension MiniRun {
  /// Expects the run to be finished and to have left what an unbroken one leaves.
  func expectUnbroken(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let expected = try await UnbrokenRun.shared.value.run.outcome()
    let found = try outcome()
    #expect(
      found.keys.sorted() == expected.keys.sorted(), "\(what)", sourceLocation: sourceLocation)
    for (name, bytes) in expected.sorted(by: { $0.key < $1.key }) {
      #expect(found[name] == bytes, "\(name), \(what)", sourceLocation: sourceLocation)
    }
    #expect(try status == "finished", sourceLocation: sourceLocation)
  }
}
