/// In what precision the terms of matrix products are.
///
/// Sums, and what becomes of them, are of float32.
package enum ProductPrecision: String, Codable, CaseIterable, Sendable {
  /// As they are.
  case float32
  /// Both sides rounded to eight bits.
  ///
  /// Each group of 64 terms of a row or column has a scale: values are kept to within 1/254 of the
  /// largest of their group, and those of a group below 1e-30 are 0. A group with NaN or infinity
  /// makes NaN.
  case int8

  /// What should be known before products of this precision are made.
  ///
  /// - Parameters:
  ///   - setting: The key that chose it.
  ///   - multipliesBytes: Whether the processor does, as ``Workers/multipliesBytes`` says.
  /// - Returns: Sentences for people; none where all is well.
  package func notices(of setting: String, multipliesBytes: Bool) -> [String] {
    guard self == .int8, !multipliesBytes else { return [] }
    return [
      "This processor has no instructions that multiply bytes (AVX-512 VNNI), so '\(setting): "
        + "int8' is exact but slow here. 'float32' needs no such instructions."
    ]
  }
}
