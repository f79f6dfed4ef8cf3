/// Reads the one number that a text gives as its answer.
struct AnswerReader {
  /// Where the answer is looked for.
  enum Rule: String, CaseIterable {
    /// Behind the last marker; without one, the last number.
    case any
    /// Behind the last marker.
    case marker
    /// In the last `\boxed{…}`.
    case boxed
    /// The last number, markers or not.
    case lastNumber
  }

  /// A text that does not give one number, and why.
  struct Refusal: Error {
    let reason: String
  }

  let rule: Rule
  /// Whether `12,345` is one number.
  let joinsThousands: Bool

  /// The answer of a completion.
  func candidate(in completion: String) throws(Refusal) -> Quantity {
    let text = Array(completion.utf8)
    let place =
      rule == .lastNumber ? .unmarked : AnswerFinder.place(in: text, onlyBoxed: rule == .boxed)
    switch place {
    case .marked(let range, let marker):
      guard !range.isEmpty else {
        throw Refusal(reason: "nothing complete stands behind the last '\(marker)'")
      }
      return try marked(text[range], marker: marker)
    case .unmarked:
      guard rule == .any || rule == .lastNumber else {
        throw Refusal(reason: "the completion has no marker for its answer")
      }
      return try last(in: text)
    }
  }

  /// The reference, which must be a single number and leave nothing open.
  func reference(_ answer: String) throws(Refusal) -> Quantity {
    let text = Array(answer.utf8)
    var plain = MathText.plain(text[...])
    var allowsWords = false
    if case .marked(let range, _) = AnswerFinder.place(in: text, onlyBoxed: false) {
      plain = MathText.plain(text[range])
      allowsWords = true
    }
    guard !plain.contains(UInt8(ascii: "=")) else {
      throw Refusal(reason: "the reference is an equation")
    }
    var scanner = NumberScanner(plain, joinsThousands: true)
    guard let token = scanner.next() else { throw Refusal(reason: "the reference has no number") }
    guard let literal = token.literal, !token.isList, scanner.next() == nil,
      allowsWords
        || !plain[..<token.range.lowerBound].contains(where: { $0.isLetter || $0 >= 0x80 }),
      !NumberWords.isHedged(plain[token.range.upperBound...])
    else { throw Refusal(reason: "the reference is not one plain number") }
    return try quantity(literal, "the reference")
  }

  // MARK: - The two ways

  /// The number of a text that should hold nothing else.
  private func marked(_ text: ArraySlice<UInt8>, marker: String) throws(Refusal) -> Quantity {
    let plain = afterEquality(MathText.plain(text))
    var scanner = NumberScanner(plain, joinsThousands: joinsThousands)
    var found: [(range: Range<Int>, quantity: Quantity)] = []
    while let token = scanner.next() {
      guard let literal = token.literal else {
        throw Refusal(
          reason:
            "\(surroundings(plain, token.range)) behind the last '\(marker)' is no plain number")
      }
      found.append((token.range, try quantity(literal, excerpt(plain, token.range))))
      guard found.count <= 64 else { break }
    }
    guard let last = found.last else {
      throw Refusal(reason: "no number stands behind the last '\(marker)'")
    }
    guard !NumberWords.isHedged(plain[last.range.upperBound...]) else {
      throw Refusal(reason: "the answer leaves open whether \(excerpt(plain, last.range)) is meant")
    }
    guard isList(found.map(\.range), in: plain) || isOneValue(found.map(\.quantity)) else {
      throw Refusal(reason: "several numbers stand behind the last '\(marker)'")
    }
    return last.quantity
  }

  /// The last number of a text that may hold others.
  private func last(in text: [UInt8]) throws(Refusal) -> Quantity {
    let plain = MathText.plain(text[...])
    var scanner = NumberScanner(plain, joinsThousands: joinsThousands)
    var previous: NumberScanner.Token?
    var last: NumberScanner.Token?
    while let token = scanner.next() { (previous, last) = (last, token) }
    guard let last else { throw Refusal(reason: "the completion has no number") }
    guard let literal = last.literal else {
      throw Refusal(reason: "the last number is part of \(surroundings(plain, last.range))")
    }
    let end = previous?.range.upperBound ?? 0
    let between = plain[end..<last.range.lowerBound]
    let isHedged =
      previous != nil && NumberWords.isHedged(lastSentence(between))
      || NumberWords.isHedged(firstSentence(plain[last.range.upperBound...]))
    guard !isHedged else {
      throw Refusal(
        reason: "the completion leaves open whether \(excerpt(plain, last.range)) is meant")
    }
    return try quantity(literal, excerpt(plain, last.range))
  }

  // MARK: - Parts

  private func quantity(_ literal: NumberLiteral, _ name: String) throws(Refusal) -> Quantity {
    do throws(NumberLiteral.Refusal) {
      return Quantity(value: try literal.value(), isPercent: literal.isPercent)
    } catch {
      switch error {
      case .tooLarge:
        throw Refusal(reason: "\(name) needs more than \(Rational.magnitudeLimit) digits")
      case .divisionByZero: throw Refusal(reason: "\(name) divides by zero")
      }
    }
  }

  /// What stands behind the last `=` that is no inequality; all of it where there is none.
  private func afterEquality(_ text: [UInt8]) -> [UInt8] {
    guard let at = text.lastIndex(of: UInt8(ascii: "=")), at > 0,
      !"<>!".utf8.contains(text[at - 1])
    else { return text }
    return Array(text[(at + 1)...])
  }

  /// Whether only commas stand between numbers, so that they are steps whose last one counts.
  private func isList(_ ranges: [Range<Int>], in text: [UInt8]) -> Bool {
    zip(ranges, ranges.dropFirst()).allSatisfy { left, right in
      let gap = text[left.upperBound..<right.lowerBound]
      return gap.contains(UInt8(ascii: ","))
        && gap.allSatisfy { $0 == UInt8(ascii: ",") || $0.isBlank || $0 == UInt8(ascii: "$") }
    }
  }

  private func isOneValue(_ quantities: [Quantity]) -> Bool {
    quantities.allSatisfy {
      $0.value == quantities[0].value && $0.isPercent == quantities[0].isPercent
    }
  }

  private func lastSentence(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.suffix(80).split(whereSeparator: isStop, omitsEmpty: false).last ?? text
  }

  private func firstSentence(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    text.prefix(80).split(whereSeparator: isStop, omitsEmpty: false).first ?? text
  }

  private func isStop(_ byte: UInt8) -> Bool { byte == 0x0A || byte == UInt8(ascii: ".") }

  /// A number with what touches it.
  private func surroundings(_ text: [UInt8], _ range: Range<Int>) -> String {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start > 0, range.lowerBound - start < 12, !text[start - 1].isSpace { start -= 1 }
    while end < text.count, end - range.upperBound < 12, !text[end].isSpace { end += 1 }
    return excerpt(text, start..<end)
  }

  /// A few characters of the completion for a reason, whatever it holds.
  private func excerpt(_ text: [UInt8], _ range: Range<Int>) -> String {
    let shown = text[range].prefix(40).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
    return "'\(String(decoding: shown, as: UTF8.self))\(range.count > 40 ? "…" : "")'"
  }
}

extension ArraySlice<UInt8> {
  fileprivate func split(
    whereSeparator isSeparator: (UInt8) -> Bool, omitsEmpty: Bool
  ) -> [ArraySlice<UInt8>] {
    split(omittingEmptySubsequences: omitsEmpty, whereSeparator: isSeparator)
  }
}
