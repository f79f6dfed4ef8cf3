/// " Did you mean 'x'?" after a full stop, or only the full stop where no known name is near.
func suggestion(for name: String, in known: [String]) -> String {
  let near = known.map { ($0, distance(from: name, to: $0)) }.min { $0.1 < $1.1 }
  guard let (candidate, edits) = near, edits <= max(2, candidate.count / 3) else { return "." }
  return ". Did you mean '\(candidate)'?"
}

/// The least number of letters to insert, delete or change.
private func distance(from one: String, to other: String) -> Int {
  let letters = Array(other.prefix(100))
  var previous = Array(0...letters.count)
  for (row, letter) in one.prefix(100).enumerated() {
    var current = [row + 1]
    for (column, candidate) in letters.enumerated() {
      let changed = previous[column] + (letter == candidate ? 0 : 1)
      current.append(min(changed, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[letters.count]
}
