import CCell
import Glibc

/// A running server with the two channels to it; it ends with the value.
struct ServerProcess: ~Copyable {
  /// Bytes that a server may announce for one stream; beyond it the server is broken.
  static let streamLimit = 64 << 20

  let process: pid_t
  private let requests: CInt
  private let replies: CInt

  /// Starts a server and waits until it can make cells.
  init(_ host: CellHost, _ limits: CellLimits) throws(CellError) {
    let words = host.words(limits)
    var (requests, replies): (CInt, CInt) = (-1, -1)
    var arguments = words.map { unsafe strdup($0) } + [nil]
    process = unsafe cell_start(&arguments, &requests, &replies)
    let code = errno
    for argument in unsafe arguments { unsafe free(argument) }
    (self.requests, self.replies) = (requests, replies)
    guard process > 0 else { throw .noServer(command: words[0], reason: meaning(code)) }
    let head = try receiveHead(before: deadline(seconds: 20))
    guard head.kind == CELL_READY.rawValue else {
      throw .strangeReply(problem: "its first reply is of kind \(head.kind)")
    }
  }

  deinit {
    guard process > 0 else { return }
    _ = cell_stop(process)
    close(requests)
    close(replies)
  }

  // MARK: - Requests

  /// Sends a job.
  func begin(_ job: CellJob, isInteractive: Bool) throws(CellError) {
    let head = cell_request(
      kind: CELL_RUN.rawValue, bytes: UInt32(job.job.count + job.input.count),
      cpu_seconds: UInt32(job.cpuSeconds),
      wall_milliseconds: UInt32(min(job.wallSeconds * 1000, 1e9).rounded(.up)),
      job_bytes: UInt32(job.job.count), is_interactive: isInteractive ? 1 : 0)
    try send(head, job.job + job.input)
  }

  /// Sends more input to an interactive cell.
  func sendInput(_ bytes: [UInt8]) throws(CellError) { try send(CELL_INPUT, bytes) }

  /// Tells an interactive cell that no more input will come.
  func endInput() throws(CellError) { try send(CELL_END_INPUT, []) }

  private func send(_ kind: cell_request_kind, _ bytes: [UInt8]) throws(CellError) {
    try send(
      cell_request(
        kind: kind.rawValue, bytes: UInt32(bytes.count), cpu_seconds: 0, wall_milliseconds: 0,
        job_bytes: 0, is_interactive: 0), bytes)
  }

  private func send(_ head: cell_request, _ bytes: [UInt8]) throws(CellError) {
    var frame: [UInt8] = []
    frame.reserveCapacity(MemoryLayout<cell_request>.size + bytes.count)
    withUnsafeBytes(of: head) { unsafe frame.append(contentsOf: $0) }
    frame += bytes
    let code = frame.withUnsafeBytes { unsafe cell_send(requests, $0.baseAddress, $0.count) }
    guard code == 0 else { throw .serverLost(reason: meaning(errno)) }
  }

  // MARK: - Replies

  /// What a server says of a running cell.
  enum Reply {
    case records([UInt8])
    case done(CellReport)
  }

  /// Waits for a reply about the running cell.
  ///
  /// - Throws: ``CellError``; the server is of no use afterwards but for
  ///   ``CellError/notMade(step:)``.
  func receive(before deadline: UInt64) throws(CellError) -> Reply {
    let head = try receiveHead(before: deadline)
    let output = try receive(Int(head.output_bytes), before: deadline)
    let errors = try receive(Int(head.error_bytes), before: deadline)
    let records = try receive(Int(head.record_bytes), before: deadline)
    if head.kind == CELL_RECORDS.rawValue { return .records(records) }
    guard head.kind == CELL_DONE.rawValue else {
      throw .strangeReply(problem: "a reply of kind \(head.kind)")
    }
    guard head.flags & CELL_NOT_MADE.rawValue == 0 else {
      throw .notMade(step: String(decoding: errors, as: UTF8.self))
    }
    return .done(CellReport(head, output: output, errors: errors, records: records))
  }

  /// Reads the head of a reply; a server that gave up says why.
  private func receiveHead(before deadline: UInt64) throws(CellError) -> cell_reply {
    var head = cell_reply()
    let size = MemoryLayout<cell_reply>.size
    let code = unsafe cell_receive(replies, &head, size, deadline)
    guard code == 0 else { throw lost() }
    guard head.kind != CELL_BROKEN.rawValue else {
      let text = try receive(Int(head.error_bytes), before: deadline)
      throw .refused(step: String(decoding: text, as: UTF8.self))
    }
    return head
  }

  private func receive(_ count: Int, before deadline: UInt64) throws(CellError) -> [UInt8] {
    guard count > 0 else { return [] }
    guard count <= Self.streamLimit else {
      throw .strangeReply(problem: "\(count) bytes of one stream")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    let code = bytes.withUnsafeMutableBytes {
      unsafe cell_receive(replies, $0.baseAddress, $0.count, deadline)
    }
    guard code == 0 else { throw lost() }
    return bytes
  }

  private func lost() -> CellError {
    let code = errno
    switch code {
    case 0: return .serverLost(reason: "it ended")
    case ETIMEDOUT: return .serverLost(reason: "it did not answer in time")
    default: return .serverLost(reason: meaning(code))
    }
  }
}

/// The moment in so many seconds, for the waits of a server.
func deadline(seconds: Double) -> UInt64 { cell_clock() + UInt64(seconds * 1e6) }
