/// What of a row of things is kept, when the rest is deleted.
///
/// A thing is kept where any part of the rule keeps it.
package struct RetentionRule: Equatable, Sendable {
  /// The newest so many.
  package var keepLast: Int?
  /// Each whose number is divisible by this.
  package var keepEvery: Int?
  /// The one with the greatest value of this metric; of several, the newest.
  package var keepBest: Metric?

  /// What the best is best by.
  package enum Metric: String, Codable, CaseIterable, Sendable {
    /// Mean reward of a round.
    case reward
    /// Greedy accuracy on held-out problems.
    case greedy
  }

  /// Something that may be kept.
  package struct Item: Equatable, Sendable {
    /// From 1, greater for what is newer.
    package let number: Int
    package let reward: Double?
    package let greedy: Double?

    package init(number: Int, reward: Double? = nil, greedy: Double? = nil) {
      (self.number, self.reward, self.greedy) = (number, reward, greedy)
    }

    fileprivate func value(of metric: Metric) -> Double? {
      switch metric {
      case .reward: reward
      case .greedy: greedy
      }
    }
  }

  package init() {}

  /// Whether the rule says nothing, so that nothing would be kept.
  package var isEmpty: Bool { keepLast == nil && keepEvery == nil && keepBest == nil }

  /// The numbers of those that are kept.
  package func kept(of items: [Item]) -> Set<Int> {
    var kept: Set<Int> = []
    if let keepLast { kept.formUnion(items.map(\.number).sorted().suffix(keepLast)) }
    if let keepEvery {
      kept.formUnion(items.map(\.number).filter { $0.isMultiple(of: keepEvery) })
    }
    if let keepBest {
      let best = items.compactMap { item in
        item.value(of: keepBest).map { (value: $0, number: item.number) }
      }.max { ($0.value, $0.number) < ($1.value, $1.number) }
      if let best { kept.insert(best.number) }
    }
    return kept
  }
}
