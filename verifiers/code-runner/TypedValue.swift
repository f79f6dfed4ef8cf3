import BigInt
import VerifierKit

/// A value of Python made of built-in types, as it crosses between a cell and the supervisor.
///
/// JSON has one kind of number and no tuples, so whatever JSON would blur is tagged by an object with
/// one key: `{"i": "12"}`, `{"f": "0.5"}`, `{"c": ["0.0", "1.0"]}`, `{"b": "6869"}` (bytes),
/// `{"u": [55296]}` (a string that is not Unicode), `{"t": […]}`, `{"s": […]}`, `{"z": […]}` (tuple,
/// set, frozen set) and `{"d": [[key, value], …]}`.
indirect enum TypedValue {
  case none
  case bool(Bool)
  /// Decimal digits with a sign where negative; hexadecimal ones after `0x` for very long numbers.
  case integer(String)
  case float(Double)
  case complex(Double, Double)
  case text(String)
  /// Code points of a string that holds lone surrogates.
  case codePoints([Int])
  /// Hexadecimal digits.
  case bytes(String)
  case list([TypedValue])
  case tuple([TypedValue])
  case set([TypedValue])
  case frozenSet([TypedValue])
  case dictionary([(key: TypedValue, value: TypedValue)])
  /// Source that the cell evaluates among the program's names; of arguments only.
  case expression(String)

  /// Digits of a number, at most; more would make comparing it with a float slow.
  ///
  /// The cells send longer ones in hexadecimal digits, and Python reads none beyond 4300.
  static let digitLimit = 3914

  /// Text that describes no value.
  struct Malformed: Error {
    let problem: String
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - json: The tagged form.
  ///   - allowsNumbers: Whether a task is read and not a cell's record: bare JSON numbers may stand
  ///     for integers and floats, as people write them, and integers get the form that cells send.
  ///   - allowsExpressions: Whether `{"e": "Pair(1, 2)"}` may stand for what the program makes of it.
  /// - Throws: ``Malformed`` where it describes none.
  init(
    _ json: JSONValue, allowsNumbers: Bool = false, allowsExpressions: Bool = false
  ) throws(Malformed) {
    func all(_ elements: [JSONValue]) throws(Malformed) -> [TypedValue] {
      var values: [TypedValue] = []
      values.reserveCapacity(elements.count)
      for element in elements {
        values.append(try TypedValue(element, allowsNumbers: allowsNumbers))
      }
      return values
    }
    switch json {
    case .null: self = .none
    case .bool(let bool): self = .bool(bool)
    case .string(let text): self = .text(text)
    case .array(let elements): self = .list(try all(elements))
    case .number(let number):
      guard allowsNumbers else { throw Malformed(problem: "a number without its type") }
      if let integer = Int(exactly: number), integer.magnitude < 1 << 53 {
        self = .integer(String(integer))
      } else if number == number.rounded() {
        throw Malformed(problem: "a whole number beyond 2^53 without its tag 'i' or 'f'")
      } else {
        self = .float(number)
      }
    case .object(let members):
      guard members.count == 1, let (tag, content) = members.first else {
        throw Malformed(problem: "an object of \(members.count) keys, where a value has one")
      }
      switch (tag, content) {
      case ("i", .string(let text)):
        let digits = try Self.digits(text, limit: allowsNumbers ? ReturnLimits.digits : nil)
        self = .integer(allowsNumbers ? ReturnLimits.sentForm(digits) : digits)
      case ("f", .string(let text)): self = .float(try Self.float(.string(text)))
      case ("c", .array(let parts)) where parts.count == 2:
        self = .complex(try Self.float(parts[0]), try Self.float(parts[1]))
      case ("e", .string(let source)) where allowsExpressions: self = .expression(source)
      case ("b", .string(let digits)):
        guard digits.utf8.count % 2 == 0, digits.utf8.allSatisfy(\.isHexDigit) else {
          throw Malformed(problem: "bytes that are not hexadecimal digits")
        }
        self = .bytes(digits)
      case ("u", .array(let elements)):
        var points: [Int] = []
        for element in elements {
          guard case .number(let number) = element, let point = Int(exactly: number),
            (0..<0x110000).contains(point)
          else { throw Malformed(problem: "a code point that is none") }
          points.append(point)
        }
        self = .codePoints(points)
      case ("t", .array(let elements)): self = .tuple(try all(elements))
      case ("s", .array(let elements)): self = .set(try Self.keys(all(elements)))
      case ("z", .array(let elements)): self = .frozenSet(try Self.keys(all(elements)))
      case ("d", .array(let pairs)):
        var members: [(key: TypedValue, value: TypedValue)] = []
        for pair in pairs {
          guard case .array(let parts) = pair, parts.count == 2 else {
            throw Malformed(problem: "a dictionary's entry that is no pair")
          }
          members.append(
            (
              try TypedValue(parts[0], allowsNumbers: allowsNumbers),
              try TypedValue(parts[1], allowsNumbers: allowsNumbers)
            ))
        }
        _ = try Self.keys(members.map(\.key))
        self = .dictionary(members)
      default: throw Malformed(problem: "the tag '\(tag.prefix(20))', or what stands with it")
      }
    }
  }

  /// The value in its tagged form.
  var json: JSONValue {
    switch self {
    case .none: .null
    case .bool(let bool): .bool(bool)
    case .integer(let digits): .object(["i": .string(digits)])
    case .float(let number): .object(["f": .string(Self.text(number))])
    case .complex(let real, let imaginary):
      .object(["c": .array([.string(Self.text(real)), .string(Self.text(imaginary))])])
    case .text(let text): .string(text)
    case .codePoints(let points): .object(["u": .array(points.map { .number(Double($0)) })])
    case .bytes(let digits): .object(["b": .string(digits)])
    case .list(let elements): .array(elements.map(\.json))
    case .tuple(let elements): .object(["t": .array(elements.map(\.json))])
    case .set(let elements): .object(["s": .array(elements.map(\.json))])
    case .frozenSet(let elements): .object(["z": .array(elements.map(\.json))])
    case .dictionary(let members):
      .object(["d": .array(members.map { .array([$0.key.json, $0.value.json]) })])
    case .expression(let source): .object(["e": .string(source)])
    }
  }

  // MARK: - Parts

  /// Numbers that are neither have the names that Python gives them.
  private static func text(_ number: Double) -> String {
    number.isNaN ? "nan" : number.isInfinite ? (number < 0 ? "-inf" : "inf") : "\(number)"
  }

  private static func float(_ json: JSONValue) throws(Malformed) -> Double {
    guard case .string(let text) = json else { throw Malformed(problem: "a float that is no text") }
    switch text {
    case "nan": return .nan
    case "inf": return .infinity
    case "-inf": return -.infinity
    default:
      // Swift also reads hexadecimal floats, which nobody writes here.
      guard text.utf8.count <= 40, text.utf8.allSatisfy({ $0 < 0x7F && $0 != UInt8(ascii: "x") }),
        let number = Double(text), number.isFinite
      else { throw Malformed(problem: "a float that is no number") }
      return number
    }
  }

  /// Reads an integer; a `limit` bounds its hexadecimal digits, which a record's length bounds anyway.
  private static func digits(_ text: String, limit: Int?) throws(Malformed) -> String {
    var digits = text.utf8[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    if digits.starts(with: "0x".utf8) {
      let rest = digits.dropFirst(2)
      if !rest.isEmpty, rest.count <= limit ?? .max, rest.allSatisfy(\.isHexDigit) { return text }
    } else if !digits.isEmpty, digits.count <= digitLimit,
      digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      digits.first != UInt8(ascii: "0") || text == "0"
    {
      return text
    }
    throw Malformed(problem: "an integer that is no number")
  }

  /// Elements of a set, or keys: each can be hashed, and no two are equal.
  private static func keys(_ elements: [TypedValue]) throws(Malformed) -> [TypedValue] {
    var seen: Set<[UInt8]> = []
    for element in elements {
      guard element.isHashable else {
        throw Malformed(problem: "an element or key that Python cannot hash")
      }
      guard let key = element.key(.python) else { continue }
      guard seen.insert(key).inserted else {
        throw Malformed(problem: "an element that occurs twice")
      }
    }
    return elements
  }

  /// Whether Python takes it into a set.
  private var isHashable: Bool {
    switch self {
    case .list, .set, .dictionary, .expression: false
    case .tuple(let elements): elements.allSatisfy(\.isHashable)
    case .none, .bool, .integer, .float, .complex, .text, .codePoints, .bytes, .frozenSet: true
    }
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
  }
}
