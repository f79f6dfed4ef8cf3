/// Levenshtein's distance, where a misspelling may count.
enum EditDistance {
  /// Letters that a text needs for each one that may differ, so that short names stay apart.
  private static let lettersForEach = 5
  /// Letters of a text beyond which nothing may differ; the cost grows with their square.
  private static let longestText = 64

  /// Whether two texts differ by at most `limit` letters that are added, left out or replaced.
  ///
  /// Short texts must be equal, and so must those with digits.
  static func isWithin(_ limit: Int, _ one: String, _ other: String) -> Bool {
    let (a, b) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
    let allowed = min(limit, min(a.count, b.count) / lettersForEach)
    let hasDigits = one.utf8.contains { (0x30...0x39).contains($0) }
    guard allowed > 0, !hasDigits, abs(a.count - b.count) <= allowed,
      max(a.count, b.count) <= longestText
    else { return one == other }
    var row = Array(0...b.count)  // row[j]: distance from what was read of `a` to b[..<j]
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (letter == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count] <= allowed
  }
}
