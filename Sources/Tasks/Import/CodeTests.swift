import VerifierKit

/// Tests as rows of code have them, as metadata of the code runner.
///
/// Nothing of a row is run. What compares a call with a constant becomes data; other assertions stay
/// code, which the code runner runs in a cell of their own.
enum CodeTests {
  /// Assertions about one function.
  ///
  /// - Parameters:
  ///   - tests: Sources of assertions.
  ///   - entry: The function's name; nil for the one that every test calls.
  /// - Returns: The metadata.
  /// - Throws: ``Unplaced``.
  static func assertions(
    _ tests: [String], entry: String? = nil
  ) throws(Unplaced) -> [String: JSONValue] {
    guard !tests.isEmpty else { throw Unplaced("the row has no tests") }
    guard let entry = entry ?? commonCall(of: tests) else {
      throw Unplaced("the tests call no common function", detail: tests.first)
    }
    var metadata: [String: JSONValue] = [
      "language": .string("python"), "entry": .string(entry), "comparison": .string("python"),
    ]
    let source = tests.joined(separator: "\n")
    if let calls = PythonAssertion.calls(in: source, of: entry) {
      metadata["kind"] = .string("function")
      metadata["calls"] = .array(calls.map(JSONValue.object))
    } else {
      metadata["kind"] = .string("tests")
      metadata["tests"] = .array([.string(""), .string(source)])
    }
    return metadata
  }

  /// Inputs and outputs of a whole program, or of a function where one is named.
  static func inputsAndOutputs(
    _ inputs: [JSONValue], _ outputs: [JSONValue], function: String?, language: String = "python"
  ) throws(Unplaced) -> [String: JSONValue] {
    guard !inputs.isEmpty, inputs.count == outputs.count else {
      let what = inputs.isEmpty ? "no" : "unequal numbers of"
      throw Unplaced("the row has \(what) inputs and outputs")
    }
    if let function { return try calls(of: function, inputs, outputs) }
    var cases: [JSONValue] = []
    for (input, output) in zip(inputs, outputs) {
      cases.append(.object(["input": try stream(input), "output": try stream(output)]))
    }
    return [
      "kind": .string("stdio"), "language": .string(language), "cases": .array(cases),
    ]
  }

  /// A text, or lines of one.
  private static func stream(_ value: JSONValue) throws(Unplaced) -> JSONValue {
    switch value {
    case .string: return value
    case .array(let lines):
      return .string(try JSONText.texts(lines, "inputs").joined(separator: "\n"))
    default: throw Unplaced("an input or output of the program is no text")
    }
  }

  private static func calls(
    of function: String, _ inputs: [JSONValue], _ outputs: [JSONValue]
  ) throws(Unplaced) -> [String: JSONValue] {
    let isName =
      function.first?.isNumber == false
      && function.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    guard isName else {
      throw Unplaced("what is tested is no plain function", detail: function)
    }
    // Where every output is a list of one, as in APPS, the list is a wrapping, or a function returns
    // such lists: nothing of the row tells, and APPS itself takes both.
    let areWrapped = outputs.allSatisfy {
      if case .array(let elements) = $0 { elements.count == 1 } else { false }
    }
    var calls: [JSONValue] = []
    for (input, output) in zip(inputs, outputs) {
      var call: [String: JSONValue] = ["arguments": .array(try arguments(input).map(tagged))]
      if areWrapped, case .array(let elements) = output {
        call["expected"] = try tagged(elements[0])
        call["alternative"] = try tagged(output)
      } else if case .string(let text) = output, let json = try? JSONReader.value(in: text) {
        call["expected"] = try tagged(json)
      } else {
        call["expected"] = try tagged(output)
      }
      calls.append(.object(call))
    }
    return [
      "kind": .string("function"), "language": .string("python"), "entry": .string(function),
      "comparison": .string("python"), "calls": .array(calls),
    ]
  }

  /// A list of arguments, or one JSON value a line.
  private static func arguments(_ input: JSONValue) throws(Unplaced) -> [JSONValue] {
    switch input {
    case .array(let arguments): return arguments
    case .string(let lines):
      var arguments: [JSONValue] = []
      for line in lines.split(whereSeparator: \.isNewline) {
        do throws(JSONSyntaxError) {
          arguments.append(try JSONReader.value(in: String(line)))
        } catch {
          throw Unplaced("an argument of the function is not JSON", detail: String(line))
        }
      }
      return arguments
    default: throw Unplaced("the arguments of the function are neither a list nor lines of JSON")
    }
  }

  /// A JSON value in the tagged form of the code runner.
  private static func tagged(_ value: JSONValue) throws(Unplaced) -> JSONValue {
    switch value {
    case .array(let elements): return .array(try elements.map(tagged))
    case .object(let members):
      var pairs: [JSONValue] = []
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        pairs.append(.array([.string(key), try tagged(value)]))
      }
      return .object(["d": .array(pairs)])
    case .number(let number) where number.magnitude >= 0x1p53: throw .roundedNumber
    case .number(let number) where number != number.rounded():
      return .object(["f": .string("\(number)")])
    default: return value
    }
  }

  // MARK: - The function that tests are about

  /// Functions of Python that tests wrap around the one that they are about.
  private static let builtIns: Set<String> = [
    "abs", "all", "any", "bool", "dict", "enumerate", "float", "frozenset", "int", "isinstance",
    "len", "list", "map", "max", "min", "next", "range", "repr", "round", "set", "sorted", "str",
    "sum", "tuple", "type", "zip", "not", "and", "or", "in", "is", "if", "assert", "lambda",
  ]

  /// The first name that every test calls.
  private static func commonCall(of tests: [String]) -> String? {
    var common: Set<String>?
    for test in tests {
      let names = Set(calledNames(in: test))
      common = common?.intersection(names) ?? names
    }
    return tests.first.flatMap { test in
      calledNames(in: test).first { common?.contains($0) == true && !builtIns.contains($0) }
    }
  }

  /// Names before an opening bracket, in their order.
  ///
  /// One pass over the bytes: tests come from strangers, and an expression would try each place of
  /// a long name anew.
  static func calledNames(in source: String) -> [String] {
    var names: [String] = []
    var name: [UInt8] = []
    var isOver = false
    for byte in source.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
        if isOver { name = [] }
        name.append(byte)
        isOver = false
      case 0x20, 0x09: isOver = true
      default:
        if byte == UInt8(ascii: "("), let first = name.first, first > UInt8(ascii: "9") {
          names.append(String(decoding: name, as: UTF8.self))
        }
        (name, isOver) = ([], false)
      }
    }
    return names
  }
}
