/// Where the code of a completion stands.
enum CodeText {
  /// The code of a completion: the last fenced block of the language, else the last block without
  /// a language, else all of it.
  ///
  /// A fence is a line that starts with at least three backticks or tildes; a longer one may hold
  /// shorter ones. The last block may lack its end, as where the completion was cut off.
  ///
  /// - Parameters:
  ///   - completion: The policy's text.
  ///   - names: What the language is called after a fence, in lower case.
  /// - Returns: The code, with a line feed behind each line of a block.
  static func code(in completion: String, names: Set<String>) -> String {
    var blocks: [(name: String, lines: [Substring])] = []
    var open: (fence: Substring, name: String, lines: [Substring])?
    for line in completion.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd) {
      let trimmed = line.drop { $0 == " " }
      if let block = open {
        let isEnd =
          trimmed.hasPrefix(block.fence)
          && trimmed.drop { $0 == trimmed.first }.allSatisfy(\.isWhitespace)
        if isEnd {
          blocks.append((block.name, block.lines))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if let fence = fence(of: trimmed) {
        let name = trimmed.dropFirst(fence.count).drop { $0 == " " }
          .prefix { !$0.isWhitespace && $0 != "{" && $0 != "," }
        open = (fence, name.lowercased(), [])
      }
    }
    if let block = open { blocks.append((block.name, block.lines)) }
    let chosen = blocks.last { names.contains($0.name) } ?? blocks.last { $0.name.isEmpty }
    guard let chosen else { return completion }
    return chosen.lines.joined(separator: "\n") + "\n"
  }

  private static func fence(of line: Substring) -> Substring? {
    guard let mark = line.first, mark == "`" || mark == "~" else { return nil }
    let fence = line.prefix { $0 == mark }
    // A line such as ```x``` is text with code in it.
    guard fence.count >= 3, mark == "~" || !line.dropFirst(fence.count).contains("`") else {
      return nil
    }
    return fence
  }

  private static func isLineEnd(_ character: Character) -> Bool {
    character == "\n" || character == "\r\n"
  }
}
