/// The spellings in which a whole text is one number.
///
/// A scanner and no regular expression: files have a reference in each row.
struct NumberForm {
  private static let longestFraction = 40

  private var rest: Substring.UTF8View

  private init(_ text: String) { rest = text[...].utf8 }

  /// `-1,234.50`, `1e6`, `50%`, `$18`, also with LaTeX's backslash before `$` and `%`.
  static func isDecimal(_ text: String) -> Bool {
    var form = NumberForm(text)
    form.takeSign()
    _ = form.take(" ")
    _ = form.take("\\$") || form.take("$")
    let first = form.takeDigits()
    guard first > 0 else { return false }
    while first <= 3, form.take(",") {
      guard form.takeDigits() == 3 else { return false }
    }
    if form.take("."), form.takeDigits() == 0 { return false }
    if form.take("e") || form.take("E") {
      _ = form.take("+") || form.take("-")
      guard (1...3).contains(form.takeDigits()) else { return false }
    }
    _ = form.take("\\%") || form.take("%")
    return form.rest.isEmpty
  }

  /// `-3/4`, perhaps with blanks around the stroke.
  static func isFraction(_ text: String) -> Bool {
    var form = NumberForm(text)
    form.takeSign()
    guard form.takeOperand() else { return false }
    _ = form.take(" ")
    guard form.take("/") else { return false }
    _ = form.take(" ")
    return form.takeOperand() && form.rest.isEmpty
  }

  /// `-\frac{3}{4}`, also `\dfrac` and `\tfrac`.
  static func isLaTeXFraction(_ text: String) -> Bool {
    var form = NumberForm(text)
    form.takeSign()
    guard form.take("\\frac{") || form.take("\\dfrac{") || form.take("\\tfrac{") else {
      return false
    }
    _ = form.take("-")
    guard form.takeOperand(), form.take("}{"), form.takeOperand() else { return false }
    return form.take("}") && form.rest.isEmpty
  }

  // MARK: - Bytes

  private mutating func takeSign() { _ = take("-") || take("+") || take("−") }

  private mutating func takeOperand() -> Bool {
    (1...Self.longestFraction).contains(takeDigits())
  }

  private mutating func takeDigits() -> Int {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest[digits.endIndex...]
    return digits.count
  }

  private mutating func take(_ mark: String) -> Bool {
    guard rest.starts(with: mark.utf8) else { return false }
    rest = rest.dropFirst(mark.utf8.count)
    return true
  }
}
