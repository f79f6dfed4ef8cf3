/// Text that is not the JSON it should be.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
  /// Bytes before the place.
  package let offset: Int
  /// What is wrong there.
  package let problem: String

  package var description: String { "not JSON at byte \(offset): \(problem)" }
}
