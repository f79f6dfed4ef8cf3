import Cells
import VerifierKit

/// What a problem's metadata asks of a program.
///
/// ```
/// kind: stdio      cases: [{input, output, visible}], normaliser: exact | lines | tokens
/// kind: function   entry, calls: [{arguments, keywords, expected | truth, alternative, visible,
///                  comparison, tolerance}]
/// kind: tests      entry, tests: [source, …], call: name of a function that takes the candidate
/// ```
///
/// for all: `language`, `prefix` (text that the completion continues), `comparison`, `tolerance`.
struct CodeTask {
  /// Input and expected output of a whole program.
  struct IOCase {
    let input: [UInt8]
    let output: [UInt8]
    let isVisible: Bool
  }

  /// One call of a function and what it must return.
  struct Call {
    /// What a value is compared with.
    enum Expectation {
      case value(TypedValue, Comparison, Tolerance?)
      /// Only whether Python takes it for true.
      case truth(Bool)
    }

    let arguments: [TypedValue]
    let keywords: [String: TypedValue]
    let expectation: Expectation
    /// Another value that is right where the task does not tell which one is meant.
    let alternative: TypedValue?
    let isVisible: Bool
  }

  enum Kind {
    case stdio([IOCase], OutputNormaliser, Tolerance?)
    case function(entry: String, calls: [Call])
    /// Tests that are code run in a cell of their own; `call` is called with the candidate.
    case tests(entry: String, sources: [String], call: String?)
  }

  /// A task that lacks what its kind needs, or has it wrong.
  struct Unusable: Error {
    let reason: String
  }

  let kind: Kind
  let language: Language
  let prefix: String?

  /// Reads the metadata of a problem.
  ///
  /// - Throws: ``Unusable`` where something is missing or misspelt, or where no program could pass
  ///   within `limits`.
  init(_ problem: Problem, standardLanguage: Language, limits: CellLimits) throws(Unusable) {
    let fields = TaskFields(problem.metadata)
    try fields.refuseMisspelt([
      "kind", "language", "prefix", "comparison", "tolerance", "cases", "normaliser", "entry",
      "calls", "tests", "call",
    ])
    let name = try fields.text("language", orElse: standardLanguage.rawValue)
    guard let language = Language(rawValue: name) else {
      throw Unusable(
        reason: "the task's language '\(name.prefix(40))' is none of \(Language.names)")
    }
    self.language = language
    prefix = try fields.optionalText("prefix")
    let comparison = try fields.choice("comparison", orElse: Comparison.exact)
    let tolerance = try fields.tolerance("tolerance")
    switch try fields.text("kind", orElse: nil) {
    case "stdio":
      let normaliser = try fields.choice("normaliser", orElse: OutputNormaliser.lines)
      let cases = try fields.objects("cases").map { (fields) throws(Unusable) in
        try fields.refuseAllBut(["input", "output", "visible"])
        return IOCase(
          input: Array(try fields.text("input", orElse: "").utf8),
          output: Array(try fields.text("output", orElse: nil).utf8),
          isVisible: try fields.bool("visible"))
      }
      guard cases.allSatisfy({ $0.output.count <= limits.outputKiB << 10 }) else {
        throw Unusable(
          reason: "a case's output is longer than the setting 'outputKiB', \(limits.outputKiB)")
      }
      kind = .stdio(cases, normaliser, tolerance)
    case "function":
      let calls = try fields.objects("calls").map { (fields) throws(Unusable) in
        try Call(fields, comparison, tolerance)
      }
      guard calls.reduce(0, { $0 + $1.recordSize }) <= limits.recordsKiB << 10 else {
        throw Unusable(
          reason: "the expected values are longer than the \(limits.recordsKiB) KiB of a cell")
      }
      kind = .function(entry: try fields.identifier("entry"), calls: calls)
    case "tests":
      kind = .tests(
        entry: try fields.identifier("entry"), sources: try fields.texts("tests"),
        call: try fields.optionalText("call"))
    case let other:
      throw Unusable(
        reason: "the task's kind '\(other.prefix(40))' is none of stdio, function, tests")
    }
    if case .stdio = kind { return }
    guard language == .python else {
      throw Unusable(reason: "tasks about functions are for python, not \(language)")
    }
  }

  /// The whole program that a completion stands for.
  func source(of completion: String) -> String {
    let code = CodeText.code(in: completion, names: language.fenceNames)
    guard let prefix else { return code }
    guard let entry = kind.entry else { return prefix + code }
    func defines(_ line: Substring) -> Bool {
      line.hasPrefix("def \(entry)(") || line.hasPrefix("async def \(entry)(")
    }
    let lines = code.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.contains(where: defines) else { return prefix + code }
    // The completion writes the function again: of the prefix only what stands before it is kept.
    let kept = prefix.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .prefix { !defines($0) }
    return kept.joined(separator: "\n") + "\n" + code
  }
}

extension CodeTask.Kind {
  /// The function's name, where the task is about one.
  var entry: String? {
    switch self {
    case .stdio: nil
    case .function(let entry, _), .tests(let entry, _, _): entry
    }
  }
}

extension CodeTask.Call {
  fileprivate init(
    _ fields: TaskFields, _ comparison: Comparison, _ tolerance: Tolerance?
  ) throws(CodeTask.Unusable) {
    try fields.refuseAllBut([
      "arguments", "keywords", "expected", "truth", "alternative", "visible", "comparison",
      "tolerance",
    ])
    arguments = try fields.values("arguments")
    keywords = try fields.namedValues("keywords")
    isVisible = try fields.bool("visible")
    alternative = fields.has("alternative") ? try fields.value("alternative") : nil
    if fields.has("truth") {
      expectation = .truth(try fields.bool("truth"))
    } else {
      let expected = try fields.value("expected")
      guard ReturnLimits.hold(expected), alternative.map(ReturnLimits.hold) ?? true else {
        throw CodeTask.Unusable(
          reason: "a call's 'expected' or 'alternative' is deeper or larger than a cell returns")
      }
      expectation = .value(
        expected, try fields.choice("comparison", orElse: comparison),
        try fields.tolerance("tolerance") ?? tolerance)
    }
  }

  /// Bytes of the record that brings what is expected, at least.
  fileprivate var recordSize: Int {
    guard case .value(let expected, _, _) = expectation else { return 0 }
    var bytes: [UInt8] = []
    JSONWriter.append(["index": .number(0), "value": expected.json], to: &bytes)
    return bytes.count + 1
  }
}

/// A language that programs may be in.
enum Language: String, CaseIterable {
  case python, c, shell, javascript

  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// What the language is called after a code fence.
  var fenceNames: Set<String> {
    switch self {
    case .python: ["python", "python3", "py"]
    case .c: ["c"]
    case .shell: ["sh", "bash", "shell", "zsh", "console"]
    case .javascript: ["javascript", "js", "node", "mjs"]
    }
  }

  /// Where its interpreter or compiler is looked for; never by a PATH.
  var places: [String] {
    switch self {
    case .python: ["/usr/bin/python3", "/bin/python3"]
    case .c: ["/usr/bin/gcc", "/usr/bin/clang", "/usr/bin/cc"]
    case .shell: ["/bin/sh", "/usr/bin/sh"]
    case .javascript: ["/usr/bin/node", "/usr/bin/nodejs", "/usr/local/bin/node"]
    }
  }
}
