/// Digits, points and commas that stand together: one decimal, or a list between commas.
struct DecimalRun {
  /// The decimal, of a list its last element; nil where the run is neither.
  let decimal: NumberLiteral.Decimal?
  let isList: Bool
  /// The place behind the run.
  let end: Int

  /// Reads the run at `start`, which may be empty.
  ///
  /// - Parameters:
  ///   - text: A plain text.
  ///   - start: Where the run begins.
  ///   - joinsThousands: Whether `12,345` is one decimal; else it is a list.
  init(in text: [UInt8], at start: Int, joinsThousands: Bool) {
    var end = start
    while end < text.count {
      let isMark = text[end] == UInt8(ascii: ",") || text[end] == UInt8(ascii: ".")
      guard text[end].isDigit || isMark && end + 1 < text.count && text[end + 1].isDigit else {
        break
      }
      end += 1
    }
    self.end = end
    let elements = text[start..<end].split(
      separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    if elements.count == 1 {
      (decimal, isList) = (Self.decimal(elements[0]), false)
    } else if joinsThousands, Self.isGrouped(elements) {
      (decimal, isList) = (Self.decimal(elements.flatMap { $0 }[...]), false)
    } else {
      (decimal, isList) = (Self.last(of: elements), true)
    }
  }

  /// Whether elements between commas are one to three digits, then groups of three.
  private static func isGrouped(_ elements: [ArraySlice<UInt8>]) -> Bool {
    guard let first = elements.first, let last = elements.last, (1...3).contains(first.count),
      first.allSatisfy(\.isDigit), first.first != UInt8(ascii: "0")
    else { return false }
    return elements.dropFirst().dropLast().allSatisfy { $0.count == 3 && $0.allSatisfy(\.isDigit) }
      && last.prefix { $0.isDigit }.count == 3
  }

  /// The last element of a list; nil for `1,0000`, which is neither grouped nor a list of numbers
  /// that anyone writes.
  private static func last(of elements: [ArraySlice<UInt8>]) -> NumberLiteral.Decimal? {
    guard let last = elements.last,
      last.count == 1 || last.first != UInt8(ascii: "0") || last.contains(UInt8(ascii: "."))
    else { return nil }
    return decimal(last)
  }

  /// Digits with at most one point.
  private static func decimal(_ run: ArraySlice<UInt8>) -> NumberLiteral.Decimal? {
    let parts = run.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2 else { return nil }
    return NumberLiteral.Decimal(
      whole: Array(parts[0]), fraction: parts.count == 2 ? Array(parts[1]) : [])
  }
}
