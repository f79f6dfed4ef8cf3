import Foundation
import Glibc

/// Processes and their memory, from `/proc`.
struct ProcessTree {
  private struct Member {
    let parent: Int32
    let session: Int32
    let bytes: Int
  }

  private var members: [Int32: Member] = [:]

  /// Looks at all processes of the machine.
  ///
  /// One that ends meanwhile is left out.
  ///
  /// - Throws: The system's error where there is no `/proc`.
  init(pageBytes: Int = Int(getpagesize())) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
      guard let process = Int32(name),
        let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
        let parsed = Self.parse(text)
      else { continue }
      members[process] = Member(
        parent: parsed.parent, session: parsed.session, bytes: parsed.pages * pageBytes)
    }
  }

  /// Resident bytes of a process, of its session, and of all that descend from them, whoever adopted
  /// them since; pages that they share count for each.
  func residentBytes(below process: Int32) -> Int {
    var children: [Int32: [Int32]] = [:]
    for (child, member) in members { children[member.parent, default: []].append(child) }
    let session = members.filter { $0.value.session == process }.map(\.key)
    var (sum, left, seen) = (0, [process] + session, Set<Int32>())
    while let next = left.popLast() {
      guard seen.insert(next).inserted else { continue }
      sum += members[next]?.bytes ?? 0
      left += children[next] ?? []
    }
    return sum
  }

  /// Parent, session and resident pages: fields 4, 6 and 24, counted behind the name, which may hold
  /// anything.
  static func parse(_ stat: String) -> (parent: Int32, session: Int32, pages: Int)? {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let parent = Int32(fields[1]),
      let session = Int32(fields[3]), let pages = Int(fields[21])
    else { return nil }
    return (parent, session, pages)
  }
}
