/// Numbers that look random and are the same in each run: SplitMix64.
package struct TestNumbers {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  /// A number in `0..<1`.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in `-1..<1`, times `scale`.
  package mutating func float(_ scale: Float = 1) -> Float {
    Float(2 * uniform() - 1) * scale
  }

  /// So many numbers in `-1..<1`, times `scale`.
  package mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in float(scale) }
  }

  /// A whole number in `0..<bound`.
  package mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
