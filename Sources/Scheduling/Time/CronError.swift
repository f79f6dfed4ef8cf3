/// A text that is no cron expression: where it is wrong, and what would be right.
package enum CronError: Error, Equatable, CustomStringConvertible {
  /// Longer than any expression needs.
  case tooLong(characters: Int, limit: Int)
  case wrongFieldCount(text: String, count: Int)
  /// A name after `@` that is none.
  case unknownMacro(text: String, known: [String], nearest: String?)
  /// A part of a field; `position` counts characters from 1.
  case badPart(text: String, position: Int, field: String, part: String, rule: String)
  /// All fields are right, but no day has them all.
  case neverHappens(text: String)

  package var description: String {
    switch self {
    case .tooLong(let characters, let limit):
      "a cron expression has at most \(limit) characters, but this one has \(characters)."
    case .wrongFieldCount(let text, let count):
      """
      '\(text)' has \(count) \(count == 1 ? "field" : "fields"), but a cron expression has 5: \
      minute, hour, day of month, month, day of week. '0 2 * * *' is every day at 02:00.
      """
    case .unknownMacro(let text, let known, let nearest):
      """
      '\(text)' is no cron expression.\(nearest.map { " Did you mean '\($0)'?" } ?? "") The names \
      are \(known.joined(separator: ", ")).
      """
    case .badPart(let text, let position, let field, let part, let rule):
      "'\(text)', character \(position): '\(part)' in the \(field) field, but \(rule)."
    case .neverHappens(let text):
      """
      '\(text)' never happens: none of its months has such a day. Choose a day that the month has.
      """
    }
  }
}
