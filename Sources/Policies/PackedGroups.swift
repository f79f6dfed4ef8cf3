package import Tensors
package import Transformers

/// A prompt and completions of it, as token ids.
package struct TokenGroup: Sendable {
  package let prompt: [Int32]
  package let completions: [[Int32]]

  package init(prompt: [Int32], completions: [[Int32]]) {
    (self.prompt, self.completions) = (prompt, completions)
  }

  /// Rows that the group takes: a completion's last token predicts nothing and is not fed.
  package var rows: Int { prompt.count + completions.reduce(0) { $0 + max(0, $1.count - 1) } }
}

/// Groups packed into rows, and which row predicts which token of which completion.
package struct PackedGroups {
  package private(set) var rows = PackedRows()
  package private(set) var targets = TokenHead.Targets()
  /// The targets of each completion, in the order of groups and completions.
  package private(set) var completions: [Range<Int>] = []

  /// Packs parts of groups whose prompts are not empty, as ``lots(of:rowBudget:)`` cuts them.
  package init(
    _ groups: [TokenGroup], parts: [(group: Int, completions: Range<Int>)]
  ) {
    for part in parts {
      let group = TokenGroup(
        prompt: groups[part.group].prompt,
        completions: Array(groups[part.group].completions[part.completions]))
      let placed = rows.append(
        prompt: group.prompt, continuations: group.completions.map { Array($0.dropLast()) },
        key: UInt32(part.group), firstIndex: part.completions.lowerBound)
      for (tokens, fed) in zip(group.completions, placed.continuations) {
        let first = targets.count
        if !tokens.isEmpty {
          targets.rows += [Int32(placed.prompt.upperBound - 1)] + fed.map { Int32($0) }
          targets.tokens += tokens
        }
        completions.append(first..<targets.count)
      }
    }
  }

  /// Splits groups into lots of at most `rowBudget` rows each, in order.
  ///
  /// A group that is larger is split between its completions, its prompt repeated; one completion is
  /// never split.
  ///
  /// - Returns: For each lot its parts: the group's index and the range of its completions.
  package static func lots(
    of groups: [TokenGroup], rowBudget: Int
  ) -> [[(group: Int, completions: Range<Int>)]] {
    var lots: [[(group: Int, completions: Range<Int>)]] = []
    var lot: [(group: Int, completions: Range<Int>)] = []
    var used = 0
    func close() {
      if !lot.isEmpty { lots.append(lot) }
      lot = []
      used = 0
    }
    for (index, group) in groups.enumerated() {
      if used + group.rows <= rowBudget {
        lot.append((index, group.completions.indices))
        used += group.rows
        continue
      }
      close()
      var first = 0
      var rows = group.prompt.count
      for (position, completion) in group.completions.enumerated() {
        let more = max(0, completion.count - 1)
        if rows + more > rowBudget, position > first {
          lot = [(index, first..<position)]
          close()
          first = position
          rows = group.prompt.count
        }
        rows += more
      }
      lot = [(index, first..<group.completions.count)]
      used = rows
    }
    close()
    return lots
  }
}

extension Policy {
  /// Log-probabilities and entropies of every token of given completions.
  ///
  /// - Parameters:
  ///   - groups: Prompts that are not empty.
  ///   - temperature: Divides the logits.
  ///   - rowBudget: Rows of a pass, which bounds its memory.
  ///   - precision: Of the products.
  /// - Returns: For each group and completion one pair of arrays, in nats.
  package func score(
    _ groups: [TokenGroup], temperature: Float, rowBudget: Int = 2048,
    as precision: ProductPrecision = .float32
  ) -> [[(logProbs: [Float], entropies: [Float])]] {
    var results = groups.map { _ in [(logProbs: [Float], entropies: [Float])]() }
    for lot in PackedGroups.lots(of: groups, rowBudget: rowBudget) {
      let packed = PackedGroups(groups, parts: lot)
      let scores = TokenHead(transformer).score(
        transformer.forward(packed.rows, keep: false, as: precision), packed.targets,
        temperature: temperature)
      var completions = packed.completions.makeIterator()
      for part in lot {
        for _ in part.completions {
          guard let range = completions.next() else { break }
          results[part.group].append(
            (Array(scores.logProbs[range]), Array(scores.entropies[range])))
        }
      }
    }
    return results
  }
}
