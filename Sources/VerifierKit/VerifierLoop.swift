import Foundation

/// Speaks the verifier protocol on standard input and output until the input ends.
///
/// Answers are written when no further complete question has been read, so that a batch costs a few
/// system calls and a single question is answered at once. A broken greeting, an unusable setting
/// or a line that is not a question ends the process with the reason on standard error.
///
/// - Parameter plugin: The verifier to serve.
public func run<Plugin: VerifierPlugin>(_ plugin: Plugin.Type) -> Never {
  var loop = VerifierLoop<Plugin>()
  // Some twenty questions at a time: the host writes the next while these are judged.
  var chunk = [UInt8](repeating: 0, count: 4 << 10)
  do {
    while let count = try read(into: &chunk) {
      try write(loop.answers(to: chunk[..<count]))
    }
    try loop.finish()
    exit(EXIT_SUCCESS)
  } catch {
    FileHandle.standardError.write(Data("\(Plugin.name): \(error)\n".utf8))
    exit(EX_DATAERR)
  }
}

/// The plugin's end of the protocol, as a machine that turns bytes into bytes.
package struct VerifierLoop<Plugin: VerifierPlugin> {
  private var plugin: Plugin?
  /// Bytes of a line whose end has not come.
  private var partialLine: [UInt8] = []

  package init() {}

  /// Takes bytes of the host, cut anywhere.
  ///
  /// - Returns: The lines that answer every line that is now complete.
  /// - Throws: What ends the plugin: a line that breaks the protocol, or an unusable setting.
  package mutating func answers(to bytes: ArraySlice<UInt8>) throws -> [UInt8] {
    var output: [UInt8] = []
    let searched = partialLine.count
    partialLine.append(contentsOf: bytes)
    var start = 0
    var from = searched
    while let end = partialLine[from...].firstIndex(of: 0x0A) {
      try answer(partialLine, start..<end, to: &output)
      start = end + 1
      from = start
    }
    partialLine.removeFirst(start)
    guard partialLine.count <= VerifierProtocol.lineLimit else {
      throw ProtocolViolation(
        problem: "the host sent a line of more than \(VerifierProtocol.lineLimit) bytes")
    }
    return output
  }

  /// Ends the conversation, which must not stop inside a line.
  package func finish() throws(ProtocolViolation) {
    guard partialLine.isEmpty else {
      throw ProtocolViolation(problem: "the host's input ended inside a line")
    }
  }

  private mutating func answer(
    _ bytes: [UInt8], _ line: Range<Int>, to output: inout [UInt8]
  ) throws {
    let value = try JSONReader.value(in: bytes, line)
    if let plugin {
      let question = try QuestionMessage(value)
      let verdict = plugin.judge(question.problem, question.completion)
      AnswerMessage(id: question.id, verdict: verdict).append(to: &output)
    } else {
      plugin = try Plugin(settings: try GreetingMessage(value).settings)
      ReadyMessage(name: Plugin.name, version: Plugin.version).append(to: &output)
    }
  }
}

// MARK: - Standard input and output

/// A failure of the pipes to the host.
private struct PipeError: Error, CustomStringConvertible {
  let call: String
  let code: CInt

  var description: String { "\(call) failed: \(String(cString: strerror(code)))" }
}

/// Reads what is there, at least one byte; nil at the end of the input.
private func read(into chunk: inout [UInt8]) throws(PipeError) -> Int? {
  while true {
    let count = chunk.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
    if count > 0 { return count }
    if count == 0 { return nil }
    guard errno == EINTR else { throw PipeError(call: "read", code: errno) }
  }
}

private func write(_ bytes: [UInt8]) throws(PipeError) {
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes {
      unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count)
    }
    if count >= 0 {
      written += count
    } else if errno != EINTR {
      throw PipeError(call: "write", code: errno)
    }
  }
}
