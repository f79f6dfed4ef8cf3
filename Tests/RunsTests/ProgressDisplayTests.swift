import Synchronization
import Testing

@testable import Runs

@Suite struct ProgressDisplayTests {
  /// What was written, and a clock that the test sets.
  private final class Screen: Sendable {
    let text = Mutex("")
    let clock = Mutex(0.0)
    let columns = Mutex(80)

    func output(terminal: Bool, colours: Bool = false) -> ProgressOutput {
      ProgressOutput(
        isTerminal: terminal, hasColours: colours, columns: { self.columns.withLock { $0 } },
        now: { self.clock.withLock { $0 } },
        write: { text in self.text.withLock { $0 += text } })
    }

    /// The text since the last call.
    func take() -> String {
      text.withLock { text in
        defer { text = "" }
        return text
      }
    }

    func wait(_ seconds: Double) { clock.withLock { $0 += seconds } }
  }

  private let screen = Screen()

  @Test func `a terminal has one line that is redrawn in place`() {
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("reinforce", total: 10)
    screen.wait(2)
    display.update(
      ProgressUpdate(done: 1, reward: 0, tokensPerSecond: 5234, fields: [("entropy", "0.31")]))
    #expect(
      screen.take()
        == "\rreinforce 1/10  reward 0.000  ▁  0:18 left  entropy 0.31  5.2k tokens/s\u{1B}[K")
    screen.wait(2)
    display.update(ProgressUpdate(done: 2, reward: 0.999))
    #expect(screen.take() == "\rreinforce 2/10  reward 0.999  ▁█  0:16 left\u{1B}[K")
    display.finish()
    #expect(screen.take() == "\n")
    display.finish()
    #expect(screen.take() == "")
  }

  @Test func `time left counts only what this process did`() {
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("reinforce", total: 150, done: 100)
    screen.wait(80)
    display.update(ProgressUpdate(done: 110))
    #expect(screen.take() == "\rreinforce 110/150  5:20 left\u{1B}[K")
  }

  @Test(arguments: [1, 2, 10, 17, 18, 30, 31, 40, 60, 79, 80, 200])
  func `no line reaches the last column of a terminal`(columns: Int) {
    screen.columns.withLock { $0 = columns }
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("verstärkung-世界", total: 100)
    for round in 1...50 {
      display.update(
        ProgressUpdate(
          done: round, reward: Double(round) / 50, tokensPerSecond: 1e6,
          fields: [("entropy", "0.31"), ("clip", "0.02"), ("kl", "0.0004")]))
    }
    for line in screen.take().split(separator: "\r") {
      let shown = line.replacing("\u{1B}[K", with: "")
      #expect(ProgressLine.width(String(shown)) <= columns - 1)
    }
  }

  @Test func `what matters least goes first`() {
    screen.columns.withLock { $0 = 32 }
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("warmUp", total: 9)
    display.update(ProgressUpdate(done: 9, reward: 0.5, fields: [("loss", "1.234")]))
    #expect(screen.take() == "\rwarmUp 9/9  reward 0.500  ▅\u{1B}[K")
  }

  @Test(arguments: [(200, 24), (46, 10), (44, 8), (43, 8), (30, 0)])
  func `the sparkline takes what is left, and gives way last`(columns: Int, bars: Int) {
    screen.columns.withLock { $0 = columns }
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("r", total: 30)
    for round in 1...30 {
      _ = screen.take()
      display.update(ProgressUpdate(done: round, reward: 0.5, fields: [("loss", "1.234")]))
    }
    // "r 30/30  reward 0.500" and "  loss 1.234" are 21 and 12 columns.
    let line = screen.take()
    #expect(line.count { $0 == "▅" } == bars, "\(line)")
    #expect(line.contains("loss") == (columns > 43), "\(line)")
  }

  @Test func `a message stands above the live line`() {
    let display = ProgressDisplay(screen.output(terminal: true))
    display.begin("warmUp", total: 9)
    display.message("starting")
    display.update(ProgressUpdate(done: 9))
    _ = screen.take()
    display.message("checkpoint written\u{1B}[2J")
    #expect(screen.take() == "\r\u{1B}[Kcheckpoint written?[2J\nwarmUp 9/9")
  }

  @Test func `a file gets the first step, the last, and one line in ten seconds`() {
    let display = ProgressDisplay(screen.output(terminal: false))
    display.begin("warmUp", total: 40)
    for step in 1...40 {
      screen.wait(1)
      display.update(ProgressUpdate(done: step, reward: 0.5))
    }
    display.finish()
    let lines = screen.take().split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.map { $0.prefix(12).trimmingPrefix("warmUp ").prefix(2) } == [
        "1/", "11", "21", "31", "40", "",
      ])
    #expect(lines[0] == "warmUp 1/40  reward 0.500  0:39 left")
  }

  @Test func `colours come only where they are wanted`() {
    for colours in [true, false] {
      let display = ProgressDisplay(screen.output(terminal: true, colours: colours))
      display.begin("warmUp", total: 2)
      display.update(ProgressUpdate(done: 1, reward: 0.5))
      #expect(screen.take().contains("\u{1B}[32m") == colours)
    }
    let display = ProgressDisplay(screen.output(terminal: false, colours: true))
    display.begin("warmUp", total: 2)
    display.update(ProgressUpdate(done: 1, reward: 0.5))
    #expect(!screen.take().contains("\u{1B}"))
  }

  @Test(arguments: [
    ([0, 0.5, 1], 8, "▁▅█"),
    ([-1, 1], 8, "▁█"),
    ([0, 4], 8, "▁█"),
    ([0, 0, 1, 1], 2, "▁█"),
    ([.nan, .infinity, 1], 8, "█"),
    ([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], 8, "▁█"),
    ([], 8, ""),
    ([1], 0, ""),
  ])
  func `a sparkline spans 0 to 1, or what the values need`(
    values: [Double], width: Int, bars: String
  ) {
    #expect(Sparkline.text(values, width: width) == bars)
  }

  @Test(arguments: [(0, "0:00"), (75.4, "1:15"), (3675, "1:01:15"), (1e300, "99:59:59")])
  func `a duration reads like a clock`(seconds: Double, clock: String) {
    #expect(ProgressDisplay.clock(seconds) == clock)
  }
}
