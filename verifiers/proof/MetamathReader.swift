/// Reads a Metamath database, by the rules of its language.
///
/// - SeeAlso: Megill and Wheeler 2019 (Metamath: A Computer Language for Mathematical Proofs),
///   section 4.2.
struct MetamathReader {
  /// Bytes of a database, at most.
  static let byteLimit = 128 << 20
  /// Looks at hypotheses and pairs of variables, at most; a hostile text could ask for very many.
  private static let lookLimit = 500_000_000

  /// What ends with a block.
  private struct Block {
    var variables: [MetamathDatabase.Symbol] = []
    var hypotheses: [MetamathDatabase.Place] = []
    var pairs: [MetamathDatabase.VariablePair] = []
  }

  private typealias Fault = MetamathTokens.Fault

  private var tokens: MetamathTokens
  private var database = MetamathDatabase()
  private var blocks = [Block()]
  private var isActive: [Bool] = []
  private var looks = 0

  /// Reads a whole database.
  ///
  /// - Parameter text: The text, without includes.
  /// - Returns: The database; its own proofs are not checked.
  /// - Throws: ``MetamathDatabaseError`` with the line.
  static func database(_ text: [UInt8]) throws(MetamathDatabaseError) -> MetamathDatabase {
    var reader = MetamathReader(tokens: MetamathTokens(text))
    do throws(MetamathTokens.Fault) {
      guard text.count <= byteLimit else {
        throw reader.tokens.fault("it is longer than \(byteLimit >> 20) MiB")
      }
      try reader.read()
    } catch {
      throw MetamathDatabaseError(
        line: reader.tokens.line(of: error.offset), problem: error.problem)
    }
    return reader.database
  }

  private init(tokens: MetamathTokens) { self.tokens = tokens }

  // MARK: - Statements

  private mutating func read() throws(MetamathTokens.Fault) {
    while let word = try tokens.next() {
      switch String(decoding: word, as: UTF8.self) {
      case "$c": try constants()
      case "$v": try variables()
      case "$d": try distinct()
      case "${": blocks.append(Block())
      case "$}": try closeBlock()
      case "$[": throw tokens.fault("includes ('$[') are refused; give one file that holds all")
      case let label where label.hasPrefix("$"):
        throw tokens.fault("'\(label.shown)' begins no statement")
      case let label: try labelled(label)
      }
    }
    guard blocks.count == 1 else { throw tokens.fault("a block ('${') does not end") }
  }

  private mutating func constants() throws(MetamathTokens.Fault) {
    guard blocks.count == 1 else { throw tokens.fault("constants are declared inside a block") }
    for name in try names() {
      guard database.symbols[name] == nil, database.places[name] == nil else {
        throw tokens.fault("'\(name.shown)' is declared again as a constant")
      }
      isActive[Int(add(name, isVariable: false))] = true
    }
  }

  private mutating func variables() throws(MetamathTokens.Fault) {
    for name in try names() {
      guard database.places[name] == nil else {
        throw tokens.fault("'\(name.shown)' is a label and a variable")
      }
      let symbol = database.symbols[name] ?? add(name, isVariable: true)
      guard database.isVariable[Int(symbol)], !isActive[Int(symbol)] else {
        throw tokens.fault("'\(name.shown)' is declared again as a variable")
      }
      isActive[Int(symbol)] = true
      blocks[blocks.count - 1].variables.append(symbol)
    }
  }

  private mutating func distinct() throws(MetamathTokens.Fault) {
    let variables = try expression(upTo: "$.")
    guard variables.allSatisfy({ database.isVariable[Int($0)] }),
      Set(variables).count == variables.count, variables.count >= 2
    else { throw tokens.fault("'$d' needs at least two variables, each once") }
    try spend(variables.count * variables.count)
    let place = database.statements.count
    for (index, one) in variables.enumerated() {
      for other in variables[(index + 1)...] {
        let pair = MetamathDatabase.VariablePair(one, other)
        guard !database.areDistinct(pair, at: place) else { continue }
        database.distinct[pair, default: []].append(
          MetamathDatabase.Span(start: place, end: .max))
        blocks[blocks.count - 1].pairs.append(pair)
      }
    }
  }

  private mutating func closeBlock() throws(MetamathTokens.Fault) {
    guard blocks.count > 1, let block = blocks.popLast() else {
      throw tokens.fault("a block ends that did not begin")
    }
    let place = database.statements.count
    for variable in block.variables { isActive[Int(variable)] = false }
    for hypothesis in block.hypotheses { database.statements[hypothesis].end = place }
    for pair in block.pairs {
      guard let last = database.distinct[pair]?.indices.last else { continue }
      database.distinct[pair]?[last].end = place
    }
  }

  private mutating func labelled(_ label: String) throws(MetamathTokens.Fault) {
    let isLabel = label.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == 0x2D || byte == 0x2E || byte == 0x5F
    }
    guard isLabel else { throw tokens.fault("'\(label.shown)' is no label") }
    guard database.places[label] == nil, database.symbols[label] == nil else {
      throw tokens.fault("the label '\(label.shown)' is used again")
    }
    guard let keyword = try tokens.next() else {
      throw tokens.fault("the text ends behind the label '\(label.shown)'")
    }
    switch String(decoding: keyword, as: UTF8.self) {
    case "$f": try floating(label)
    case "$e":
      let expression = try typedExpression(upTo: "$.")
      database.add(label, .essential, expression, end: .max)
      blocks[blocks.count - 1].hypotheses.append(database.statements.count - 1)
    case "$a":
      let expression = try typedExpression(upTo: "$.")
      database.add(label, .assertion(try frame(of: expression), proof: nil), expression, end: .max)
    case "$p":
      let expression = try typedExpression(upTo: "$=")
      let proof = try names()
      database.add(
        label, .assertion(try frame(of: expression), proof: proof), expression, end: .max)
    case let other:
      throw tokens.fault("behind the label '\(label.shown)' stands '\(other.shown)'")
    }
  }

  private mutating func floating(_ label: String) throws(MetamathTokens.Fault) {
    let symbols = try expression(upTo: "$.")
    guard symbols.count == 2, !database.isVariable[Int(symbols[0])],
      database.isVariable[Int(symbols[1])]
    else { throw tokens.fault("'$f' needs a constant and a variable") }
    let place = database.statements.count
    guard database.floatingHypothesis(of: symbols[1], at: place) == nil else {
      throw tokens.fault(
        "the variable '\(database.names[Int(symbols[1])].shown)' has a type already")
    }
    database.add(label, .floating(type: symbols[0], variable: symbols[1]), symbols, end: .max)
    database.floating[symbols[1], default: []].append(place)
    blocks[blocks.count - 1].hypotheses.append(place)
  }

  // MARK: - Frames

  /// What an assertion at this place needs: the active hypotheses that it rests on.
  private mutating func frame(
    of expression: [MetamathDatabase.Symbol]
  ) throws(MetamathTokens.Fault) -> MetamathDatabase.Frame {
    let hypotheses = blocks.flatMap(\.hypotheses)
    try spend(hypotheses.count)
    let essentials = hypotheses.filter {
      if case .essential = database.statements[$0].content { true } else { false }
    }
    let variables = database.variables(
      of: essentials.map { database.statements[$0].expression } + [expression])
    try spend(variables.count * variables.count)
    return database.frame(
      essentials: essentials, variables: variables, at: database.statements.count)
  }

  // MARK: - Words

  /// The words up to `$.`.
  private mutating func names() throws(MetamathTokens.Fault) -> [String] {
    var names: [String] = []
    while let word = try tokens.next() {
      if word.elementsEqual("$.".utf8) { return names }
      guard !word.contains(UInt8(ascii: "$")) else {
        throw tokens.fault("'\(String(decoding: word, as: UTF8.self).shown)' stands in a statement")
      }
      names.append(String(decoding: word, as: UTF8.self))
    }
    throw tokens.fault("a statement does not end")
  }

  /// Active symbols up to a keyword.
  private mutating func expression(
    upTo end: StaticString
  ) throws(MetamathTokens.Fault) -> [MetamathDatabase.Symbol] {
    var symbols: [MetamathDatabase.Symbol] = []
    while let word = try tokens.next() {
      if word.elementsEqual("\(end)".utf8) { return symbols }
      let name = String(decoding: word, as: UTF8.self)
      guard let symbol = database.symbols[name], isActive[Int(symbol)] else {
        throw tokens.fault("'\(name.shown)' is no active symbol")
      }
      symbols.append(symbol)
    }
    throw tokens.fault("a statement does not end")
  }

  /// A constant and active symbols, each variable with a type.
  private mutating func typedExpression(
    upTo end: StaticString
  ) throws(MetamathTokens.Fault) -> [MetamathDatabase.Symbol] {
    let symbols = try expression(upTo: end)
    guard let type = symbols.first, !database.isVariable[Int(type)] else {
      throw tokens.fault("a statement does not begin with a constant")
    }
    let place = database.statements.count
    for symbol in symbols where database.isVariable[Int(symbol)] {
      guard database.floatingHypothesis(of: symbol, at: place) != nil else {
        throw tokens.fault("the variable '\(database.names[Int(symbol)].shown)' has no type")
      }
    }
    return symbols
  }

  private mutating func add(_ name: String, isVariable: Bool) -> MetamathDatabase.Symbol {
    isActive.append(false)
    return database.addSymbol(name, isVariable: isVariable)
  }

  private mutating func spend(_ count: Int) throws(MetamathTokens.Fault) {
    looks += count
    guard looks <= Self.lookLimit else {
      throw tokens.fault("its hypotheses and pairs of variables are too many to look at")
    }
  }
}
