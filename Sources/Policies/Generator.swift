import Randomness
import Tensors
import Transformers

/// One prompt and how many completions of it are wanted.
package struct GenerationRequest: Sendable {
  package let promptTokens: [Int32]
  package let samples: Int
  /// Decides the draws, together with the seed, the sample's index and the position.
  package let key: UInt64

  package init(promptTokens: [Int32], samples: Int, key: UInt64) {
    (self.promptTokens, self.samples, self.key) = (promptTokens, samples, key)
  }
}

/// Decodes completions in batches with a KV cache.
///
/// A prompt is run once for all its completions. Whoever is done leaves at once, and the next takes
/// its slot. The random number behind a token depends on the seed, the request's key, the sample's
/// index and the position alone, not on who else is in the batch.
package struct Generator {
  private let policy: Policy
  private let settings: SamplingSettings
  private let seed: UInt64

  /// A generator of `policy`.
  ///
  /// - Parameters:
  ///   - policy: Whose weights stay as they are.
  ///   - settings: Validated.
  ///   - seed: Of the run.
  package init(_ policy: Policy, settings: SamplingSettings, seed: UInt64) {
    (self.policy, self.settings, self.seed) = (policy, settings, seed)
  }

  /// Completions of each request, in order.
  ///
  /// - Parameters:
  ///   - requests: Prompts that are not empty.
  ///   - progress: Told how many completions are done.
  /// - Returns: For each request as many completions as it asks for.
  package func generate(
    _ requests: [GenerationRequest], progress: ((Int) -> Void)? = nil
  ) -> [[Completion]] {
    var schedule = DecodingSchedule(requests, maxRows: settings.maxRows)
    guard schedule.total > 0 else { return requests.map { _ in [] } }
    let cache = KVCache(
      shape: policy.shape, slots: schedule.slots, capacity: settings.maxCompletionTokens,
      promptRows: schedule.promptSlots * schedule.promptCapacity,
      precision: settings.cachePrecision, from: policy.transformer.memory)
    let packed = policy.transformer.packed(as: settings.weightPrecision)
    var results = requests.map { [Completion?](repeating: nil, count: $0.samples) }
    var active: [ActiveCompletion] = []
    var done = 0
    func settle(_ rows: [ActiveCompletion]) {
      for row in rows {
        guard let completion = row.completion else {
          active.append(row)
          continue
        }
        results[row.request][row.sample] = completion
        schedule.release(row)
        done += 1
      }
    }
    while done < schedule.total {
      let admitted = schedule.admit(active: active.count)
      if !admitted.isEmpty {
        let logits = policy.transformer.prefill(
          admitted.newPrompts.map { (requests[$0.request].promptTokens, $0.firstRow) },
          cache: cache, packed: packed)
        settle(first(admitted, logits: logits, requests))
      }
      guard !active.isEmpty else { continue }
      let rows = active
      active.removeAll(keepingCapacity: true)
      let logits = policy.transformer.step(
        rows.map { row in
          DecodingRow(
            token: row.tokens[row.tokens.count - 1],
            position: Int32(row.prompt.count + row.tokens.count - 1), prompt: row.prompt,
            slot: row.slot, count: row.tokens.count - 1)
        }, cache: cache, packed: packed)
      settle(advance(rows, logits: logits, requests))
      progress?(done)
    }
    return results.map { $0.compactMap(\.self) }
  }

  // MARK: - Steps

  /// The first token of each admitted completion, drawn from the logits after its prompt.
  private func first(
    _ admitted: DecodingSchedule.Admission, logits: Matrix, _ requests: [GenerationRequest]
  ) -> [ActiveCompletion] {
    let waiting = admitted.completions
    let rows = Matrix(
      rows: waiting.count, columns: logits.columns, from: policy.transformer.memory)
    gather(waiting.map { Int32(admitted.promptIndex[$0.request] ?? 0) }, of: logits, into: rows)
    return advance(waiting, logits: rows, requests)
  }

  /// Draws the next token of each row and sees whether it ends.
  private func advance(
    _ rows: [ActiveCompletion], logits: Matrix, _ requests: [GenerationRequest]
  ) -> [ActiveCompletion] {
    let draws: [LogSoftmaxSample.Draw]
    if settings.temperature == 0 {
      let tokens = argmax(logits)
      let scored = logSoftmax(logits, targets: tokens, temperature: 1)
      draws = tokens.indices.map {
        .init(token: tokens[$0], logProb: scored.logProbs[$0], entropy: scored.entropies[$0])
      }
    } else {
      if !settings.isFullSupport { truncate(logits) }
      let uniforms = rows.map { row in
        var generator = CounterGenerator(
          keys: seed, requests[row.request].key, UInt64(row.sample), UInt64(row.tokens.count))
        return generator.uniform()
      }
      draws = sample(logits, temperature: Float(settings.temperature), uniforms: uniforms).draws
    }
    return zip(rows, draws).map { row, draw in
      var row = row
      row.append(draw)
      row.completion = finished(row)
      return row
    }
  }

  private func finished(_ row: ActiveCompletion) -> Completion? {
    guard let last = row.tokens.last else { return nil }
    func completion(_ reason: StopReason, _ text: String? = nil) -> Completion {
      Completion(
        tokens: row.tokens, logProbs: row.logProbs, stopReason: reason,
        text: text ?? policy.text(of: row.tokens),
        meanEntropy: row.entropySum / Float(row.tokens.count))
    }
    if policy.endOfSequence.contains(last) { return completion(.endOfSequence) }
    if !settings.stopTexts.isEmpty {
      let text = policy.text(of: row.tokens)
      if let first = settings.stopTexts.compactMap({ text.firstRange(of: $0)?.lowerBound }).min() {
        return completion(.stopText, String(text[..<first]))
      }
    }
    return row.tokens.count >= settings.maxCompletionTokens ? completion(.lengthLimit) : nil
  }

  /// Makes all but the likeliest tokens impossible.
  private func truncate(_ logits: Matrix) {
    for row in 0..<logits.rows {
      let values = logits.rows(row..<row + 1).array
      let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
      var keep = settings.topK == 0 ? order.count : min(settings.topK, order.count)
      if settings.topP < 1 {
        let peak = Double(values[order[0]])
        let weights = order.map { value in
          Double(exponential((Double(values[value]) - peak) / settings.temperature))
        }
        let total = weights.reduce(0, +)
        var running = 0.0
        for (rank, weight) in weights.prefix(keep).enumerated() {
          running += weight
          if running >= settings.topP * total {
            keep = rank + 1
            break
          }
        }
      }
      // Far enough for a probability of 0, near enough for p log p to be 0 too.
      let impossible = values[order[0]] - 200 * Float(settings.temperature)
      for token in order.dropFirst(keep) { logits[row, token] = impossible }
    }
  }
}

/// A completion that is being decoded.
struct ActiveCompletion {
  let request: Int
  let sample: Int
  let slot: Int
  /// Rows of its prompt in the cache.
  let prompt: Range<Int>
  private(set) var tokens: [Int32] = []
  private(set) var logProbs: [Float] = []
  private(set) var entropySum: Float = 0
  /// Set once it has ended.
  var completion: Completion?

  init(request: Int, sample: Int, slot: Int, prompt: Range<Int>) {
    (self.request, self.sample, self.slot, self.prompt) = (request, sample, slot, prompt)
  }

  mutating func append(_ draw: LogSoftmaxSample.Draw) {
    tokens.append(draw.token)
    logProbs.append(draw.logProb)
    entropySum += draw.entropy
  }
}
