import VerifierKit

/// What a problem's metadata asks, and of which program.
///
/// ```
/// system: z3    kind: witness   declarations, goal
/// system: z3    kind: lemma     declarations, name, parameters, sort, conditions: [formula, …]
/// system: coq                   preamble, theorem, axioms: [name, …]
/// ```
enum AssistantTask {
  case witness(WitnessTask)
  case lemma(LemmaTask)
  case coq(CoqTask)

  /// What an answer may be called after a fence.
  var fenceNames: Set<String> {
    switch self {
    case .witness, .lemma: ["smt2", "smt", "smtlib", "smt-lib", "z3", "lisp", "text"]
    case .coq: ["coq", "v", "rocq", "gallina", "text"]
    }
  }

  /// Reads the metadata of a problem.
  ///
  /// - Throws: ``Unjudged`` where something is missing or has the wrong form.
  init(_ metadata: [String: JSONValue]) throws(Unjudged) {
    let fields = TaskFields(members: metadata)
    switch try fields.text("system") {
    case "z3": self = try Self.smt(fields)
    case "coq":
      self = .coq(
        try CoqTask(
          preamble: try fields.text("preamble", orElse: ""), theorem: try fields.text("theorem"),
          axioms: try fields.texts("axioms")))
    case let other: throw Unjudged("the system '\(other.shown())' is none of z3, coq")
    }
  }

  private static func smt(_ fields: TaskFields) throws(Unjudged) -> AssistantTask {
    let declarations = try SMTDeclarations(try fields.text("declarations", orElse: ""))
    switch try fields.text("kind") {
    case "witness":
      let goal = try SMTDeclarations.expression("goal", try fields.text("goal"))
      return .witness(try WitnessTask(declarations, goal: goal))
    case "lemma":
      let conditions = try fields.texts("conditions").map { (text) throws(Unjudged) in
        try SMTDeclarations.expression("conditions", text)
      }
      return .lemma(
        try LemmaTask(
          declarations, name: try fields.text("name"),
          parameters: try SMTDeclarations.expression("parameters", try fields.text("parameters")),
          sort: try SMTDeclarations.expression("sort", try fields.text("sort", orElse: "Bool")),
          conditions: conditions))
    case let other: throw Unjudged("the kind '\(other.shown())' is none of witness, lemma")
    }
  }
}

/// Typed access to a task's metadata, with errors that name the field.
private struct TaskFields {
  let members: [String: JSONValue]

  /// A text; `standard` where it is absent, and an error where that is nil.
  func text(_ name: String, orElse standard: String? = nil) throws(Unjudged) -> String {
    switch members[name] {
    case .string(let text): return text
    case nil:
      guard let standard else { throw Unjudged("the task has no '\(name)'") }
      return standard
    default: throw Unjudged("the task's '\(name)' is no text")
    }
  }

  /// A list of texts, empty where it is absent.
  func texts(_ name: String) throws(Unjudged) -> [String] {
    switch members[name] {
    case nil: return []
    case .array(let elements):
      return try elements.map { (element) throws(Unjudged) in
        guard case .string(let text) = element else {
          throw Unjudged("the task's '\(name)' holds something that is no text")
        }
        return text
      }
    default: throw Unjudged("the task's '\(name)' is no list")
    }
  }
}
