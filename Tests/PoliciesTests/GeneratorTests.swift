import Tensors
import TestPolicies
import TestSupport
import Testing
import Transformers

@testable import Policies

@Suite struct GeneratorTests {
  private func settings(_ change: (inout SamplingSettings) -> Void = { _ in }) -> SamplingSettings {
    var settings = SamplingSettings()
    settings.maxCompletionTokens = 12
    change(&settings)
    return settings
  }

  /// Prompts of different lengths, with more completions than most tests have slots.
  private static let requests = [
    GenerationRequest(promptTokens: [1, 2, 10, 3, 11], samples: 5, key: 100),
    GenerationRequest(promptTokens: [4], samples: 1, key: 101),
    GenerationRequest(promptTokens: [5, 10, 5, 11], samples: 9, key: 102),
    GenerationRequest(promptTokens: [7, 12], samples: 0, key: 103),
    GenerationRequest(promptTokens: [7, 12, 7], samples: 4, key: 104),
  ]

  private func generate(
    _ policy: Policy, _ requests: [GenerationRequest] = requests, seed: UInt64 = 3,
    _ change: (inout SamplingSettings) -> Void = { _ in }
  ) -> [[Completion]] {
    Generator(policy, settings: settings(change), seed: seed).generate(requests)
  }

  private func tokens(_ completions: [[Completion]]) -> [[[Int32]]] {
    completions.map { $0.map(\.tokens) }
  }

  // MARK: - What is drawn

  @Test(
    arguments: [1, 2, 3, 4, 7, 64],
    [(ProductPrecision.float32, CachePrecision.float32), (.int8, .float32), (.int8, .float16)])
  func `the same seed writes the same bits for any number of rows`(
    rows: Int, precision: (weights: ProductPrecision, cache: CachePrecision)
  ) throws {
    let policy = try SmallPolicy.make()
    func completions(_ rows: Int) -> [[Completion]] {
      generate(policy) {
        $0.maxRows = rows
        $0.weightPrecision = precision.weights
        $0.cachePrecision = precision.cache
      }
    }
    #expect(completions(rows) == completions(19))
  }

  /// The largest difference of log-probabilities from a whole pass with whole weights, nats.
  private func gap(_ completions: [[Completion]], _ policy: Policy) -> Float {
    let scores = policy.score(
      zip(Self.requests, completions).map { request, completions in
        TokenGroup(prompt: request.promptTokens, completions: completions.map(\.tokens))
      }, temperature: 1, rowBudget: 256)
    return zip(completions.flatMap(\.self), scores.flatMap(\.self)).reduce(0) { gap, pair in
      zip(pair.0.logProbs, pair.1.logProbs).reduce(gap) { max($0, abs($1.0 - $1.1)) }
    }
  }

  @Test func `keys and values of sixteen bits are nearly the policy`() throws {
    let policy = try SmallPolicy.make()
    let gap = gap(generate(policy) { $0.cachePrecision = .float16 }, policy)
    #expect((1e-6...0.01).contains(gap), "\(gap) nats")
  }

  @Test func `weights of eight bits are nearly the policy, and those of the moment`() throws {
    let policy = try SmallPolicy.make()
    let first = generate(policy) { $0.weightPrecision = .int8 }
    #expect((1e-6...0.2).contains(gap(first, policy)), "\(gap(first, policy)) nats")
    // After an update the weights are packed again.
    for index in 0..<policy.parameters.values.count where index % 3 == 0 {
      policy.parameters.values[index] *= -1
    }
    let second = generate(policy) { $0.weightPrecision = .int8 }
    #expect(second != first)
    #expect(gap(second, policy) < 0.2, "\(gap(second, policy)) nats")
  }

  @Test func `the same seed writes the same bits for any number of workers`() throws {
    let policy = try SmallPolicy.make()
    let usual = Workers.count
    defer { Workers.count = usual }
    Workers.count = 1
    let alone = generate(policy)
    for count in [2, 3, 5] {
      Workers.count = count
      #expect(generate(policy) == alone)
    }
  }

  @Test func `what is drawn depends on the seed, the key and the sample alone`() throws {
    let policy = try SmallPolicy.make()
    let all = tokens(generate(policy))
    // Alone, in another order, or with more samples: the same.
    let last = Self.requests[4]
    #expect(tokens(generate(policy, [last]))[0] == all[4])
    #expect(tokens(generate(policy, Self.requests.reversed())).reversed() == all)
    let more = GenerationRequest(promptTokens: last.promptTokens, samples: 9, key: last.key)
    #expect(Array(tokens(generate(policy, [more]))[0].prefix(4)) == all[4])
    // Another seed, another key: something else.
    #expect(tokens(generate(policy, seed: 4)) != all)
    let other = GenerationRequest(promptTokens: last.promptTokens, samples: 4, key: 999)
    #expect(tokens(generate(policy, [other]))[0] != all[4])
    #expect(Set(all[2]).count > 5, "samples of one prompt differ")
  }

  @Test func `there are as many completions as were asked for, of the prompts they were asked for`()
    throws
  {
    let policy = try SmallPolicy.make(sharpness: 3)
    for rows in [1, 4, 64] {
      let completions = generate(policy) {
        $0.maxRows = rows
        $0.temperature = 0
      }
      #expect(completions.map(\.count) == Self.requests.map(\.samples))
      for (request, completions) in zip(Self.requests, completions) {
        for completion in completions {
          #expect(completion.tokens == greedy(policy, request.promptTokens, limit: 12))
        }
      }
    }
  }

  /// Greedy decoding by a full pass for each token.
  private func greedy(_ policy: Policy, _ prompt: [Int32], limit: Int) -> [Int32] {
    let transformer = Transformer(policy.parameters)
    var tokens: [Int32] = []
    while tokens.count < limit, tokens.last != SmallPolicy.end {
      var rows = PackedRows()
      let last = rows.append(prompt: prompt + tokens).prompt.upperBound - 1
      let logits = TokenHead(transformer).logits(transformer.forward(rows), rows: [Int32(last)])
      let values = logits.array
      tokens.append(Int32(values.indices.max { (values[$0], $1) < (values[$1], $0) } ?? 0))
    }
    return tokens
  }

  @Test func `progress counts up to all completions`() throws {
    var told: [Int] = []
    _ = Generator(try SmallPolicy.make(), settings: settings(), seed: 1)
      .generate(Self.requests) { told.append($0) }
    #expect(told == told.sorted())
    #expect(told.last == 19)
  }

  // MARK: - How completions end

  @Test func `a completion ends with the end of the sequence, which counts, or at the limit`()
    throws
  {
    let policy = try SmallPolicy.make()
    let all = generate(policy).flatMap { $0 }
    #expect(Set(all.map(\.stopReason)) == [.endOfSequence, .lengthLimit])
    for completion in all {
      #expect(completion.logProbs.count == completion.tokens.count)
      #expect(!completion.tokens.dropLast().contains(SmallPolicy.end))
      switch completion.stopReason {
      case .endOfSequence:
        #expect(completion.tokens.last == SmallPolicy.end)
        #expect(completion.text.count == completion.tokens.count - 1)
      default:
        #expect(completion.tokens.count == 12 && completion.tokens.last != SmallPolicy.end)
        #expect(completion.text.count == 12)
      }
    }
  }

  @Test func `one token is enough for a limit`() throws {
    let all = generate(try SmallPolicy.make()) { $0.maxCompletionTokens = 1 }
    #expect(all.flatMap { $0 }.allSatisfy { $0.tokens.count == 1 })
  }

  @Test func `a stop text ends a completion and is cut off`() throws {
    let policy = try SmallPolicy.make()
    let plain = generate(policy).flatMap { $0 }
    let stopped = generate(policy) { $0.stopTexts = ["=", "++"] }.flatMap { $0 }
    #expect(stopped.contains { $0.stopReason == .stopText })
    for (completion, other) in zip(stopped, plain) {
      // Up to the stop it is the completion that would have been.
      #expect(Array(other.tokens.prefix(completion.tokens.count)) == completion.tokens)
      #expect(!completion.text.contains("=") && !completion.text.contains("++"))
      let hasStop = other.text.contains("=") || other.text.contains("++")
      #expect((completion.stopReason == .stopText) == hasStop)
    }
  }

  // MARK: - What the policy thought

  @Test(arguments: [0.5, 1, 2])
  func `log-probabilities are those that scoring gives at the temperature`(temperature: Double)
    throws
  {
    let policy = try SmallPolicy.make()
    let all = generate(policy) { $0.temperature = temperature }
    let groups = zip(Self.requests, all).map { request, completions in
      TokenGroup(prompt: request.promptTokens, completions: completions.map(\.tokens))
    }
    let scores = policy.score(groups, temperature: Float(temperature))
    for (completions, scores) in zip(all, scores) {
      #expect(completions.count == scores.count)
      for (completion, score) in zip(completions, scores) {
        #expect(zip(completion.logProbs, score.logProbs).allSatisfy { abs($0 - $1) < 1e-4 })
        let mean = score.entropies.reduce(0, +) / Float(score.entropies.count)
        #expect(abs(completion.meanEntropy - mean) < 1e-4)
      }
    }
    // At another temperature they differ.
    let other = policy.score(groups, temperature: Float(temperature) * 1.5)
    #expect(abs((other[0][0].logProbs.first ?? 0) - (all[0][0].logProbs.first ?? 0)) > 1e-3)
  }

  @Test func `the first token is drawn with the frequencies of the temperature`() throws {
    // 4,000 first tokens against the softmax: Pearson's statistic of 13 degrees of freedom stays
    // below 13 + 5 √26 = 38.5 but for one time in a million.
    let policy = try SmallPolicy.make()
    let request = GenerationRequest(promptTokens: [1, 10, 2, 11], samples: 4000, key: 5)
    for temperature in [0.5, 2.0] {
      let drawn = generate(policy, [request]) {
        $0.temperature = temperature
        $0.maxCompletionTokens = 1
        $0.maxRows = 4000
      }[0]
      let scores = policy.score(
        [TokenGroup(prompt: request.promptTokens, completions: (0..<14).map { [$0] })],
        temperature: Float(temperature))[0]
      var statistic = 0.0
      for token in 0..<14 {
        let expected = 4000 * exponential(Double(scores[token].logProbs[0]))
        let count = Double(drawn.count { $0.tokens[0] == Int32(token) })
        statistic += (count - expected) * (count - expected) / expected
      }
      #expect(statistic < 38.5, "temperature \(temperature)")
    }
  }

  // MARK: - Truncated sampling

  @Test func `top-k draws only the k likeliest tokens, with their shares`() throws {
    let policy = try SmallPolicy.make()
    let prompt: [Int32] = [3, 10, 3]
    let scores = policy.score(
      [TokenGroup(prompt: prompt, completions: (0..<14).map { [$0] })], temperature: 0.7)[0]
    let likeliest = (0..<14).sorted { scores[$0].logProbs[0] > scores[$1].logProbs[0] }.prefix(3)
    let total = likeliest.reduce(0) { $0 + exponential(Double(scores[$1].logProbs[0])) }
    let drawn = generate(
      policy, [GenerationRequest(promptTokens: prompt, samples: 300, key: 1)]
    ) {
      $0.topK = 3
      $0.temperature = 0.7
      $0.maxCompletionTokens = 1
    }[0]
    #expect(Set(drawn.map { Int($0.tokens[0]) }) == Set(likeliest))
    for completion in drawn {
      let share = exponential(Double(scores[Int(completion.tokens[0])].logProbs[0])) / total
      #expect(abs(exponential(Double(completion.logProbs[0])) - share) < 1e-4)
    }
  }

  @Test func `top-p draws the fewest tokens that have the probability`() throws {
    let policy = try SmallPolicy.make()
    let prompt: [Int32] = [3, 10, 3]
    let scores = policy.score(
      [TokenGroup(prompt: prompt, completions: (0..<14).map { [$0] })], temperature: 1)[0]
    let order = (0..<14).sorted { scores[$0].logProbs[0] > scores[$1].logProbs[0] }
    var (fewest, sum) = (0, 0.0)
    while sum < 0.6 {
      sum += exponential(Double(scores[order[fewest]].logProbs[0]))
      fewest += 1
    }
    let drawn = generate(
      policy, [GenerationRequest(promptTokens: prompt, samples: 300, key: 1)]
    ) {
      $0.topP = 0.6
      $0.maxCompletionTokens = 1
    }[0]
    #expect(Set(drawn.map { Int($0.tokens[0]) }) == Set(order.prefix(fewest)))
  }

  @Test(arguments: [0.01, 1])
  func `a truncated choice of one has no entropy`(temperature: Double) throws {
    let all = generate(try SmallPolicy.make()) {
      $0.topK = 1
      $0.temperature = temperature
    }
    #expect(all.flatMap { $0 }.allSatisfy { abs($0.meanEntropy) < 1e-6 })
    #expect(all.flatMap { $0 }.flatMap(\.logProbs).allSatisfy { abs($0) < 1e-6 })
  }
}
