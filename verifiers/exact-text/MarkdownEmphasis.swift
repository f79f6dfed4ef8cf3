/// The stars of Markdown that enclose a marker, alone or with its answer.
///
/// `**Answer:** Monday` closes them behind the marker, `**Answer: Monday**` behind the answer. Stars
/// that open behind the marker are the answer's own.
enum MarkdownEmphasis {
  private static let star = UInt8(ascii: "*")

  /// Looks at a marker's line.
  ///
  /// - Parameters:
  ///   - lead: The text before the marker.
  ///   - content: The text behind it.
  /// - Returns: Where the answer's text starts, and where it ends if stars close behind it.
  static func around(
    _ lead: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>
  ) -> (start: Int, end: Int?) {
    let start = content.startIndex
    let open = openStars(lead.suffix { $0 != 0x0A })
    guard open > 0 else { return (start, nil) }
    let first = content.firstIndex { $0 != 0x20 } ?? content.endIndex
    if content[first...].prefix(while: { $0 == star }).count == open { return (first + open, nil) }
    var line = content.prefix { $0 != 0x0A }
    while let last = line.last, last == 0x20 || last == 0x0D { line.removeLast() }
    if line.last == UInt8(ascii: ".") { line.removeLast() }
    let text = line.dropLast(line.suffix { $0 == star }.count)
    return (start, line.count - text.count == open ? text.endIndex : nil)
  }

  /// How many stars are open at a line's end; the star of a list's item is none of them.
  private static func openStars(_ line: ArraySlice<UInt8>) -> Int {
    var rest = line.drop { $0 == 0x20 || $0 == 0x09 }
    if rest.starts(with: [star, 0x20]) { rest = rest.dropFirst(2) }
    var open = 0
    while let next = rest.firstIndex(of: star) {
      let run = rest[next...].prefix { $0 == star }
      open = open == 0 ? run.count : 0
      rest = rest[run.endIndex...]
    }
    return open
  }
}

extension ArraySlice<UInt8> {
  /// The longest end whose bytes all hold.
  fileprivate func suffix(while holds: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    guard let last = lastIndex(where: { !holds($0) }) else { return self }
    return self[(last + 1)...]
  }
}
