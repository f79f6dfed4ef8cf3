import VerifierKit

/// An assertion that says what one call must return, read from a test's source.
///
/// `f(…) == constant` with the sides in either order, `f(…) is True`, `f(…)`, `not f(…)` and
/// `abs(f(…) - constant) < constant` become data. All else stays code.
struct PythonAssertion {
  /// The fields of a call in a task of the code runner; nil for an assertion about constants alone,
  /// which says nothing.
  let call: [String: JSONValue]?

  /// What stands in an assertion: a constant, or the function at work.
  private enum Operand {
    case constant(PythonLiteral)
    case call(arguments: [JSONValue])
    /// How far what the function returns is from a constant.
    case distance(arguments: [JSONValue], PythonLiteral)
  }

  /// Reads the assertions of a source that holds nothing else.
  ///
  /// - Parameters:
  ///   - source: Lines of a test.
  ///   - function: The name by which they call the function.
  /// - Returns: The calls in their order; nil where something stays code.
  static func calls(in source: String, of function: String) -> [[String: JSONValue]]? {
    var reader = PythonReader(source.utf8)
    var calls: [[String: JSONValue]] = []
    do throws(PythonReader.Unreadable) {
      reader.skipBlanks(overLines: true)
      while !reader.isAtEnd {
        let assertion = try PythonAssertion(&reader, function)
        if let call = assertion.call { calls.append(call) }
        reader.skipBlanks(overLines: true)
      }
    } catch {
      return nil
    }
    return calls.isEmpty ? nil : calls
  }

  private init(_ reader: inout PythonReader, _ function: String) throws(PythonReader.Unreadable) {
    guard reader.take(word: "assert") else { throw PythonReader.Unreadable() }
    if let inBrackets = Self.claim(inBrackets: &reader, function) {
      call = inBrackets
    } else {
      call = try Self.claim(&reader, function)
    }
    // The message is only for who reads a failure.
    if reader.take(",") { try reader.skipStatement() }
    reader.skipBlanks()
    guard
      reader.isAtEnd || [0x0A, 0x0D, UInt8(ascii: ";")].contains(reader.source[reader.position])
    else { throw PythonReader.Unreadable() }
    _ = reader.take(";")
  }

  /// What is asserted.
  private static func claim(
    _ reader: inout PythonReader, _ function: String
  ) throws(PythonReader.Unreadable) -> [String: JSONValue]? {
    let isNegated = reader.take(word: "not")
    let left = try operand(&reader, function)
    if let sign = comparison(&reader), !isNegated {
      return try call(left, sign, operand(&reader, function))
    }
    return try truth(left, !isNegated)
  }

  /// The same within brackets; nil, and nothing read, where the brackets are part of an operand.
  private static func claim(
    inBrackets reader: inout PythonReader, _ function: String
  ) -> [String: JSONValue]? {
    let start = reader
    do throws(PythonReader.Unreadable) {
      if reader.take("("), let claim = try claim(&reader, function), reader.take(")") {
        return claim
      }
    } catch {
      // It is read again without the brackets, and refused there where it is none of ours.
    }
    reader = start
    return nil
  }

  private static func comparison(_ reader: inout PythonReader) -> String? {
    if reader.take("==") { return "==" }
    if reader.take("<=") || reader.take("<") { return "<" }
    return reader.take(word: "is") ? "is" : nil
  }

  // MARK: - What is expected

  private static func call(
    _ left: Operand, _ sign: String, _ right: Operand
  ) throws(PythonReader.Unreadable) -> [String: JSONValue]? {
    switch (left, sign, right) {
    case (.constant, _, .constant): return nil
    case (.call(let arguments), "==", .constant(let expected)),
      (.constant(let expected), "==", .call(let arguments)):
      return ["arguments": .array(arguments), "expected": expected.tagged]
    case (.call(let arguments), "is", .constant(let expected)):
      // Only of these three Python promises that there is one.
      guard expected == .none || expected == .bool(true) || expected == .bool(false) else {
        throw PythonReader.Unreadable()
      }
      return [
        "arguments": .array(arguments), "expected": expected.tagged, "comparison": .string("exact"),
      ]
    case (.distance(let arguments, let expected), "<", .constant(.float(let bound))):
      return [
        "arguments": .array(arguments), "expected": expected.tagged, "tolerance": .number(bound),
      ]
    default: throw PythonReader.Unreadable()
    }
  }

  private static func truth(
    _ operand: Operand, _ truth: Bool
  ) throws(PythonReader.Unreadable) -> [String: JSONValue]? {
    switch operand {
    case .constant: return nil
    case .call(let arguments): return ["arguments": .array(arguments), "truth": .bool(truth)]
    case .distance: throw PythonReader.Unreadable()
    }
  }

  // MARK: - Operands

  private static func operand(
    _ reader: inout PythonReader, _ function: String
  ) throws(PythonReader.Unreadable) -> Operand {
    reader.skipBlanks()
    let start = reader.position
    switch reader.takeWord() {
    case function where reader.take("("):
      return .call(arguments: try arguments(&reader))
    case "abs" where reader.take("("):
      guard reader.takeWord() == function, reader.take("(") else { throw PythonReader.Unreadable() }
      let arguments = try arguments(&reader)
      guard reader.take("-") else { throw PythonReader.Unreadable() }
      let expected = try reader.constant()
      guard reader.take(")") else { throw PythonReader.Unreadable() }
      return .distance(arguments: arguments, expected)
    default:
      reader.rewind(to: start)
      return .constant(try reader.constant())
    }
  }

  /// Arguments up to the closing bracket: constants as values, all else as source that the program's
  /// own cell evaluates, since inputs are no secret.
  private static func arguments(
    _ reader: inout PythonReader
  ) throws(PythonReader.Unreadable) -> [JSONValue] {
    var arguments: [JSONValue] = []
    reader.skipBlanks(overLines: true)
    while !reader.take(")") {
      arguments.append(try argument(&reader))
      reader.skipBlanks(overLines: true)
      if !reader.take(",") {
        guard reader.take(")") else { throw PythonReader.Unreadable() }
        break
      }
      reader.skipBlanks(overLines: true)
    }
    return arguments
  }

  private static func argument(
    _ reader: inout PythonReader
  ) throws(PythonReader.Unreadable) -> JSONValue {
    let start = reader
    do throws(PythonReader.Unreadable) {
      let value = try reader.constant()
      reader.skipBlanks(overLines: true)
      let next = reader.isAtEnd ? 0 : reader.source[reader.position]
      if next == UInt8(ascii: ",") || next == UInt8(ascii: ")") { return value.tagged }
    } catch {
      // It is no constant, so it is taken as source below.
    }
    reader = start
    return .object(["e": .string(try reader.argument())])
  }
}
