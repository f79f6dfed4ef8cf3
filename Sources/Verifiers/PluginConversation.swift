import VerifierKit

/// The host's end of the protocol with one process, as a machine without clock, threads or pipes.
///
/// Bytes to be written collect in ``outgoing``; arriving bytes become findings or a violation. A
/// finding is reported once, and what is still unanswered is in ``unanswered``.
struct PluginConversation {
  /// A verdict that arrived.
  struct Finding {
    let item: WorkItem
    let verdict: Verdict
    let seconds: Double
  }

  /// What is amiss with the process, and whose fault it is where that is known.
  struct Violation: Error {
    let culprit: WorkItem?
    let reason: String
    var fault = VerifierFault.brokeProtocol
  }

  private struct Question {
    let item: WorkItem
    let asked: SuspendingClock.Instant
    /// When it is late even if each question before it took its whole time.
    let due: SuspendingClock.Instant
  }

  /// Bytes that the process has not taken yet.
  private(set) var outgoing: [UInt8] = []
  /// What the process said of itself; nil until it is ready.
  private(set) var ready: ReadyMessage?
  /// Verdicts so far.
  private(set) var answered = 0

  private let name: String
  private let limits: VerifierManifest.Limits
  private let startSeconds: Double
  private let started: SuspendingClock.Instant
  private var lastAnswer: SuspendingClock.Instant
  /// Bytes of a line whose end has not come.
  private var partialLine: [UInt8] = []
  /// Questions in the order of their ids, answered ones nil; the first one is open.
  private var questions: [Question?] = []
  /// The id of the first of ``questions``; ids count up from 0 in each conversation.
  private var firstID = 0
  private var open = 0

  /// Greets a process that has just started.
  init(
    name: String, settings: [String: JSONValue], limits: VerifierManifest.Limits,
    startSeconds: Double, now: SuspendingClock.Instant
  ) {
    (self.name, self.limits, self.startSeconds) = (name, limits, startSeconds)
    (started, lastAnswer) = (now, now)
    GreetingMessage(settings: settings).append(to: &outgoing)
  }

  /// Questions without an answer.
  var inFlight: Int { open }
  /// Questions without an answer, the oldest first.
  var unanswered: [WorkItem] { questions.compactMap { $0?.item } }

  /// Seconds since the process began with the oldest question that is open; 0 where none is.
  func secondsSpent(at now: SuspendingClock.Instant) -> Double {
    guard let oldest = questions.first ?? nil else { return 0 }
    return (now - max(lastAnswer, oldest.asked)) / .seconds(1)
  }

  /// Whether a suspect is being asked, which must stay alone.
  var holdsSuspect: Bool { (questions.first ?? nil).map { $0.item.deaths > 0 } ?? false }

  /// When the process is late: with its ready line, or with the next answer.
  ///
  /// Questions wait for those before them in the process, so its time for one starts with the answer
  /// before it.
  var deadline: SuspendingClock.Instant? {
    guard ready != nil else { return started + .seconds(startSeconds) }
    guard let oldest = questions.first ?? nil else { return nil }
    return min(max(lastAnswer, oldest.asked) + .seconds(limits.requestSeconds), oldest.due)
  }

  /// Asks a question.
  ///
  /// - Parameters:
  ///   - item: What to ask.
  ///   - clock: The time once the line is made: a long one takes a while, which is not the plugin's.
  /// - Returns: Whether it was asked; false where its line is longer than the protocol allows.
  mutating func ask(
    _ item: WorkItem, now clock: @autoclosure () -> SuspendingClock.Instant
  ) -> Bool {
    let start = outgoing.count
    let request = item.request
    QuestionMessage(
      id: "r\(firstID + questions.count)", problem: request.problem,
      completion: request.completion
    ).append(to: &outgoing)
    guard outgoing.count - start <= VerifierProtocol.lineLimit + 1 else {
      outgoing.removeSubrange(start...)
      return false
    }
    open += 1
    let now = clock()
    questions.append(
      Question(item: item, asked: now, due: now + .seconds(limits.requestSeconds * Double(open))))
    return true
  }

  /// Forgets bytes that the process has taken.
  mutating func wrote(_ count: Int) { outgoing.removeFirst(count) }

  /// Takes bytes of the process, cut anywhere.
  ///
  /// - Parameters:
  ///   - bytes: What arrived.
  ///   - now: When.
  ///   - findings: Verdicts in it are appended, also those before a violation.
  /// - Throws: ``Violation`` at the first line that breaks the protocol.
  mutating func receive(
    _ bytes: ArraySlice<UInt8>, now: SuspendingClock.Instant, into findings: inout [Finding]
  ) throws(Violation) {
    var from = partialLine.count
    partialLine.append(contentsOf: bytes)
    var start = 0
    while let end = partialLine[from...].firstIndex(of: 0x0A) {
      try receive(line: start..<end, now: now, into: &findings)
      start = end + 1
      from = start
    }
    partialLine.removeFirst(start)
    try checkLength(partialLine.count)
  }

  /// The violation of a process that missed its ``deadline``.
  func lateness() -> Violation {
    guard ready != nil else {
      return Violation(
        culprit: nil, reason: "no ready line within \(startSeconds) s", fault: .late)
    }
    return Violation(
      culprit: unanswered.first, reason: "no answer within \(limits.requestSeconds) s",
      fault: .late)
  }

  // MARK: - Lines

  private func checkLength(_ count: Int) throws(Violation) {
    guard count <= limits.outputKiB << 10 else {
      throw Violation(culprit: nil, reason: "a line of more than \(limits.outputKiB) KiB")
    }
  }

  private mutating func receive(
    line: Range<Int>, now: SuspendingClock.Instant, into findings: inout [Finding]
  ) throws(Violation) {
    try checkLength(line.count)
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONReader.value(in: partialLine, line)
    } catch {
      throw Violation(culprit: nil, reason: "\(error) in the line \(excerpt(line))")
    }
    if ready == nil {
      try becomeReady(value)
      lastAnswer = now
    } else {
      findings.append(try finding(value, now: now))
    }
  }

  private mutating func becomeReady(_ value: JSONValue) throws(Violation) {
    let message: ReadyMessage
    do throws(ProtocolViolation) {
      message = try ReadyMessage(value)
    } catch {
      throw Violation(culprit: nil, reason: error.description)
    }
    guard message.name == name else {
      throw Violation(
        culprit: nil, reason: "the process calls itself '\(message.name.prefix(64))'")
    }
    ready = message
  }

  private mutating func finding(
    _ value: JSONValue, now: SuspendingClock.Instant
  ) throws(Violation) -> Finding {
    do throws(ProtocolViolation) {
      let answer = try AnswerMessage(value)
      guard let slot = try slot(of: answer.id), let question = questions[slot] else {
        throw ProtocolViolation(id: answer.id, problem: "it was given before")
      }
      let seconds = (now - max(lastAnswer, question.asked)) / .seconds(1)
      close(slot)
      lastAnswer = now
      return Finding(item: question.item, verdict: answer.verdict, seconds: seconds)
    } catch {
      throw Violation(culprit: culprit(error.id), reason: String(error.description.prefix(300)))
    }
  }

  /// Where the question `id` is; nil where it was answered so long ago that it is forgotten.
  private func slot(of id: String) throws(ProtocolViolation) -> Int? {
    guard id.hasPrefix("r"), let number = Int(id.dropFirst()), "r\(number)" == id, number >= 0,
      number < firstID + questions.count
    else { throw ProtocolViolation(id: id, problem: "nothing of this id was asked") }
    return number < firstID ? nil : number - firstID
  }

  private func culprit(_ id: String?) -> WorkItem? {
    guard let id, let number = Int(id.dropFirst()), "r\(number)" == id,
      questions.indices.contains(number - firstID)
    else { return nil }
    return questions[number - firstID]?.item
  }

  private mutating func close(_ slot: Int) {
    questions[slot] = nil
    open -= 1
    answered += 1
    let closed = questions.prefix { $0 == nil }.count
    questions.removeFirst(closed)
    firstID += closed
  }

  /// The start of a line for a message, without anything that could upset a terminal.
  private func excerpt(_ line: Range<Int>) -> String {
    let text = String(decoding: partialLine[line].prefix(80), as: UTF8.self)
    return "'"
      + text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : "\($0)" }
      .joined() + "'"
  }
}
