/// Which probability drops values in which block, and the key that decides which values.
///
/// A mask follows from the key, the block, the site, the row and the column alone: the backward pass
/// makes it again, and it does not depend on how a batch is split.
package struct DropoutPlan: Equatable, Sendable {
  /// One a block; 0 leaves the block alone.
  package let probabilities: [Float]
  /// Differs for each optimiser step.
  package let key: UInt64

  package init(probabilities: [Float], key: UInt64) {
    precondition(probabilities.allSatisfy { $0 >= 0 && $0 < 1 }, "\(probabilities)")
    self.probabilities = probabilities
    self.key = key
  }

  /// Where in a block values are dropped: what attention, or the feed-forward layer, adds.
  enum Site: UInt64 {
    case attention = 1
    case feedForward = 2
  }

  func probability(_ block: Int) -> Float { probabilities[block] }

  /// The key of a mask: mixed twice, so that keys in a row, as of steps, share no masks between
  /// their blocks and sites.
  func key(_ block: Int, _ site: Site) -> UInt32 {
    UInt32(
      truncatingIfNeeded: Self.mix(Self.mix(key) &+ UInt64(block) << 8 &+ site.rawValue))
  }

  /// SplitMix64's finaliser of the next state.
  private static func mix(_ value: UInt64) -> UInt64 {
    var x = value &+ 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }
}
