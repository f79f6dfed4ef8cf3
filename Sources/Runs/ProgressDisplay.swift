import Foundation
import Synchronization

/// What a stage says about itself after one of its steps.
package struct ProgressUpdate: Sendable {
  /// Steps or rounds that are done.
  package var done: Int
  /// Mean reward of the round, for the sparkline.
  package var reward: Double?
  package var tokensPerSecond: Double?
  /// More numbers, as a name and a text that is ready to show; the most important first.
  package var fields: [(name: String, value: String)]

  package init(
    done: Int, reward: Double? = nil, tokensPerSecond: Double? = nil,
    fields: [(name: String, value: String)] = []
  ) {
    self.done = done
    self.reward = reward
    self.tokensPerSecond = tokensPerSecond
    self.fields = fields
  }
}

/// Shows how far a run has come: on a terminal a line for each stage, redrawn in place, elsewhere
/// a plain line from time to time.
///
/// A line is never wider than the terminal, so it never wraps; what matters least goes first.
package final class ProgressDisplay: Sendable {
  /// Between two plain lines lie at least so many seconds, but for a stage's first and last.
  package static let plainSeconds = 10.0
  /// Characters of a sparkline: the fewest it keeps before other pieces go, and the most it takes.
  static let sparklineWidths = 8...24

  private let output: ProgressOutput
  private let state = Mutex(State())

  private struct State {
    var label = ""
    var total = 0
    /// Where the stage was as it began, more than 0 in a run that goes on.
    var doneBefore = 0
    var began = 0.0
    var rewards: [Double] = []
    /// When the next plain line may be written.
    var nextPlain = -Double.infinity
    /// The live line, where one stands.
    var live: String?
  }

  package init(_ output: ProgressOutput) { self.output = output }

  /// Begins a stage.
  ///
  /// - Parameters:
  ///   - label: The stage's name.
  ///   - total: Steps or rounds that it takes.
  ///   - done: Those done before, by the run that this one resumes.
  package func begin(_ label: String, total: Int, done: Int = 0) {
    state.withLock { state in
      leaveLine(&state)
      state = State()
      (state.label, state.total, state.doneBefore) = (label, total, done)
      state.began = output.now()
    }
  }

  /// Shows a step.
  package func update(_ update: ProgressUpdate) {
    state.withLock { state in
      if let reward = update.reward { state.rewards.append(reward) }
      let now = output.now()
      var line = line(update, state, now: now)
      if output.isTerminal {
        // One column stays free: some terminals wrap as the last one is filled.
        let columns = max(0, output.columns() - 1)
        addSparkline(to: &line, columns: columns, state)
        let text = line.text(columns: columns, colours: output.hasColours)
        output.write("\r\(text)\u{1B}[K")
        state.live = text
      } else if update.done >= state.total || now >= state.nextPlain {
        output.write(line.text(columns: .max, colours: false) + "\n")
        state.nextPlain = now + Self.plainSeconds
      }
    }
  }

  /// Writes a line of its own, above the live line where there is one.
  package func message(_ text: String) {
    state.withLock { state in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { ProgressLine.printable(String($0)) + "\n" }.joined()
      guard let live = state.live else { return output.write(lines) }
      output.write("\r\u{1B}[K\(lines)\(live)")
    }
  }

  /// Ends the stage: its last line stays.
  package func finish() {
    state.withLock { leaveLine(&$0) }
  }

  // MARK: - Helpers

  private func leaveLine(_ state: inout State) {
    guard state.live != nil else { return }
    output.write("\n")
    state.live = nil
  }

  private func line(_ update: ProgressUpdate, _ state: State, now: Double) -> ProgressLine {
    var pieces = [
      ProgressLine.Piece(text: "\(state.label) \(update.done)/\(state.total)", colour: .bold)
    ]
    if let reward = update.reward {
      pieces.append(.init(text: "reward \(String(format: "%.3f", reward))"))
    }
    if let left = secondsLeft(update.done, state, now: now) {
      pieces.append(.init(text: "\(Self.clock(left)) left", colour: .dim))
    }
    pieces += update.fields.map { .init(text: "\($0.name) \($0.value)") }
    if let rate = update.tokensPerSecond, rate.isFinite {
      pieces.append(.init(text: "\(Self.short(rate)) tokens/s", colour: .dim))
    }
    return ProgressLine(pieces: pieces)
  }

  /// Puts the rewards behind the first two pieces, as wide as what is left of the line allows.
  private func addSparkline(to line: inout ProgressLine, columns: Int, _ state: State) {
    let widths = Self.sparklineWidths
    let left = columns - line.width - 2
    let bars = Sparkline.text(
      state.rewards, width: min(max(left, widths.lowerBound), widths.upperBound))
    guard !bars.isEmpty, line.pieces.count > 1 else { return }
    line.pieces.insert(.init(text: bars, colour: .green), at: 2)
  }

  /// Seconds that the rest takes at the mean pace so far; `nil` before the first step and at the end.
  private func secondsLeft(_ done: Int, _ state: State, now: Double) -> Double? {
    let doneHere = done - state.doneBefore
    guard doneHere > 0, done < state.total else { return nil }
    return (now - state.began) / Double(doneHere) * Double(state.total - done)
  }

  /// `75` as `1:15`, `3675` as `1:01:15`.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds.rounded(), 0), 359_999))
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return hours > 0
      ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
  }

  /// `950` as `950`, `5234` as `5.2k`.
  static func short(_ number: Double) -> String {
    number < 1000 ? String(format: "%.0f", number) : String(format: "%.1fk", number / 1000)
  }
}
