/// Hostile text cut short and made harmless for a terminal and for a reader's eye.
enum Excerpt {
  /// Characters of an excerpt, at most.
  static let limit = 160

  /// The beginning of `text`, where what does not show (controls, marks that turn the writing
  /// direction, spaces without width) is written as `\u{…}`.
  static func of(_ text: String) -> String {
    var excerpt = ""
    var length = 0
    for scalar in text.unicodeScalars {
      guard length < limit else {
        return excerpt + "… (\(text.utf8.count) bytes)"
      }
      length += 1
      excerpt += shown(scalar)
    }
    return excerpt
  }

  /// Characters of a reason, at most, without the mark between its beginning and its end.
  static let reasonLimit = 600

  /// The beginning and the end of a reason: what went wrong stands at the end of what a program
  /// wrote.
  static func ofReason(_ reason: String) -> String {
    let scalars = Array(reason.unicodeScalars)
    guard scalars.count > reasonLimit else { return shown(scalars[...]) }
    let end = reasonLimit * 2 / 3
    return shown(scalars.prefix(reasonLimit - end)) + " … (\(reason.utf8.count) bytes) … "
      + shown(scalars.suffix(end))
  }

  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    scalars.reduce(into: "") { $0 += shown($1) }
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\n" { return "\\n" }
    return isHidden(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned,
      .surrogate:
      true
    default: false
    }
  }
}
