import Dispatch
import Glibc
import Runs
import Synchronization
import Testing

@Suite struct InterruptFlagTests {
  /// Signals and what came of them; signals other than a test's own would stop the test process.
  private final class Witness: Sendable {
    let clock = Mutex(0.0)
    let codes = Mutex<[Int32]>([])
    let finishings = DispatchSemaphore(value: 0)
    let exits = DispatchSemaphore(value: 0)

    func flag(for signal: Int32) -> InterruptFlag {
      InterruptFlag(
        signals: [signal], now: { self.clock.withLock { $0 } },
        finishing: { self.finishings.signal() },
        exit: { code in
          self.codes.withLock { $0.append(code) }
          self.exits.signal()
        })
    }
  }

  @Test func `the first signal raises the flag, the second exits with 130`() {
    let witness = Witness()
    let flag = witness.flag(for: SIGUSR1)
    #expect(!flag.isRaised)
    kill(getpid(), SIGUSR1)
    #expect(witness.finishings.wait(timeout: .now() + 60) == .success)
    #expect(flag.isRaised)
    #expect(witness.codes.withLock { $0 } == [])
    witness.clock.withLock { $0 = 1 }
    kill(getpid(), SIGUSR1)
    #expect(witness.exits.wait(timeout: .now() + 60) == .success)
    #expect(witness.codes.withLock { $0 } == [130])
  }

  @Test func `a patient signal that comes again changes nothing`() {
    let flag = InterruptFlag(signals: [])
    #expect(flag.receive(at: 5, isPatient: true) == .finishRound)
    #expect(flag.receive(at: 500, isPatient: true) == .nothing)
    #expect(flag.receive(at: 501) == .exitNow)
  }

  @Test func `two signals within a tenth of a second are one wish`() {
    let flag = InterruptFlag(signals: [])
    #expect(flag.receive(at: 5) == .finishRound)
    #expect(flag.receive(at: 5.05) == .nothing)
    #expect(flag.receive(at: 5.5) == .exitNow)
    #expect(flag.receive(at: 1e9) == .exitNow)
  }
}
