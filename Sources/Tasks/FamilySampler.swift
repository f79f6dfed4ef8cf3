import Randomness
import VerifierKit

/// One family of a generated task: how its problems are drawn and written.
struct FamilyDraw<Item> {
  let name: String
  /// Share of the set's problems, in proportion to the other families' weights.
  let weight: Double
  /// Draws one problem; nil where the draw has none.
  let draw: (inout CounterGenerator) -> Item?
  /// The one text that all spellings of a problem share.
  let canonical: (Item) -> String
  let problem: (Item) -> Problem
  /// How a demonstration answers.
  let completion: (Item) -> String
}

/// Turns families into the splits of a task.
///
/// Draw `i` of a family has random numbers of its own, so a larger set starts with the smaller
/// one. Which side of the split a problem falls on is its own hash's affair
/// (``HeldOutSplit``), whatever the seed and the counts.
struct FamilySampler {
  let settings: any GeneratorSettings

  /// The problems of one side, and on the training side its demonstrations.
  ///
  /// - Throws: ``TaskError/tooFewProblems(family:part:found:wanted:)`` where a family has not
  ///   enough different problems.
  func taskSet<Item>(
    _ name: String, _ split: GeneratedSplit, of families: [FamilyDraw<Item>]
  ) throws(TaskError) -> TaskSet {
    let training = split == .train
    let weights = families.map(\.weight)
    let demonstrationCounts = Self.shares(
      of: training ? settings.demonstrations : 0, weights: weights)
    let problemCounts = Self.shares(
      of: training ? settings.trainingProblems : settings.heldOutProblems, weights: weights)
    var demonstrations: [[Demonstration]] = []
    var problems: [[Problem]] = []
    for (index, family) in families.enumerated() {
      let items = try distinct(
        demonstrationCounts[index] + problemCounts[index], of: family, split)
      demonstrations.append(
        items.prefix(demonstrationCounts[index]).map {
          Demonstration(problem: family.problem($0), completion: family.completion($0))
        })
      problems.append(items.dropFirst(demonstrationCounts[index]).map(family.problem))
    }
    return try TaskSet(
      name: name, problems: Self.interleaved(problems),
      demonstrations: Self.interleaved(demonstrations))
  }

  // MARK: - Helpers

  /// The first `count` different problems of a family on one side of the split.
  private func distinct<Item>(
    _ count: Int, of family: FamilyDraw<Item>, _ split: GeneratedSplit
  ) throws(TaskError) -> [Item] {
    let rule = HeldOutSplit(share: settings.heldOutShare)
    let stream = HeldOutSplit.hash(family.name)
    // Enough for every problem of a small family to turn up, and an end to looking for more.
    let attempts = 100 * count + 100_000
    // A family that is exhausted shows it by draws that bring nothing new.
    let patience = 100_000
    var lastFind = 0
    var found: [Item] = []
    var seen: Set<String> = []
    var attempt = 0
    while found.count < count {
      guard attempt < attempts, attempt - lastFind < patience else {
        throw .tooFewProblems(
          family: family.name, part: split == .train ? "training" : "held-out",
          found: found.count, wanted: count)
      }
      var generator = CounterGenerator(keys: settings.seed, stream, UInt64(attempt))
      attempt += 1
      guard let item = family.draw(&generator) else { continue }
      let canonical = family.canonical(item)
      guard rule.holdsOut(canonical) == (split == .heldout) else { continue }
      if seen.insert(canonical).inserted {
        found.append(item)
        lastFind = attempt
      }
    }
    return found
  }

  /// `count` cut by weights; what rounding leaves goes to the largest remainders.
  private static func shares(of count: Int, weights: [Double]) -> [Int] {
    let total = weights.reduce(0, +)
    let exact = weights.map { Double(count) * ($0 / total) }
    var shares = exact.map { Int($0) }
    let byRemainder = exact.indices.sorted {
      let (one, other) = (exact[$0] - Double(shares[$0]), exact[$1] - Double(shares[$1]))
      return one == other ? $0 < $1 : one > other
    }
    for index in byRemainder.prefix(max(0, count - shares.reduce(0, +))) { shares[index] += 1 }
    return shares
  }

  /// One list in which every stretch holds the lists in proportion, and each keeps its order.
  private static func interleaved<Element>(_ lists: [[Element]]) -> [Element] {
    var placed: [(place: Double, list: Int, element: Element)] = []
    for (index, list) in lists.enumerated() {
      for (position, element) in list.enumerated() {
        placed.append(((Double(position) + 0.5) / Double(list.count), index, element))
      }
    }
    placed.sort { $0.place == $1.place ? $0.list < $1.list : $0.place < $1.place }
    return placed.map(\.element)
  }
}
