/// What a task for z3 declares: its constants, and the functions and sorts that they stand on.
struct SMTDeclarations {
  /// A constant, over which the task speaks.
  struct Constant: Equatable {
    let name: String
    let sort: SExpression
  }

  /// One declaration, in the text's order.
  enum Command: Equatable {
    case constant(Constant)
    /// A function or a sort.
    case other(SExpression)
  }

  /// Declarations of a task, at most.
  static let limit = 256

  /// Words that no task and no answer may give a meaning.
  static let reserved: Set<String> = [
    "!", "_", "as", "let", "forall", "exists", "match", "par", "lambda", "true", "false",
  ]

  let commands: [Command]
  /// Functions that take arguments, and defined ones that take none, with their number of arguments.
  let functions: [String: Int]

  var constants: [Constant] {
    commands.compactMap { if case .constant(let constant) = $0 { constant } else { nil } }
  }

  /// Reads `declare-const`, `declare-fun`, `declare-sort`, `define-sort` and `define-fun`.
  ///
  /// - Throws: ``Unjudged`` for anything else, and for a name that is given twice.
  init(_ text: String) throws(Unjudged) {
    let expressions: [SExpression]
    do throws(SExpressionError) {
      expressions = try SExpressionReader.expressions(in: text, allowsComments: true)
    } catch {
      throw Unjudged("the task's 'declarations' cannot be read: \(error)")
    }
    guard expressions.count <= Self.limit else {
      throw Unjudged("the task has more than \(Self.limit) declarations")
    }
    var (commands, functions, names): ([Command], [String: Int], Set<String>) = ([], [:], [])
    for expression in expressions {
      let parts = expression.parts ?? []
      let shown = expression.description.shown()
      guard parts.count >= 2, let word = parts[0].symbol, let name = parts[1].symbol else {
        throw Unjudged("the task's declaration '\(shown)' is none")
      }
      guard Self.isFree(name), names.insert(name).inserted else {
        throw Unjudged("the task declares '\(name.shown(20))', which has a meaning already")
      }
      switch (word, parts.count) {
      case ("declare-const", 3):
        commands.append(.constant(Constant(name: name, sort: parts[2])))
      case ("declare-fun", 4):
        guard let sorts = parts[2].parts else {
          throw Unjudged("the task's declaration '\(shown)' has no list of sorts")
        }
        if sorts.isEmpty {
          commands.append(.constant(Constant(name: name, sort: parts[3])))
        } else {
          functions[name] = sorts.count
          commands.append(.other(expression))
        }
      case ("define-fun", 5):
        guard let parameters = parts[2].parts else {
          throw Unjudged("the task's declaration '\(shown)' has no list of parameters")
        }
        functions[name] = parameters.count
        commands.append(.other(expression))
      case ("declare-sort", 3), ("define-sort", 4): commands.append(.other(expression))
      default:
        throw Unjudged(
          """
          the task's declaration '\(shown)' is none of declare-const, declare-fun, declare-sort, \
          define-sort, define-fun
          """)
      }
    }
    (self.commands, self.functions) = (commands, functions)
  }

  /// Whether a name may be given a meaning: neither a word of the language nor an operator.
  static func isFree(_ name: String) -> Bool {
    !reserved.contains(name) && SMTOperators.arguments(of: name) == nil
      && name.first != "@" && name.first != "."
  }

  /// Reads a text that holds one expression.
  ///
  /// - Throws: ``Unjudged`` that names the field.
  static func expression(_ field: String, _ text: String) throws(Unjudged) -> SExpression {
    let expressions: [SExpression]
    do throws(SExpressionError) {
      expressions = try SExpressionReader.expressions(in: text, allowsComments: true)
    } catch {
      throw Unjudged("the task's '\(field)' cannot be read: \(error)")
    }
    guard expressions.count == 1 else {
      throw Unjudged("the task's '\(field)' holds \(expressions.count) expressions, not one")
    }
    return expressions[0]
  }
}

/// The operators that an answer may use: those of the theories of truth values, integers, reals,
/// bit-vectors and arrays that have no index.
enum SMTOperators {
  /// How many arguments an operator takes; nil where there is no such operator.
  static func arguments(of name: String) -> ClosedRange<Int>? { all[name] }

  private static let all: [String: ClosedRange<Int>] = {
    let many = 2...SExpressionReader.atomLimit
    var all: [String: ClosedRange<Int>] = ["ite": 3...3, "store": 3...3, "-": 1...many.upperBound]
    for name in ["not", "abs", "to_real", "to_int", "is_int", "bvnot", "bvneg"] {
      all[name] = 1...1
    }
    for name in ["=>", "and", "or", "xor", "=", "distinct", "+", "*", "/", "<", "<=", ">", ">="] {
      all[name] = many
    }
    let pairs = [
      "div", "mod", "select", "concat", "bvand", "bvor", "bvxor", "bvadd", "bvsub", "bvmul",
      "bvudiv", "bvurem", "bvsdiv", "bvsrem", "bvsmod", "bvshl", "bvlshr", "bvashr", "bvult",
      "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge",
    ]
    for name in pairs { all[name] = 2...2 }
    return all
  }()
}
