import Digests
import Foundation
package import VerifierKit

/// A named set of problems, with worked answers for a warm-up where it has some.
package struct TaskSet: Sendable {
  /// How the set was asked for, such as `arithmetic/train`.
  package let name: String
  /// At least one; ids are unique.
  package let problems: [Problem]
  /// Problems with the completion a policy should imitate; may be empty.
  package let demonstrations: [Demonstration]

  /// Checks that the set is one to work with.
  ///
  /// - Throws: ``TaskError/empty(set:)`` without problems, ``TaskError/duplicateID(set:id:)``, or
  ///   ``TaskError/promptTooLong(set:problem:characters:limit:)``, for demonstrations too.
  package init(
    name: String, problems: [Problem], demonstrations: [Demonstration] = [],
    maxPromptCharacters: Int = TaskCatalog.defaultMaxPromptCharacters
  ) throws(TaskError) {
    guard !problems.isEmpty else { throw .empty(set: name) }
    var seen: Set<String> = []
    for problem in problems where !seen.insert(problem.id).inserted {
      throw .duplicateID(set: name, id: problem.id)
    }
    for problem in problems + demonstrations.map(\.problem) {
      let characters = problem.prompt.count
      guard characters <= maxPromptCharacters else {
        throw .promptTooLong(
          set: name, problem: problem.id, characters: characters, limit: maxPromptCharacters)
      }
    }
    self.name = name
    self.problems = problems
    self.demonstrations = demonstrations
  }

  private init(_ name: String, _ problems: [Problem], _ demonstrations: [Demonstration]) {
    (self.name, self.problems, self.demonstrations) = (name, problems, demonstrations)
  }

  /// The set with only its first problems; demonstrations stay.
  ///
  /// - Precondition: `count` is positive.
  package func prefix(_ count: Int) -> TaskSet {
    precondition(count > 0, "a task set of \(count) problems")
    return TaskSet(name, Array(problems.prefix(count)), demonstrations)
  }

  /// The set with each prompt once: of problems with equal prompts the first.
  package var withoutRepeats: TaskSet {
    var seen: Set<String> = []
    return TaskSet(name, problems.filter { seen.insert($0.prompt).inserted }, demonstrations)
  }

  /// The set with only so many problems, one of each stretch, so that each kind has its share.
  ///
  /// Which one of a stretch varies along the golden ratio: at equal distances, a set that is mixed
  /// from ten families in turn would show only a few of them.
  ///
  /// - Precondition: `count` is positive.
  package func spread(_ count: Int) -> TaskSet {
    precondition(count > 0, "a task set of \(count) problems")
    guard count < problems.count else { return self }
    let chosen = (0..<count).map { index in
      let (start, end) = (index * problems.count / count, (index + 1) * problems.count / count)
      let share = UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      return problems[start + Int(share.multipliedFullWidth(by: UInt64(end - start)).high)]
    }
    return TaskSet(name, chosen, demonstrations)
  }

  /// SHA-256 of the problems and demonstrations in their order, as hexadecimal digits.
  ///
  /// The name has no part in it. Computed at each call: it reads the whole set.
  package var digest: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var hash = SHA256()
      hash.update(try Array(encoder.encode(problems)))
      hash.update(try Array(encoder.encode(demonstrations)))
      return hash.hexadecimal
    }
  }
}

/// A problem with a completion to imitate.
package struct Demonstration: Codable, Equatable, Sendable {
  package let problem: Problem
  /// What the policy should write after the prompt, without an end-of-sequence token.
  package let completion: String

  package init(problem: Problem, completion: String) {
    self.problem = problem
    self.completion = completion
  }
}
