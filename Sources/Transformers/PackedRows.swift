package import Tensors

/// Token sequences packed into one matrix of rows: no padding, and each prompt only once.
///
/// A group is a prompt and the continuations that attend to it; a sequence by itself is a group of
/// one segment. Rotary positions of a continuation go on where its prompt ends.
package struct PackedRows {
  /// One a row.
  package private(set) var tokens: [Int32] = []
  /// Position of each row within its sequence.
  package private(set) var positions: [Int32] = []
  package private(set) var segments: [AttentionSegment] = []
  /// Ranges of `segments`: a prompt, then what continues it.
  package private(set) var groups: [Range<Int>] = []
  /// What tells a row apart from all others of its batch, however rows are packed.
  package private(set) var rowKeys: [UInt32] = []

  package init() {}

  /// Number of rows.
  package var count: Int { tokens.count }
  /// Longest sequence, prompt included, in tokens.
  package var longest: Int { Int(positions.max() ?? -1) + 1 }

  /// Adds a prompt and its continuations; gives the rows of each.
  ///
  /// - Parameters:
  ///   - prompt: At least one token.
  ///   - continuations: What attends to the prompt; one that is empty takes no rows.
  ///   - key: Tells the group apart from others of the batch.
  ///   - firstIndex: Index of the first continuation within its whole group, where it is split.
  /// - Returns: The rows of the prompt and of each continuation.
  package mutating func append(
    prompt: [Int32], continuations: [[Int32]] = [], key: UInt32 = 0, firstIndex: Int = 0
  ) -> (prompt: Range<Int>, continuations: [Range<Int>]) {
    precondition(!prompt.isEmpty, "a prompt has at least one token")
    let firstSegment = segments.count
    let promptRows = append(prompt, from: 0, prefix: 0..<0, key: key &* 0x9E37_79B1)
    let rows = continuations.enumerated().map { index, tokens in
      append(
        tokens, from: prompt.count, prefix: promptRows,
        key: key &* 0x9E37_79B1 &+ UInt32(firstIndex + index + 1) &* 0x85EB_CA77)
    }
    groups.append(firstSegment..<segments.count)
    return (promptRows, rows)
  }

  private mutating func append(
    _ tokens: [Int32], from position: Int, prefix: Range<Int>, key: UInt32
  ) -> Range<Int> {
    let rows = self.tokens.count..<self.tokens.count + tokens.count
    guard !tokens.isEmpty else { return rows }
    self.tokens += tokens
    positions += (0..<tokens.count).map { Int32(position + $0) }
    rowKeys += (0..<tokens.count).map { key &+ UInt32($0) }
    segments.append(AttentionSegment(rows: rows, prefix: prefix))
    return rows
  }
}
