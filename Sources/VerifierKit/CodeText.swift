/// Where the code of a completion stands: a program, a proof, or whatever else is written by itself.
package enum CodeText {
  /// A fenced block.
  package struct Block: Equatable, Sendable {
    /// The word behind the fence, in lower case; empty where there is none.
    package let name: String
    /// What is inside, with a line feed behind each line.
    package let text: String
    /// Whether the block has its end; one that was cut off has none.
    package let isClosed: Bool
  }

  /// The code of a completion: the last fenced block of the language, else the last block without
  /// a language, else all of it.
  ///
  /// - Parameters:
  ///   - completion: The policy's text.
  ///   - names: What the language is called after a fence, in lower case.
  /// - Returns: The code.
  package static func code(in completion: String, names: Set<String>) -> String {
    let blocks = blocks(in: completion)
    let chosen = blocks.last { names.contains($0.name) } ?? blocks.last { $0.name.isEmpty }
    return chosen?.text ?? completion
  }

  /// The fenced blocks of a completion, in their order.
  ///
  /// A fence is a line that starts with at least three backticks or tildes; a longer one may hold
  /// shorter ones. The last block may lack its end, as where the completion was cut off.
  ///
  /// - Parameter completion: The policy's text.
  /// - Returns: The blocks.
  package static func blocks(in completion: String) -> [Block] {
    var blocks: [Block] = []
    var open: (fence: Substring, name: String, lines: [Substring])?
    func close(_ block: (fence: Substring, name: String, lines: [Substring]), isClosed: Bool) {
      blocks.append(
        Block(
          name: block.name, text: block.lines.joined(separator: "\n") + "\n", isClosed: isClosed))
    }
    for line in completion.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd) {
      let trimmed = line.drop { $0 == " " }
      if let block = open {
        let isEnd =
          trimmed.hasPrefix(block.fence)
          && trimmed.drop { $0 == trimmed.first }.allSatisfy(\.isWhitespace)
        if isEnd {
          close(block, isClosed: true)
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
    if let block = open { close(block, isClosed: false) }
    return blocks
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
