import BigInt
import VerifierKit

/// Numbers, and a target that an expression of them must hit.
struct CountdownPuzzle {
  private let numbers: [BigInt]
  private let target: Rational

  /// Given numbers, at most; more are no puzzle.
  static let countLimit = 64

  /// The puzzle in a problem's metadata; nil where there is none.
  ///
  /// - Throws: ``AnswerReader/Refusal`` where `numbers` and `target` are there and cannot be used.
  init?(_ metadata: [String: JSONValue]) throws(AnswerReader.Refusal) {
    guard case .array(let elements)? = metadata["numbers"], let goal = metadata["target"] else {
      return nil
    }
    guard (1...Self.countLimit).contains(elements.count) else {
      throw AnswerReader.Refusal(reason: "the puzzle has \(elements.count) numbers")
    }
    var numbers: [BigInt] = []
    for element in elements {
      guard case .number(let number) = element, let whole = Int(exactly: number),
        (0...1 << 53).contains(whole)
      else {
        throw AnswerReader.Refusal(reason: "a number of the puzzle is not whole, or below zero")
      }
      numbers.append(BigInt(whole))
    }
    guard case .number(let number) = goal,
      let target = Self.exact(number)
    else { throw AnswerReader.Refusal(reason: "the puzzle's target is not a number") }
    (self.numbers, self.target) = (numbers, target)
  }

  /// Judges a completion: its answer must be an expression that uses the numbers and hits the target.
  ///
  /// - Parameters:
  ///   - completion: The policy's text.
  ///   - useAll: Whether every number must be used; none may be used twice.
  /// - Returns: The verdict, never unscored.
  func judge(_ completion: String, useAll: Bool) -> Verdict {
    do throws(CountdownExpression.Refusal) {
      let (text, claim) = answer(in: Array(completion.utf8))
      guard !text.isEmpty else { return .wrong(reason: "the completion has no expression") }
      let expression = try CountdownExpression(text, limit: numbers.count)
      var left = numbers
      for number in expression.numbers {
        guard let index = left.firstIndex(of: number) else {
          return .wrong(reason: "\(number) is not given, or is used too often")
        }
        left.remove(at: index)
      }
      guard left.isEmpty || !useAll else {
        return .wrong(reason: "\(left.count) of the numbers are not used")
      }
      if let claim, try CountdownExpression(claim, limit: 1).value != expression.value {
        return .wrong(reason: "the expression does not have the value that stands behind '='")
      }
      guard expression.value == target else {
        return .wrong(reason: "the expression does not hit the target")
      }
      return .passed(reason: "the expression hits the target")
    } catch {
      return .wrong(reason: error.reason)
    }
  }

  /// The expression, and what stands behind its `=` where it has one.
  private func answer(in text: [UInt8]) -> (
    expression: ArraySlice<UInt8>, claim: ArraySlice<UInt8>?
  ) {
    let plain: [UInt8] =
      switch AnswerFinder.place(in: text, onlyBoxed: false) {
      case .marked(let range, _): MathText.plain(text[range])
      case .unmarked: MathText.plain(lastLine(text))
      }
    let trimmed = plain[...].drop { isDecoration($0) }
    let end = trimmed.lastIndex { !isDecoration($0) } ?? trimmed.startIndex - 1
    let expression = trimmed[trimmed.startIndex..<end + 1]
    guard let equals = expression.firstIndex(of: UInt8(ascii: "=")) else {
      return (expression, nil)
    }
    return (expression[..<equals], expression[(equals + 1)...])
  }

  private func lastLine(_ text: [UInt8]) -> ArraySlice<UInt8> {
    guard let end = text.lastIndex(where: { !$0.isSpace }) else { return [] }
    let start = text[...end].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return text[start...end]
  }

  private func isDecoration(_ byte: UInt8) -> Bool { byte.isSpace || byte == UInt8(ascii: "$") }

  /// The decimal that a JSON number was written as.
  private static func exact(_ number: Double) -> Rational? {
    let text = Array(number.magnitude.description.utf8)
    var scanner = NumberScanner(text, joinsThousands: false)
    guard let literal = scanner.next()?.literal, scanner.next() == nil else { return nil }
    do throws(NumberLiteral.Refusal) {
      let value = try literal.value()
      return number < 0 ? -value : value
    } catch {
      return nil
    }
  }
}
