/// What the pre-tokenizers tell apart.
enum ScalarClass: UInt8 {
  /// `\p{L}`.
  case letter
  /// `\p{N}`.
  case number
  /// `\r` and `\n`.
  case newline
  /// The rest of `\s`, the property White_Space.
  case space
  case other

  init(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "a"..."z", "A"..."Z": self = .letter
    case "0"..."9": self = .number
    case "\r", "\n": self = .newline
    case " ", "\t", "\u{B}", "\u{C}": self = .space
    case "\0"..."\u{7F}": self = .other
    default: self.init(outsideASCII: scalar.properties)
    }
  }

  private init(outsideASCII properties: Unicode.Scalar.Properties) {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = properties.isWhitespace ? .space : .other
    }
  }

  /// `\s`.
  var isWhitespace: Bool { self == .space || self == .newline }
}

/// Text as scalars, with the class and the first byte of each.
struct ClassifiedText {
  let scalars: [Unicode.Scalar]
  let classes: [ScalarClass]
  /// UTF-8 position of each scalar, and the number of bytes at the end.
  let starts: [Int]
  let bytes: [UInt8]

  init(_ text: String) {
    bytes = Array(text.utf8)
    scalars = Array(text.unicodeScalars)
    classes = scalars.map(ScalarClass.init)
    var starts: [Int] = []
    starts.reserveCapacity(scalars.count + 1)
    var position = 0
    for scalar in scalars {
      starts.append(position)
      position += UTF8.width(scalar)
    }
    starts.append(position)
    self.starts = starts
  }

  var count: Int { scalars.count }

  /// The first position from `start` on, before `end`, whose class is not in the run.
  func end(
    ofRunAt start: Int, before end: Int, where belongs: (ScalarClass) -> Bool
  ) -> Int {
    var position = start
    while position < end, belongs(classes[position]) { position += 1 }
    return position
  }
}
