import Synchronization
import Testing
import VerifierKit

@testable import Tasks

@Suite struct FamilySamplerTests {
  /// A family of one problem, of which half a million are asked for.
  @Test func `a family that brings nothing new is given up`() throws {
    var settings = ArithmeticSettings()
    (settings.trainingProblems, settings.demonstrations) = (500_000, 0)
    settings.heldOutShare = 1e-9
    let draws = Mutex(0)
    let family = FamilyDraw<Int>(
      name: "one", weight: 1,
      draw: { _ in
        draws.withLock { $0 += 1 }
        return 1
      }, canonical: String.init, problem: { Problem(id: "\($0)", prompt: "?") },
      completion: String.init)
    let error = try #require(throws: TaskError.self) {
      try FamilySampler(settings: settings).taskSet("task", .train, of: [family])
    }
    #expect(
      error == .tooFewProblems(family: "one", part: "training", found: 1, wanted: 500_000))
    // The first draw is the find, and 100,000 without one follow.
    #expect(draws.withLock { $0 } == 100_001)
  }
}
