/// Compares two texts by their characters.
struct StringCheck {
  /// How; `like` and `ilike` ask whether the input contains the reference.
  enum Operation: String, CaseIterable {
    case eq, ne, neq, like, ilike
  }

  let operation: Operation
  let input: GraderTemplate
  let reference: GraderTemplate

  init(_ fields: inout GraderFields) throws(Grader.Unusable) {
    let word = try fields.text("operation")
    guard let operation = Operation(rawValue: word) else {
      let known = Operation.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields.refuse("'operation' is '\(word.prefix(40))', which is none of \(known)")
    }
    self.operation = operation
    input = try fields.template("input")
    reference = try fields.template("reference")
  }

  /// Grades 1 or 0.
  ///
  /// Code points are compared, so that two spellings of a letter differ, as in OpenAI's Python.
  func grade(_ texts: (input: String, reference: String)) -> Grade {
    let (input, reference) = (texts.input, texts.reference)
    let holds =
      switch operation {
      case .eq: input.utf8.elementsEqual(reference.utf8)
      case .ne, .neq: !input.utf8.elementsEqual(reference.utf8)
      case .like: Self.contains(Array(input.utf8), Array(reference.utf8))
      case .ilike:
        Self.contains(Array(input.lowercased().utf8), Array(reference.lowercased().utf8))
      }
    return .score(
      holds ? 1 : 0, reason: "string_check \(operation.rawValue) \(holds ? "holds" : "fails")")
  }

  /// Whether bytes occur in a row, in time proportional to both lengths.
  ///
  /// - SeeAlso: Knuth, Morris and Pratt 1977.
  static func contains(_ text: [UInt8], _ sought: [UInt8]) -> Bool {
    guard !sought.isEmpty else { return true }
    guard sought.count <= text.count else { return false }
    // How much of `sought` stands at its own end, for each of its beginnings.
    var borders = [0]
    var length = 0
    for byte in sought.dropFirst() {
      while length > 0, sought[length] != byte { length = borders[length - 1] }
      if sought[length] == byte { length += 1 }
      borders.append(length)
    }
    var matched = 0
    for byte in text {
      while matched > 0, sought[matched] != byte { matched = borders[matched - 1] }
      if sought[matched] == byte { matched += 1 }
      if matched == sought.count { return true }
    }
    return false
  }
}
