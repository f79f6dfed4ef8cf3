import Randomness

/// The rule that keeps training and held-out problems apart: a problem's own text decides.
///
/// A problem is held out if the hash of its canonical text falls into the lowest `share` of all
/// hashes. Neither the seed nor the number of problems has a say, so a set drawn today cannot
/// train on what a set drawn tomorrow is judged on.
struct HeldOutSplit {
  /// Share of all problems that is held out, `0...1`.
  let share: Double

  /// Whether a problem is kept for evaluation, by the one text that all its spellings share,
  /// in whichever Unicode form.
  func holdsOut(_ canonical: String) -> Bool {
    Double(Self.hash(ProblemText.normalised(canonical)) >> 11) * 0x1p-53 < share
  }

  /// FNV-1a over the UTF-8 bytes, then SplitMix64's finaliser, since FNV's high bits mix badly.
  static func hash(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return CounterGenerator.mix(hash)
  }
}
