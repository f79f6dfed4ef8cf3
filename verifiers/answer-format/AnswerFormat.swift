import VerifierKit

/// Judges the form of a completion and nothing else, so that a policy may be shaped towards it.
///
/// It passes for wrong answers as for right ones. Its manifest says so (`shaping: true`), and a
/// reward that would pay for the form of a wrong answer is then refused, unless it says so itself.
struct AnswerFormat: VerifierPlugin {
  static let name = "answer-format"
  static let version = "1.0"

  /// Characters that a completion may have, at most: what a pattern is held against is bounded.
  static let characterLimit = 1 << 16
  /// Bytes of a marker, at most.
  private static let markerLimit = 256

  private let marker: [UInt8]
  private let block: Block
  private let pattern: BoundedPattern?
  private let lengths: ClosedRange<Int>

  private enum Block: Equatable {
    case free
    /// Exactly one fenced block that is closed, of this name where it is not empty.
    case one(name: String)
  }

  init(settings: [String: JSONValue]) throws {
    let marker = try Self.text("marker", settings)
    guard marker.utf8.count <= Self.markerLimit else {
      throw InvalidVerifierSetting(name: "marker", rule: "at most \(Self.markerLimit) bytes long")
    }
    self.marker = Array(marker.utf8)
    let name = try Self.text("blockName", settings)
    switch settings["block"] {
    case nil, .bool(false):
      guard name.isEmpty else {
        throw InvalidVerifierSetting(name: "blockName", rule: "empty where 'block' is false")
      }
      block = .free
    case .bool(true): block = .one(name: name.lowercased())
    default: throw InvalidVerifierSetting(name: "block", rule: "true or false")
    }
    let least = try Self.integer("minimumCharacters", settings, orElse: 1)
    let most = try Self.integer("maximumCharacters", settings, orElse: Self.characterLimit)
    guard least <= most else {
      throw InvalidVerifierSetting(
        name: "minimumCharacters", rule: "at most 'maximumCharacters', \(most)")
    }
    lengths = least...most
    let pattern = try Self.text("pattern", settings)
    do throws(PatternError) {
      self.pattern = pattern.isEmpty ? nil : try BoundedPattern(pattern)
    } catch {
      throw InvalidVerifierSetting(name: "pattern", rule: "a pattern that is read here: \(error)")
    }
  }

  func judge(_ problem: Problem, _ completion: String) -> Verdict {
    // A character has at least a byte, so no text is counted that is far too long.
    guard completion.utf8.count <= 16 * Self.characterLimit else {
      return .wrong(reason: "the text is longer than \(lengths.upperBound) characters")
    }
    let characters = completion.unicodeScalars.count
    guard characters <= lengths.upperBound else {
      return .wrong(reason: "the text is longer than \(lengths.upperBound) characters")
    }
    guard characters >= lengths.lowerBound else {
      return .wrong(reason: "the text is shorter than \(lengths.lowerBound) characters")
    }
    if !marker.isEmpty {
      let found = Self.count(marker, in: Array(completion.utf8))
      guard found == 1 else {
        return .wrong(reason: "the marker stands \(found) times, not once")
      }
    }
    if case .one(let name) = block {
      let blocks = CodeText.blocks(in: completion)
      guard blocks.count == 1, blocks[0].isClosed else {
        return .wrong(reason: "there is not exactly one fenced block that is closed")
      }
      guard name.isEmpty || blocks[0].name == name else {
        return .wrong(reason: "the fenced block has another name")
      }
    }
    if let pattern, !pattern.matches(completion.trimmedScalars) {
      return .wrong(reason: "the text does not match the pattern")
    }
    return .passed(reason: "the form is right")
  }

  /// How often a marker stands in a text; places may overlap, so that none is hidden in another.
  private static func count(_ marker: [UInt8], in text: [UInt8]) -> Int {
    guard text.count >= marker.count else { return 0 }
    return (0...text.count - marker.count).count { start in
      text[start] == marker[0] && text[start..<start + marker.count].elementsEqual(marker)
    }
  }

  // MARK: - Settings

  private static func text(
    _ name: String, _ settings: [String: JSONValue]
  ) throws(InvalidVerifierSetting) -> String {
    switch settings[name] {
    case nil: return ""
    case .string(let text): return text
    default: throw InvalidVerifierSetting(name: name, rule: "a text")
    }
  }

  private static func integer(
    _ name: String, _ settings: [String: JSONValue], orElse standard: Int
  ) throws(InvalidVerifierSetting) -> Int {
    guard let value = settings[name] else { return standard }
    guard case .number(let number) = value, let integer = Int(exactly: number),
      (1...characterLimit).contains(integer)
    else {
      throw InvalidVerifierSetting(name: name, rule: "a whole number in 1...\(characterLimit)")
    }
    return integer
  }
}

extension String {
  /// The characters without white space around them.
  fileprivate var trimmedScalars: Substring.UnicodeScalarView {
    var scalars = self[...].unicodeScalars
    while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
    while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
    return scalars
  }
}
