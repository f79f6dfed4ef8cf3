/// A fraction by its digits: `-3/4`, `\frac{3}{4}`, or a whole number.
struct WrittenFraction: CustomStringConvertible {
  let description: String

  /// Reads a fraction in lower case, without the marks of a formula around it.
  init?(_ text: String) {
    var text = text.filter { $0 != " " }.replacing("\u{2212}", with: "-")
    for command in ["\\dfrac", "\\tfrac", "\\frac"] where text.contains(command) {
      let isNegative = text.hasPrefix("-")
      let fraction = text.dropFirst(isNegative ? 1 : 0)
      guard fraction.hasPrefix(command),
        let parts = Self.parts(fraction.dropFirst(command.count))
      else { return nil }
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

  /// The two arguments of `\frac`, each in braces or one character, which are all of `text`.
  private static func parts(_ text: Substring) -> (over: Substring, under: Substring)? {
    var rest = text
    guard let over = argument(&rest), let under = argument(&rest), rest.isEmpty else { return nil }
    return (over, under)
  }

  private static func argument(_ text: inout Substring) -> Substring? {
    guard text.first == "{" else {
      defer { text = text.dropFirst() }
      return text.isEmpty ? nil : text.prefix(1)
    }
    guard let end = text.firstIndex(of: "}") else { return nil }
    defer { text = text[text.index(after: end)...] }
    return text[..<end].dropFirst()
  }
}
