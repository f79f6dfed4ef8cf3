/// Random numbers that depend on keys and a counter alone, and on nothing drawn elsewhere.
///
/// The keys are folded into a start, and number `n` is SplitMix64's finaliser of
/// `start + (n + 1) * 0x9E3779B97F4A7C15`. Two generators with different keys share nothing, so
/// the order in which problems are drawn, and how many, changes none of them.
///
/// - SeeAlso: Steele, Lea and Flood 2014 (Fast splittable pseudorandom number generators).
package struct CounterGenerator {
  private var state: UInt64

  /// Starts the numbers of `keys`, whose order counts.
  package init(keys: UInt64...) {
    state = keys.reduce(0x243F_6A88_85A3_08D3) { Self.mix($0 &+ Self.step ^ Self.mix($1)) }
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// A whole number in `range`, each equally likely up to a bias of `range.count / 2^64`.
  package mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
  }

  /// A number in `0..<1`, one of 2^53 equally likely.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// SplitMix64's finaliser: a bijection in which each bit of the input moves each of the output.
  package static func mix(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
}
