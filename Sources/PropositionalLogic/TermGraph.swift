/// Terms over implication and negation that share their parts, and their unification.
///
/// A term is a node; nodes that were unified are one class. Nothing is ever copied or substituted,
/// so a proof whose formulas would double at each step costs as much as its text is long: the time
/// of all unifications together is `O(n log n)` in the nodes that were made.
///
/// A variable that would hold itself is not noticed by ``unify(_:_:)``, but by ``isFinite()``, once
/// for all equations: they have a common solution among finite terms where and only where no class
/// is reached from itself.
///
/// - SeeAlso: Huet 1976 (Résolution d'équations dans des langages d'ordre 1, 2, …, ω), chapter 5.
package struct TermGraph {
  /// A term's place in the graph.
  package struct Node: Equatable, Sendable {
    fileprivate let index: Int32
  }

  private enum Shape {
    /// Stands for any term.
    case variable
    /// Stands for itself alone.
    case constant
    case negation
    case implication
  }

  private var shapes: [Shape] = []
  /// What is negated, or the implication's left side; meaningless for others.
  private var left: [Int32] = []
  /// The implication's right side; meaningless for others.
  private var right: [Int32] = []
  /// The next node of the same class, the node itself where it speaks for the class.
  private var links: [Int32] = []

  package init() {}

  /// How many nodes were made.
  package var count: Int { shapes.count }

  /// Makes a variable that is unlike all others.
  package mutating func variable() -> Node { append(.variable, 0, 0) }

  /// Makes a constant that is unlike all others.
  package mutating func constant() -> Node { append(.constant, 0, 0) }

  /// Makes `~ term`.
  package mutating func negation(of term: Node) -> Node { append(.negation, term.index, 0) }

  /// Makes `(one -> other)`.
  package mutating func implication(_ one: Node, _ other: Node) -> Node {
    append(.implication, one.index, other.index)
  }

  /// The sides of an implication; a variable becomes an implication of two new variables.
  ///
  /// - Returns: nil where the term is something else.
  package mutating func sides(of term: Node) -> (left: Node, right: Node)? {
    let root = root(term.index)
    switch shapes[Int(root)] {
    case .implication:
      return (Node(index: left[Int(root)]), Node(index: right[Int(root)]))
    case .variable:
      let sides = (left: variable(), right: variable())
      links[Int(root)] = implication(sides.left, sides.right).index
      return sides
    case .constant, .negation: return nil
    }
  }

  /// Makes two terms equal in the most general way.
  ///
  /// - Returns: Whether their shapes allow it; where they do not, the graph is of no more use.
  package mutating func unify(_ one: Node, _ other: Node) -> Bool {
    var open = [(one.index, other.index)]
    while let (one, other) = open.popLast() {
      let (one, other) = (root(one), root(other))
      guard one != other else { continue }
      switch (shapes[Int(one)], shapes[Int(other)]) {
      case (.variable, _): links[Int(one)] = other
      case (_, .variable): links[Int(other)] = one
      case (.negation, .negation):
        links[Int(one)] = other
        open.append((left[Int(one)], left[Int(other)]))
      case (.implication, .implication):
        links[Int(one)] = other
        open.append((left[Int(one)], left[Int(other)]))
        open.append((right[Int(one)], right[Int(other)]))
      default: return false
      }
    }
    return true
  }

  /// Whether every term is finite, which is the occurs check of all unifications so far.
  package mutating func isFinite() -> Bool {
    enum State { case untouched, open, done }
    var states = [State](repeating: .untouched, count: count)
    var path: [Int32] = []
    for start in shapes.indices {
      path.append(root(Int32(start)))
      // A node is seen when it is opened and again when all below it is done.
      while let node = path.last {
        switch states[Int(node)] {
        case .untouched:
          states[Int(node)] = .open
          for part in parts(of: node) {
            let part = root(part)
            switch states[Int(part)] {
            case .untouched: path.append(part)
            case .open: return false
            case .done: break
            }
          }
        case .open:
          states[Int(node)] = .done
          path.removeLast()
        case .done: path.removeLast()
        }
      }
    }
    return true
  }

  // MARK: - Formulas

  /// The formula that a term stands for, its variables numbered as they turn up.
  ///
  /// - Parameters:
  ///   - term: A term of a graph in which ``isFinite()`` holds.
  ///   - limit: Symbols of the formula, at most.
  /// - Returns: The formula; nil where it is longer, as shared parts are written out each time.
  package mutating func formula(of term: Node, limit: Int) -> PropositionalFormula? {
    var numbers: [Int32: Int] = [:]
    var symbols: [PropositionalFormula.Symbol] = []
    // Written from the last symbol on, and so right sides first.
    var open = [term.index]
    while let next = open.popLast() {
      guard symbols.count < limit else { return nil }
      let node = root(next)
      switch shapes[Int(node)] {
      case .variable, .constant: symbols.append(.variable(Int(node)))
      case .negation:
        symbols.append(.negation)
        open.append(left[Int(node)])
      case .implication:
        symbols.append(.implication)
        open += [left[Int(node)], right[Int(node)]]
      }
    }
    symbols.reverse()
    for (place, symbol) in symbols.enumerated() {
      guard case .variable(let node) = symbol else { continue }
      let number = numbers[Int32(node)] ?? numbers.count
      numbers[Int32(node)] = number
      symbols[place] = .variable(number)
    }
    return PropositionalFormula(symbols: symbols)
  }

  // MARK: - Classes

  private mutating func append(_ shape: Shape, _ one: Int32, _ other: Int32) -> Node {
    precondition(shapes.count < Int(Int32.max), "\(shapes.count) nodes")
    let node = Node(index: Int32(shapes.count))
    shapes.append(shape)
    left.append(one)
    right.append(other)
    links.append(node.index)
    return node
  }

  private func parts(of node: Int32) -> [Int32] {
    switch shapes[Int(node)] {
    case .variable, .constant: []
    case .negation: [left[Int(node)]]
    case .implication: [left[Int(node)], right[Int(node)]]
    }
  }

  /// The node that speaks for a class; the way there is halved for the next who asks.
  private mutating func root(_ node: Int32) -> Int32 {
    var node = node
    while links[Int(node)] != node {
      links[Int(node)] = links[Int(links[Int(node)])]
      node = links[Int(node)]
    }
    return node
  }
}
