/// Why a completion is not the proof that is wanted; its verdict is wrong.
struct ProofRefusal: Error, Equatable, CustomStringConvertible {
  /// One sentence's end, such as `step 4 needs 2 formulas and finds 1`.
  let description: String

  init(_ description: String) { self.description = description }
}

/// Why a task cannot be judged, whatever the completion; its verdict is unscored.
struct UnusableTask: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// How much work a proof may still cause, in symbols that are written or compared.
struct WorkBudget {
  /// What there was from the start.
  let whole: Int
  private var left: Int

  /// A budget of so many symbols.
  init(_ symbols: Int) { (whole, left) = (symbols, symbols) }

  /// Takes from the budget.
  ///
  /// - Throws: ``ProofRefusal`` where it is used up.
  mutating func spend(_ symbols: Int) throws(ProofRefusal) {
    left -= symbols
    if left < 0 { throw ProofRefusal("it needs more work than \(whole) symbols") }
  }
}

extension StringProtocol {
  /// The text for a reason: its beginning, without control characters.
  var shown: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.prefix(60).map {
          $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "\u{FFFD}" : $0
        }))
  }
}
