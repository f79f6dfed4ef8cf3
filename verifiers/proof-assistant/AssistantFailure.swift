/// Why a completion is not what is asked for; its verdict is wrong.
struct Refusal: Error, Equatable, CustomStringConvertible {
  /// One clause, the same each time.
  let description: String
  /// What the program wrote about it, its end.
  let message: String

  init(_ description: String, message: String = "") {
    (self.description, self.message) = (description, message)
  }
}

/// Why nothing can be said of a completion; its verdict is unscored.
///
/// The task has a fault, a program is not installed, or it gave up.
struct Unjudged: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// How judging may fail.
enum Obstacle: Error {
  case refused(Refusal)
  case unjudged(Unjudged)
}

/// Does what can only refuse.
func refusing<Value>(_ body: () throws(Refusal) -> Value) throws(Obstacle) -> Value {
  do throws(Refusal) {
    return try body()
  } catch {
    throw .refused(error)
  }
}

/// Does what says nothing of the completion.
func judging<Value>(_ body: () throws(Unjudged) -> Value) throws(Obstacle) -> Value {
  do throws(Unjudged) {
    return try body()
  } catch {
    throw .unjudged(error)
  }
}

extension StringProtocol {
  /// The text for a reason: its beginning, without control characters.
  func shown(_ count: Int = 60) -> String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.prefix(count).map {
          $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0
        }))
  }
}
