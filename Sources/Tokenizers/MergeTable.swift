/// The merges of a byte-pair encoding, by rank.
///
/// - SeeAlso: Sennrich, Haddow and Birch 2016, section 3.2.
struct MergeTable: Sendable {
  /// Two neighbouring tokens and the token that takes their place.
  struct Merge: Equatable, Sendable {
    let left: Int32
    let right: Int32
    let result: Int32
  }

  /// The first is applied before all others.
  let merges: [Merge]
  private let rankByPair: [UInt64: Int32]

  /// Where a pair occurs twice, the earlier rank counts.
  init(_ merges: [Merge]) {
    self.merges = merges
    var ranks: [UInt64: Int32] = [:]
    ranks.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      let pair = Self.pair(merge.left, merge.right)
      if ranks[pair] == nil { ranks[pair] = Int32(rank) }
    }
    rankByPair = ranks
  }

  /// Merges the tokens of one word, always the lowest rank first and, of equals, the leftmost.
  ///
  /// Candidates wait in a heap, so that a word of a million bytes takes seconds, not days.
  func merged(_ word: [Int32]) -> [Int32] {
    guard word.count > 1, !merges.isEmpty else { return word }
    var tokens = word
    var next = (1...word.count).map { $0 }
    var previous = (0..<word.count).map { $0 - 1 }
    var candidates = CandidateHeap()

    func rank(at position: Int) -> Int32? {
      let neighbour = next[position]
      guard neighbour < tokens.count else { return nil }
      return rankByPair[Self.pair(tokens[position], tokens[neighbour])]
    }
    for position in 0..<word.count - 1 {
      if let rank = rank(at: position) { candidates.push(rank: rank, position: position) }
    }
    while let (candidateRank, position) = candidates.pop() {
      // A merged neighbour may have taken either token since the candidate was pushed.
      guard tokens[position] >= 0, rank(at: position) == candidateRank else { continue }
      let right = next[position]
      tokens[position] = merges[Int(candidateRank)].result
      tokens[right] = -1
      next[position] = next[right]
      if next[right] < tokens.count { previous[next[right]] = position }
      if let rank = rank(at: position) { candidates.push(rank: rank, position: position) }
      let left = previous[position]
      if left >= 0, let rank = rank(at: left) { candidates.push(rank: rank, position: left) }
    }
    return tokens.filter { $0 >= 0 }
  }

  private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}

/// A binary heap of places where a merge applies; the lowest rank comes first, then the leftmost.
private struct CandidateHeap {
  private var keys: [UInt64] = []

  mutating func push(rank: Int32, position: Int) {
    keys.append(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(position)))
    var child = keys.count - 1
    while child > 0, keys[child] < keys[(child - 1) / 2] {
      keys.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (rank: Int32, position: Int)? {
    guard let first = keys.first, let last = keys.popLast() else { return nil }
    if !keys.isEmpty {
      keys[0] = last
      sink()
    }
    return (Int32(first >> 32), Int(first & 0xFFFF_FFFF))
  }

  private mutating func sink() {
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < keys.count else { return }
      let right = left + 1
      let child = right < keys.count && keys[right] < keys[left] ? right : left
      guard keys[child] < keys[parent] else { return }
      keys.swapAt(parent, child)
      parent = child
    }
  }
}
