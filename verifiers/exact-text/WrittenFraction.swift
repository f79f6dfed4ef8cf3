/// A fraction by its digits: `-3/4`, `\frac{3}{4}`, or a whole number.
struct WrittenFraction: CustomStringConvertible {
  let description: String

  /// Reads a fraction in lower case, without the marks of a formula around it.
  init?(_ text: String) {
    var text = text.filter { $0 != " " }
    for command in ["\\dfrac", "\\tfrac", "\\frac"] where text.contains(command + "{") {
      let isNegative = text.hasPrefix("-")
      guard let parts = Self.parts(text.dropFirst(isNegative ? 1 : 0), of: command) else {
        return nil
      }
      text = "\(isNegative ? "-" : "")\(parts.over)/\(parts.under)"
    }
    let isNegative = text.hasPrefix("-")
    let parts = text.dropFirst(isNegative ? 1 : 0)
      .split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, !parts.isEmpty,
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 &- 48 < 10 } })
    else { return nil }
    let numbers = parts.map { part in
      let digits = part.drop { $0 == "0" }
      return digits.isEmpty ? "0" : String(digits)
    }
    guard numbers.count == 1 || numbers[1] != "0" else { return nil }
    description = (isNegative ? "-" : "") + numbers.joined(separator: "/")
  }

  /// The two contents of `\frac{…}{…}`, which is all of `text`.
  private static func parts(
    _ text: Substring, of command: String
  ) -> (over: Substring, under: Substring)? {
    guard text.hasPrefix(command + "{"), text.hasSuffix("}") else { return nil }
    let body = text.dropFirst(command.count + 1).dropLast()
    guard let middle = body.firstRange(of: "}{") else { return nil }
    return (body[..<middle.lowerBound], body[middle.upperBound...])
  }
}
