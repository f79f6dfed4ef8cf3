import Settings

/// A task set that cannot be used, with what, where, and what to do.
package enum TaskError: Error, Equatable, CustomStringConvertible {
  /// No folder has the task; `searched` names the folders, `known` the tasks found in them.
  case unknownTask(name: String, searched: [String], known: [String])
  /// The task is there, the split is not.
  case unknownSplit(task: String, split: String?, known: [String])
  /// A manifest names a generator that is not built in.
  case unknownGenerator(file: String, name: String, known: [String])
  /// A file that cannot be read at all.
  case unreadableFile(file: String, reason: String)
  /// A line that is not a problem.
  case unreadableLine(file: String, line: Int, reason: String)
  /// Two problems with one id.
  case duplicateID(set: String, id: String)
  /// A set without a problem.
  case empty(set: String)
  /// A prompt over the limit.
  case promptTooLong(set: String, problem: String, characters: Int, limit: Int)
  /// A family of facts whose relation no row of the table has, or none that still holds.
  case noSuchRelation(table: String, relation: String)
  /// A family without as many different problems as are asked for.
  case tooFewProblems(family: String, part: String, found: Int, wanted: Int)

  package var description: String {
    switch self {
    case .unknownTask(let name, let searched, let known):
      """
      There is no task '\(name)'\(suggestion(for: name, in: known)) Searched: \
      \(list(searched)). Tasks there: \(list(known)). Name one of them with its split, as in \
      'arithmetic/train', or a file that ends in .jsonl.
      """
    case .unknownSplit(let task, nil, let known):
      "Task '\(task)' needs a split: \(list(known.map { "\(task)/\($0)" }))."
    case .unknownSplit(let task, let split?, let known):
      """
      Task '\(task)' has no split '\(split)'\(suggestion(for: split, in: known)) It has: \
      \(list(known)).
      """
    case .unknownGenerator(let file, let name, let known):
      """
      \(file): there is no generator '\(name)'\(suggestion(for: name, in: known)) Known \
      generators: \(list(known)).
      """
    case .unreadableFile(let file, let reason):
      "Cannot read \(file): \(reason)."
    case .unreadableLine(let file, let line, let reason):
      """
      \(file):\(line): \(reason). A line is an object such as \
      {"id":"a1","prompt":"2+2=","answer":"4","metadata":{}}.
      """
    case .duplicateID(let set, let id):
      "Task set '\(set)' has two problems with the id '\(id)'. Give each its own, or leave ids out."
    case .empty(let set):
      "Task set '\(set)' has no problems. Check that its file is not empty."
    case .promptTooLong(let set, let problem, let characters, let limit):
      """
      Problem '\(problem)' of task set '\(set)' has a prompt of \(characters) characters, but the \
      limit is \(limit). Shorten it, drop it, or raise the limit.
      """
    case .noSuchRelation(let table, let relation):
      """
      The table \(table) has no fact of the relation '\(relation)' that still holds. Correct \
      'relation' in the family, or add rows.
      """
    case .tooFewProblems(let family, let part, let found, let wanted):
      """
      Family '\(family)' has \(found) different \(part) problems, but \(wanted) are asked for. \
      Ask for fewer, allow more digits or operands, or change 'heldOutShare'.
      """
    }
  }

  /// The end of a sentence that names what is not there, and a question where a known name is near.
  private func suggestion(for name: String, in known: [String]) -> String {
    closest(to: name, in: known).map { ". Did you mean '\($0)'?" } ?? "."
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}
