import VerifierKit

/// A text with places such as `{{ item.answer }}` or `{{ sample.output_json.steps[0] }}`.
///
/// Only `item` and `sample` are reached, and what is inserted is never read as a template again, so
/// that a completion that writes `{{ item.answer }}` gets those characters. There are no filters,
/// loops or conditions.
struct GraderTemplate {
  /// A text that is no template.
  struct Unreadable: Error, Equatable {
    let problem: String
  }

  /// A place for which there is nothing to insert.
  struct Unfilled: Error, Equatable {
    let reason: String
    /// Whether the completion lacks it, not the item.
    let isOfSample: Bool
  }

  /// Bytes of a template, and of what becomes of it, at most.
  static let templateLimit = 64 << 10
  static let filledLimit = 1 << 20
  private static let stepLimit = 32

  private enum Step: Equatable {
    case key(String)
    case index(Int)
  }

  private enum Piece: Equatable {
    case text(String)
    case place(root: String, steps: [Step])
  }

  private let pieces: [Piece]

  init(_ text: String) throws(Unreadable) {
    guard text.utf8.count <= Self.templateLimit else {
      throw Unreadable(problem: "it is longer than \(Self.templateLimit) bytes")
    }
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstRange(of: "{{") {
      if open.lowerBound > rest.startIndex {
        pieces.append(.text(String(rest[..<open.lowerBound])))
      }
      let behind = rest[open.upperBound...]
      guard let close = behind.firstRange(of: "}}") else {
        throw Unreadable(problem: "a '{{' is never closed")
      }
      pieces.append(try Self.place(behind[..<close.lowerBound]))
      rest = behind[close.upperBound...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    self.pieces = pieces
  }

  /// The text with everything inserted, texts as they are and other values as JSON.
  ///
  /// - Parameter roots: The members of `item` and of `sample`.
  /// - Returns: The text.
  /// - Throws: ``Unfilled``.
  func filled(from roots: [String: [String: JSONValue]]) throws(Unfilled) -> String {
    var filled = ""
    var usesSample = false
    for piece in pieces {
      switch piece {
      case .text(let text): filled += text
      case .place(let root, let steps):
        usesSample = usesSample || root == "sample"
        filled += try Self.text(at: steps, in: .object(roots[root] ?? [:]), root)
      }
      guard filled.utf8.count <= Self.filledLimit else {
        throw Unfilled(
          reason: "a filled template is longer than \(Self.filledLimit) bytes",
          isOfSample: usesSample)
      }
    }
    return filled
  }

  private static func text(
    at steps: [Step], in root: JSONValue, _ name: String
  ) throws(Unfilled) -> String {
    var value = root
    for step in steps {
      switch (step, value) {
      case (.key(let key), .object(let members)) where members[key] != nil:
        value = members[key] ?? .null
      case (.index(let index), .array(let elements)) where elements.indices.contains(index):
        value = elements[index]
      default:
        throw Unfilled(
          reason: name == "sample"
            ? "the completion has nothing at '\(path(name, steps))'"
            : "the item has nothing at '\(path(name, steps))'", isOfSample: name == "sample")
      }
    }
    if case .string(let text) = value { return text }
    var bytes: [UInt8] = []
    JSONWriter.append(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func path(_ root: String, _ steps: [Step]) -> String {
    steps.reduce(root) { path, step in
      switch step {
      case .key(let key): "\(path).\(key)"
      case .index(let index): "\(path)[\(index)]"
      }
    }
  }

  // MARK: - The grammar of a place

  private static func place(_ text: Substring) throws(Unreadable) -> Piece {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    let shown = "'{{ \(rest.prefix(60)) }}'"
    guard let root = takeName(&rest), root == "item" || root == "sample" else {
      throw Unreadable(problem: "\(shown) reaches neither 'item' nor 'sample'")
    }
    var steps: [Step] = []
    while let mark = rest.popFirst() {
      if mark == ".", let name = takeName(&rest) {
        steps.append(.key(name))
      } else if mark == "[", let close = rest.firstIndex(of: "]") {
        steps.append(try bracketed(rest[..<close], shown))
        rest = rest[rest.index(after: close)...]
      } else {
        throw Unreadable(problem: "\(shown) is no path such as item.answer or item.steps[0]")
      }
      guard steps.count <= stepLimit else {
        throw Unreadable(problem: "\(shown) has more than \(stepLimit) steps")
      }
    }
    return .place(root: root, steps: steps)
  }

  private static func takeName(_ text: inout Substring) -> String? {
    let name = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    guard !name.isEmpty else { return nil }
    text = text[name.endIndex...]
    return String(name)
  }

  private static func bracketed(_ text: Substring, _ shown: String) throws(Unreadable) -> Step {
    if let quote = text.first, quote == "'" || quote == "\"", text.count >= 2, text.last == quote {
      return .key(String(text.dropFirst().dropLast()))
    }
    guard let index = Int(text), index >= 0, text.allSatisfy(\.isASCII) else {
      throw Unreadable(problem: "\(shown) has brackets with neither a number nor a quoted name")
    }
    return .index(index)
  }
}
