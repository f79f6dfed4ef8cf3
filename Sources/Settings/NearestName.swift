/// The name that was probably meant by `name`, if one is near.
///
/// Near is up to a third of the letters, at least one: omitted, added, changed, or swapped with the
/// next. Capitals count as their small letters.
///
/// - Parameters:
///   - name: What was written; beyond 64 letters nothing is near.
///   - names: What is known; among the nearest the first wins.
/// - Returns: A known name, or `nil`.
package func closest(to name: String, in names: [String]) -> String? {
  let limit = max(1, name.count / 3)
  guard name.count <= 64 else { return nil }
  return names.filter { $0.count <= 64 }
    .map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
    .filter { $0.distance <= limit }
    .min { $0.distance < $1.distance }?.name
}

/// The least number of letters to omit, add, change or swap with the next to get from one text to
/// the other, when no letter is touched twice.
///
/// - SeeAlso: Damerau 1964; Levenshtein 1966.
func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left), Array(right))
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for i in left.indices {
    var current = [i + 1]
    for j in right.indices {
      let change = previous[j] + (left[i] == right[j] ? 0 : 1)
      var best = min(change, previous[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
        best = min(best, beforePrevious[j - 1] + 1)
      }
      current.append(best)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}
