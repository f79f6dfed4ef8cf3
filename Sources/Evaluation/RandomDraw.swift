#if canImport(Glibc)
  import Glibc
#endif

/// A random choice of samples without replacement, whose classes are looked at one after another.
///
/// Keeps the chance of every state: how many were drawn so far, and how many wrong classes have as
/// many votes as the right one. The work for `n` samples is about `n k²` over all classes.
struct RandomDraw {
  private let drawing: Int
  /// Samples in the classes not yet looked at.
  private var left: Int
  /// Chances `[drawn][ties]`; empty where there is no way to have drawn so many.
  private var states: [[Double]]
  private let logFactorials: [Double]

  /// A choice of `drawing` among `samples`, before any class is looked at.
  init(samples: Int, drawing: Int) {
    self.drawing = drawing
    left = samples
    states = [[Double]](repeating: [], count: drawing + 1)
    states[0] = [1]
    var sums = [0.0]
    for number in 0..<samples { sums.append(sums[number] + log(Double(number + 1))) }
    logFactorials = sums
  }

  /// Keeps the choices that hold `votes` of the right class, which has `size` samples.
  mutating func take(exactly votes: Int, of size: Int) {
    take(votes...votes, of: size, tie: nil)
  }

  /// Keeps the choices that hold at most `votes` of a wrong class, and counts where it ties.
  mutating func take(atMost votes: Int, of size: Int) {
    take(0...votes, of: size, tie: votes)
  }

  /// Fills the choice up from the samples that do not vote.
  mutating func takeRest(of size: Int) {
    take(0...size, of: size, tie: nil)
  }

  /// The chance that the right class wins: ties are broken at random.
  var chanceOfWinningTies: Double {
    states[drawing].enumerated().reduce(0) { $0 + $1.element / Double($1.offset + 1) }
  }

  private mutating func take(_ counts: ClosedRange<Int>, of size: Int, tie: Int?) {
    var next = [[Double]](repeating: [], count: drawing + 1)
    for (drawn, byTies) in states.enumerated() where !byTies.isEmpty {
      let rest = drawing - drawn
      // The other classes must be able to give what this one does not.
      let lower = max(counts.lowerBound, rest - (left - size))
      let upper = min(counts.upperBound, size, rest)
      guard lower <= upper else { continue }
      for count in lower...upper {
        let chance = exp(
          logChoose(size, count) + logChoose(left - size, rest - count) - logChoose(left, rest))
        let added = count == tie ? 1 : 0
        var target = next[drawn + count]
        let missing = byTies.count + added - target.count
        if missing > 0 { target += [Double](repeating: 0, count: missing) }
        for (ties, before) in byTies.enumerated() { target[ties + added] += before * chance }
        next[drawn + count] = target
      }
    }
    left -= size
    states = next
  }

  /// `log C(n, k)`: in logarithms nothing overflows.
  private func logChoose(_ n: Int, _ k: Int) -> Double {
    logFactorials[n] - logFactorials[k] - logFactorials[n - k]
  }
}
