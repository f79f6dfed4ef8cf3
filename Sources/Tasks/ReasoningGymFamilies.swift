package import VerifierKit

/// Which verifier judges a family of reasoning-gym, and how; or why none does.
///
/// The table names the families that a comparison with the reference decides. Where several
/// answers are right, or a tolerance is needed, the reference alone decides nothing, and a row is
/// refused rather than judged wrongly.
///
/// - SeeAlso: Stojanovski 2025 (Reasoning Gym).
package enum ReasoningGymFamilies {
  /// How rows of a family are judged.
  package enum Judging: Equatable, Sendable {
    /// By a verifier of the house; `metadata` is added to what the row has.
    case verifier(String, metadata: [String: JSONValue])
    /// By none, and why, as the end of a sentence.
    case unsupported(reason: String)
  }

  /// The families of the table, sorted.
  package static var names: [String] { table.keys.sorted() }

  /// Says how rows of a family are judged.
  ///
  /// - Parameter family: The row's `metadata.source_dataset`.
  /// - Returns: The judging; nil for a family that the table does not have.
  package static func judging(of family: String) -> Judging? { table[family] }

  // MARK: - The table

  private static let table: [String: Judging] = {
    var table: [String: Judging] = [
      // Any expression that hits the target is right; `numbers` is in the row's own metadata.
      "countdown": .verifier("arithmetic", metadata: [:]),
      "puzzle24": .verifier("arithmetic", metadata: ["target": .number(24)]),
    ]
    for family in numbers { table[family] = .verifier("arithmetic", metadata: [:]) }
    for (form, families) in texts {
      for family in families {
        table[family] = .verifier("exact-text", metadata: ["answerForm": .string(form)])
      }
    }
    for (family, reason) in unsupported { table[family] = .unsupported(reason: reason) }
    return table
  }()

  /// Families whose answer is one number, compared by value.
  private static let numbers = [
    "basic_arithmetic", "chain_sum", "circuit_logic", "count_bits", "count_primes",
    "decimal_arithmetic", "decimal_chain_sum", "gcd", "gsm_symbolic", "lcm", "leg_counting",
    "letter_counting", "number_sequence", "products", "self_reference", "simple_equations",
  ]

  /// Families whose answer is a text, by the form in which the verifier `exact-text` reads it.
  private static let texts: [(form: String, families: [String])] = [
    ("exact", ["ab", "bf", "spell_backward", "string_manipulation"]),
    // Digits of a base are no number: `0x1f` and `1F` are texts without case. Calendars ask for a
    // count, a weekday or Yes.
    (
      "text",
      [
        "base_conversion", "bitwise_arithmetic", "caesar_cipher", "calendar_arithmetic",
        "family_relationships", "needle_haystack", "time_intervals",
      ]
    ),
    ("boolean", ["syllogism"]),
    ("list", ["list_functions", "number_sorting", "word_sorting"]),
    ("set", ["knights_knaves", "prime_factorization"]),
    // By value, the fraction that is asked about would be right itself.
    ("fraction", ["dice", "fraction_simplification"]),
    ("grid", ["binary_matrix", "mini_sudoku"]),
  ]

  private static let unsupported: [String: String] = [
    "complex_arithmetic": "no verifier reads complex numbers",
    "n_queens": "another board than the reference may be right",
    "number_format": "references carry a rounding error, so an exact copy would be refused",
    "polynomial_equations": "roots are rounded, so they need a tolerance",
    "polynomial_multiplication": "no verifier reads polynomials, which have many spellings",
    "power_function": "rounded answers need a tolerance, which the reference does not state",
    "propositional_logic": "rows have no reference, and many conclusions are right",
    "tower_of_hanoi": "another sequence of moves than the reference may be right",
  ]
}
