import Foundation
import Logging
import Sandbox
import Synchronization
import VerifierKit

/// One thread with one process of a plugin at a time.
///
/// The thread starts the process, serves it and reaps it, since the kernel ends a jailed process
/// with the thread that started it. It waits in one `poll` for the pipes, the deadline and the host.
final class VerifierWorker: Sendable {
  /// How often a process is started again before the worker gives up.
  static let restartLimit = 3
  /// Answers after which restarts are forgiven, so that a few odd completions in a long run do not
  /// add up.
  static let forgivingAnswers = 1000
  /// Bytes of questions that may wait to be written before no more are added.
  private static let waitingBytes = 256 << 10
  /// Questions that a process may hold; enough to hide the switch between host and plugin.
  private static let window = 64

  /// How a process ends that cannot use its settings: with EX_DATAERR, before it is ready.
  private static let refusal = "exit code 65"

  /// How a process came to its end.
  private enum Ending {
    case closed
    case interrupted
    /// It reached the age at which it is replaced, with nothing left to answer.
    case aged
    case failed(PluginConversation.Violation)
    /// The process closed its output; its exit says more.
    case vanished
  }

  private let plan: PluginPlan
  private let board: WorkBoard
  private let wake: WakeSignal
  private let errors = Mutex(ByteRing(capacity: 64 << 10))

  init(plan: PluginPlan, board: WorkBoard, wake: WakeSignal) {
    (self.plan, self.board, self.wake) = (plan, board, wake)
  }

  /// What the plugin's processes wrote to standard error lately.
  var standardError: String { errors.withLock { $0.text } }

  /// Starts the thread, which lives until the board is closed or the plugin has failed too often.
  func start() {
    let thread = Thread { self.run() }
    thread.name = "verifier \(plan.manifest.name)"
    thread.start()
  }

  // MARK: - Processes, one after the other

  private func run() {
    var restarts = 0
    var answers = 0
    while true {
      while !board.isClosed, !board.hasWork, board.disabled == nil { wake.wait() }
      if board.isClosed { return board.retire("verifier '\(plan.manifest.name)' was shut down") }
      if let disabled = board.disabled { return board.retire(disabled) }
      let (failure, answered) = serveOneProcess()
      answers += answered
      if answers >= Self.forgivingAnswers { (restarts, answers) = (0, 0) }
      guard let failure else { continue }
      plan.log.debug("verifier '\(plan.manifest.name)': \(failure)")
      restarts += 1
      if let disabled = board.noteFailure(failure) {
        plan.log.warning("\(disabled)")
      } else if restarts > Self.restartLimit {
        return giveUp(failure)
      }
    }
  }

  private func giveUp(_ failure: String) {
    let reason = """
      verifier '\(plan.manifest.name)' was disabled after \(Self.restartLimit) restarts within \
      \(Self.forgivingAnswers) answers; at last: \(failure)
      """
    plan.log.warning("\(reason)")
    board.noteDisabled(reason)
    board.retire(reason)
  }

  /// Starts a process and serves it to its end.
  ///
  /// - Returns: What was wrong with the process, nil where nothing was; and its answers.
  private func serveOneProcess() -> (failure: String?, answered: Int) {
    var conversation = PluginConversation(
      name: plan.manifest.name, settings: plan.settings, limits: plan.manifest.limits,
      startSeconds: plan.startSeconds, now: .now)
    do {
      var process = try plan.sandbox.start(plan.command)
      let ending = serve(process, &conversation)
      drainErrors(process)
      switch ending {
      case .closed:
        board.fail(
          conversation.unanswered,
          board.disabled ?? "verifier '\(plan.manifest.name)' was shut down", .disabled)
        _ = process.end(graceSeconds: 0.5)
        return (nil, conversation.answered)
      case .interrupted:
        board.putBack(conversation.unanswered, areSuspects: false)
        _ = process.end(graceSeconds: 0)
        return (nil, conversation.answered)
      case .aged:
        _ = process.end(graceSeconds: 0.5)
        return (nil, conversation.answered)
      case .failed(let violation):
        _ = process.end(graceSeconds: 0)
        let failure = violation.reason + errorTail()
        settle(conversation, culprit: violation.culprit, failure, violation.fault)
        return (failure, conversation.answered)
      case .vanished:
        let exit = process.end(graceSeconds: 0.2)
        let failure = "the process ended with \(exit)" + errorTail()
        if conversation.ready == nil, exit == Self.refusal { board.noteRefusal(failure) }
        settle(conversation, culprit: nil, failure, .died)
        return (failure, conversation.answered)
      }
    } catch {
      return ("\(error)", 0)
    }
  }

  /// Decides what becomes of the questions that a broken process leaves behind.
  private func settle(
    _ conversation: PluginConversation, culprit: WorkItem?, _ failure: String,
    _ fault: VerifierFault
  ) {
    let seconds = conversation.secondsSpent(at: .now)
    if let culprit {
      board.fail([culprit], failure, fault, seconds: seconds)
      let others = conversation.unanswered.filter {
        $0.batch !== culprit.batch || $0.index != culprit.index
      }
      return board.putBack(others, areSuspects: false)
    }
    for var item in conversation.unanswered {
      item.deaths += 1
      if item.deaths > 1 {
        board.fail([item], "it ended two processes; at last: \(failure)", fault, seconds: seconds)
      } else {
        board.putBack([item], areSuspects: true)
      }
    }
  }

  // MARK: - One process

  private func serve(
    _ process: borrowing JailedProcess, _ conversation: inout PluginConversation
  ) -> Ending {
    let interruptions = board.interruptions
    let retirement = plan.manifest.limits.wallSeconds.map { SuspendingClock.now + .seconds($0) }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var findings: [PluginConversation.Finding] = []
    var (takesInput, writesErrors) = (true, true)
    while true {
      if board.isClosed || board.disabled != nil { return .closed }
      if board.interruptions != interruptions { return .interrupted }
      let now = SuspendingClock.now
      let isOld = retirement.map { now >= $0 } ?? false
      if isOld, conversation.ready != nil, conversation.inFlight == 0 { return .aged }
      if conversation.ready != nil, !conversation.holdsSuspect, !isOld { ask(&conversation) }

      let seconds = conversation.deadline.map { ($0 - now) / .seconds(1) }
      let readiness = process.wait(
        toWrite: takesInput && !conversation.outgoing.isEmpty, toReadErrors: writesErrors,
        wake: wake, seconds: seconds)
      if readiness.isWoken { wake.reset() }
      if readiness.hasErrors { writesErrors = readErrors(process, &chunk) }
      if readiness.canWrite {
        // One that reads no more may still have answers in its pipe; its end or its deadline follows.
        if let count = process.write(conversation.outgoing[...]) {
          conversation.wrote(count)
        } else {
          takesInput = false
        }
      }
      if readiness.hasOutput {
        switch process.read(.output, into: &chunk) {
        case .nothing: break
        case .end: return .vanished
        case .bytes(let count):
          let violation = receive(chunk[..<count], &conversation, &findings)
          deliver(&findings)
          if let violation { return .failed(violation) }
        }
      }
      if let deadline = conversation.deadline, SuspendingClock.now >= deadline {
        return .failed(conversation.lateness())
      }
    }
  }

  private func ask(_ conversation: inout PluginConversation) {
    // Asking for half a window at a time keeps lines together in few writes.
    while conversation.inFlight <= Self.window / 2 {
      let items = board.take(
        room: Self.window - conversation.inFlight, isIdle: conversation.inFlight == 0)
      if items.isEmpty { return }
      for (place, item) in items.enumerated() {
        // What waits in the host's own buffer would be late through no fault of the plugin.
        guard conversation.outgoing.count < Self.waitingBytes else {
          return board.putBack(Array(items[place...]), areSuspects: false)
        }
        if !conversation.ask(item, now: .now) {
          board.fail(
            [item], "the request is longer than \(VerifierProtocol.lineLimit) bytes",
            .requestTooLong)
        }
      }
      if items.contains(where: { $0.deaths > 0 }) { return }
    }
  }

  private func receive(
    _ bytes: ArraySlice<UInt8>, _ conversation: inout PluginConversation,
    _ findings: inout [PluginConversation.Finding]
  ) -> PluginConversation.Violation? {
    do throws(PluginConversation.Violation) {
      try conversation.receive(bytes, now: .now, into: &findings)
      return nil
    } catch {
      return error
    }
  }

  private func deliver(_ findings: inout [PluginConversation.Finding]) {
    if !findings.isEmpty { board.noteAnswers() }
    for finding in findings {
      finding.item.batch.finish(
        finding.item.index,
        NamedVerdict(
          verifier: plan.manifest.name, verdict: finding.verdict, seconds: finding.seconds))
    }
    findings.removeAll(keepingCapacity: true)
  }

  // MARK: - Standard error

  /// Keeps what is there; whether more may come.
  private func readErrors(_ process: borrowing JailedProcess, _ chunk: inout [UInt8]) -> Bool {
    let arrival = process.read(.errors, into: &chunk)
    if case .bytes(let count) = arrival { errors.withLock { $0.append(chunk[..<count]) } }
    return arrival != .end
  }

  private func drainErrors(_ process: borrowing JailedProcess) {
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    _ = readErrors(process, &chunk)
  }

  /// The end of standard error, for a reason.
  private func errorTail() -> String {
    let text = standardError.suffix(300).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? "" : NamedVerdict.errorMark + text
  }
}
