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
      if scalar == "\n" {
        excerpt += "\\n"
      } else if isHidden(scalar) {
        excerpt += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        excerpt.unicodeScalars.append(scalar)
      }
    }
    return excerpt
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
