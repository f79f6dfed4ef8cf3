package import Transformers

/// Which parameters are regularised: each falls into the first group that matches.
///
/// | group | what | weight decay | dropout |
/// | --- | --- | --- | --- |
/// | final | last blocks, final norm, head, and the embedding where it is tied to the head | 0 | 0 |
/// | unweighted | gains, biases, embeddings | 0 | as its block |
/// | body | the other matrices | as set | as set |
package struct RegularizationTable: Equatable, Sendable {
  /// A group of parameters that are treated alike.
  package enum Group: String, CaseIterable, Codable, Sendable {
    case final
    case unweighted
    case body
  }

  /// The group of each entry of the parameter table, in its order.
  package let groups: [Group]
  /// Runs of neighbours in the flat buffer with one group.
  package let ranges: [(group: Group, range: Range<Int>)]
  /// Whether a block's values may be dropped, one a block.
  package let blockMayDrop: [Bool]
  private let entries: [ParameterEntry]

  package static func == (left: Self, right: Self) -> Bool {
    left.groups == right.groups && left.blockMayDrop == right.blockMayDrop
  }

  /// Assigns each parameter of `table`; `finalBlocks` beyond all blocks means all.
  package init(_ shape: TransformerShape, finalBlocks: Int) {
    let table = ParameterTable(shape)
    let firstFinal = max(0, shape.blocks - finalBlocks)
    groups = table.entries.map { entry in
      switch entry.place {
      case .finalNorm, .head: .final
      case .embedding: shape.tiedHead ? .final : .unweighted
      case .block(let index):
        index >= firstFinal ? .final : entry.shape.count == 1 ? .unweighted : .body
      }
    }
    var ranges: [(group: Group, range: Range<Int>)] = []
    for (entry, group) in zip(table.entries, groups) {
      if let last = ranges.last, last.group == group, last.range.upperBound == entry.offset {
        ranges[ranges.count - 1].range = last.range.lowerBound..<entry.range.upperBound
      } else {
        ranges.append((group, entry.range))
      }
    }
    self.ranges = ranges
    blockMayDrop = (0..<shape.blocks).map { $0 < firstFinal }
    entries = table.entries
    precondition(isPartition(of: table.count), "the groups of parameters are not a partition")
  }

  /// Whether the ranges cover `0..<count`, each position once.
  package func isPartition(of count: Int) -> Bool {
    var next = 0
    for (_, range) in ranges {
      guard range.lowerBound == next, !range.isEmpty else { return false }
      next = range.upperBound
    }
    return next == count
  }

  /// One row of the printed table.
  package struct Line: Codable, Equatable, Sendable {
    package let group: Group
    /// Named parameters, and their values.
    package let parameters: Int
    package let values: Int
    package let weightDecay: Double
    package let dropout: Double
    /// For instance "blocks 3, final norm, embedding (tied head)".
    package let what: String
  }

  /// The table as a run prints and stores it.
  package func lines(_ settings: RegularizationSettings) -> [Line] {
    Group.allCases.map { group in
      let members = zip(entries, groups).filter { $0.1 == group }.map(\.0)
      return Line(
        group: group, parameters: members.count, values: members.reduce(0) { $0 + $1.count },
        weightDecay: group == .body ? settings.weightDecay : 0,
        dropout: group == .final ? 0 : settings.dropout, what: summary(members))
    }
  }

  private func summary(_ members: [ParameterEntry]) -> String {
    var parts: [String] = []
    let blocks = Set(
      members.compactMap { entry -> Int? in
        if case .block(let index) = entry.place { index } else { nil }
      })
    if let first = blocks.min(), let last = blocks.max() {
      let kinds = Set(members.filter { $0.place != .embedding }.map(\.shape.count))
      let what = kinds == [1] ? " gains and biases" : kinds == [2] ? " matrices" : ""
      parts.append(first == last ? "block \(first)\(what)" : "blocks \(first)–\(last)\(what)")
    }
    if members.contains(where: { $0.place == .finalNorm }) { parts.append("final norm") }
    if members.contains(where: { $0.place == .head }) { parts.append("head") }
    if members.contains(where: { $0.place == .embedding }) {
      parts.append(groups.first == .final ? "embedding (tied to the head)" : "embedding")
    }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }
}
