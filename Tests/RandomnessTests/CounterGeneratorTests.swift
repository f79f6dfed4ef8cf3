import Randomness
import Testing

@Suite struct CounterGeneratorTests {
  @Test func `the finaliser is that of SplitMix64`() {
    // The first numbers of SplitMix64 from the seed 1234567.
    let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    let numbers = (1...3).map { CounterGenerator.mix(1_234_567 &+ UInt64($0) &* step) }
    #expect(
      numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
  }

  @Test func `equal keys give equal numbers, and their order counts`() {
    func first(_ generator: CounterGenerator) -> [UInt64] {
      var generator = generator
      return (0..<4).map { _ in generator.next() }
    }
    #expect(first(CounterGenerator(keys: 1, 2)) == first(CounterGenerator(keys: 1, 2)))
    let others = [
      CounterGenerator(keys: 1, 2), CounterGenerator(keys: 2, 1), CounterGenerator(keys: 1),
      CounterGenerator(keys: 1, 2, 0), CounterGenerator(keys: 0, 0), CounterGenerator(keys: 0),
    ]
    #expect(Set(others.flatMap(first)).count == 24)
  }

  @Test func `whole numbers are equally likely, the ends included`() {
    var counts = [Int](repeating: 0, count: 7)
    for draw in 0..<7_000 {
      var generator = CounterGenerator(keys: 9, UInt64(draw))
      counts[generator.integer(in: -3...3) + 3] += 1
    }
    // 1,000 expected of each; chi-squared with 6 degrees of freedom passes 22.5 once in 1,000.
    let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
    #expect(chiSquared < 22.5, "\(counts)")
    var generator = CounterGenerator(keys: 1)
    #expect(generator.integer(in: 5...5) == 5)
  }

  @Test func `shares lie in 0..<1 with the mean and the spread of equal chances`() {
    var generator = CounterGenerator(keys: 4)
    let shares = (0..<10_000).map { _ in generator.uniform() }
    #expect(shares.allSatisfy { (0..<1).contains($0) })
    let mean = shares.reduce(0, +) / 10_000
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 10_000
    // The mean has a deviation of 0.0029, the variance one of 0.00075.
    #expect(abs(mean - 0.5) < 0.01 && abs(variance - 1.0 / 12) < 0.003)
  }
}
