import Foundation
import Randomness
import Testing
import VerifierKit

@testable import Tasks

/// Rows that someone changed at random: whatever they hold, an answer comes, and soon.
@Suite struct ImportMutationTests {
  private static let odd: [JSONValue] = [
    .null, .bool(true), .number(-1), .number(1e300), .string(""), .string("\u{0}"), .array([]),
    .object([:]), .array([.array([.null])]), .string(String(repeating: "[", count: 3000)),
    .string("{'a': (1,"), .string("assert f("), .string("\\boxed{\\boxed{"), .string("9e999999"),
    .array([.object(["role": .string("user")])]), .object(["inputs": .array([.number(1)])]),
  ]

  @Test func `changed bytes never break the reader`() throws {
    var generator = CounterGenerator(keys: 4, 1)
    let seeds = ImportFormatTests.cases.map { Array($0.row.utf8.map { $0 == 0x0A ? 0x20 : $0 }) }
    var (rows, placed) = (0, 0)
    for _ in 0..<4000 {
      var bytes = seeds[generator.integer(in: 0...seeds.count - 1)]
      for _ in 0...generator.integer(in: 0...4) {
        let place = generator.integer(in: 0...max(bytes.count - 1, 0))
        switch generator.integer(in: 0...4) {
        case 0: bytes[place] = UInt8(generator.integer(in: 0...255))
        case 1: bytes.insert(contentsOf: bytes.prefix(place).suffix(20), at: place)
        case 2: bytes.removeSubrange(place..<min(place + 9, bytes.count))
        case 3: bytes.insert(UInt8(generator.integer(in: 0x20...0x7E)), at: place)
        default: bytes.append(contentsOf: bytes.suffix(30))
        }
        if bytes.isEmpty { bytes = [0x7B] }
      }
      var splitter = RowSplitter(rowLimit: 1 << 16)
      func take(_: Int, _ row: [UInt8]) {
        rows += 1
        if case .object(let members)? = try? JSONReader.value(in: row, 0..<row.count) {
          placed += Self.outcomes(of: ImportRow(members))
        }
      }
      do {
        try splitter.append(bytes[...], take)
        try splitter.finish(take)
      } catch is RowSplitter.Problem {
        continue  // a text that cannot be cut on is one of the answers
      }
    }
    #expect(rows > 3000 && placed > 100, "\(rows) rows, \(placed) placed")
  }

  @Test func `changed members never break a format`() throws {
    var generator = CounterGenerator(keys: 4, 2)
    let seeds = try ImportFormatTests.cases.map { try importRow($0.row).members }
    var placed = 0
    for _ in 0..<3000 {
      var members = seeds[generator.integer(in: 0...seeds.count - 1)]
      for name in members.keys.sorted() where generator.integer(in: 0...3) == 0 {
        members[name] = Self.changed(members[name] ?? .null, &generator, depth: 0)
      }
      placed += Self.outcomes(of: ImportRow(members))
    }
    #expect(placed > 500)
  }

  @Test func `changed sources of tests are read, or stay code`() {
    var generator = CounterGenerator(keys: 4, 3)
    let seed = Array("assert abs(f([1, (2.5, 'a')], {\"k\": None}) - 3) < 1e-6, 'no'".utf8)
    var data = 0
    for _ in 0..<4000 {
      var bytes = seed
      for _ in 0...generator.integer(in: 0...3) {
        let place = generator.integer(in: 0...bytes.count - 1)
        bytes[place] = seed[generator.integer(in: 0...seed.count - 1)]
      }
      let source = String(decoding: bytes, as: UTF8.self)
      let metadata = try? CodeTests.assertions([source], entry: "f")
      data += metadata?["kind"] == .string("function") ? 1 : 0
    }
    #expect(data > 200 && data < 4000)
  }

  /// How many formats place a row; each of them must come to an end.
  private static func outcomes(of row: ImportRow) -> Int {
    _ = ImportFormat(of: row)
    return ImportFormat.allCases.count { (try? $0.place(row, grader: nil)) != nil }
  }

  private static func changed(
    _ value: JSONValue, _ generator: inout CounterGenerator, depth: Int
  ) -> JSONValue {
    let isInner = depth < 4 && generator.integer(in: 0...2) > 0
    switch value {
    case .object(var members) where isInner && !members.isEmpty:
      let names = members.keys.sorted()
      let name = names[generator.integer(in: 0...names.count - 1)]
      members[name] = changed(members[name] ?? .null, &generator, depth: depth + 1)
      return .object(members)
    case .array(var elements) where isInner && !elements.isEmpty:
      let place = generator.integer(in: 0...elements.count - 1)
      elements[place] = changed(elements[place], &generator, depth: depth + 1)
      return .array(elements)
    default: return odd[generator.integer(in: 0...odd.count - 1)]
    }
  }
}
