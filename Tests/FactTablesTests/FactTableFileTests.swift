import Foundation
import TestSupport
import Testing

@testable import FactTables

@Suite struct FactTableFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(_ text: String, _ name: String = "t.csv") throws -> [FactRow] {
    let file = folder.url.appending(path: name)
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    var rows: [FactRow] = []
    try FactTableFile(file, shown: name).read { row, _ in rows.append(row) }
    return rows
  }

  @Test func `a table in CSV has quotes, lists, periods and blank lines`() throws {
    let rows = try rows(
      #"""
      relation,key,value,aliases,asOf,source,unit,keyAliases
      capital,"Washington, the ""state""",Olympia,,,,,

      melting point,gold,1337.33,"a|b | c",1991/,"two\#nlines",K|kelvin,Au
      """#.replacingOccurrences(of: "\n\n", with: "\r\n\r\n"))
    #expect(rows.count == 2)
    #expect(rows[0].key == "Washington, the \"state\"")
    #expect(rows[1].aliases == ["a", "b", "c"])
    #expect(rows[1].asOf == FactPeriod(from: 19_910_101, until: nil))
    #expect(rows[1].source == "two\nlines")
    #expect(rows[1].valueForms.contains("1337.33 kelvin"))
    #expect(rows[1].keyForms == ["gold", "au"])
  }

  @Test func `a table in JSON lines says the same`() throws {
    let rows = try rows(
      """
      {"key": "gold", "relation": "symbol", "value": "Au", "aliases": ["au"], "keyAliases": "oro"}

      {"key": "gold", "relation": "number", "value": 79, "asOf": null, "source": "s"}
      """, "t.jsonl")
    #expect(rows.map(\.value) == ["Au", "79"])
    #expect(rows[0].keyAliases == ["oro"])
  }

  @Test(arguments: [
    ("t.csv", "", "it is empty"), ("t.csv", "key,value\na,b", "'relation' is missing"),
    ("t.csv", "key,relation,value,size\n", "'size' is not one of key, keyAliases"),
    ("t.csv", "key,relation,value\na,b", "t.csv:2: there are 2 fields, not 3"),
    ("t.csv", "key,relation,value\na,b,c\n,b,c", "t.csv:3: 'key' is empty"),
    ("t.csv", "key,relation,value\na,b,\"c", "does not end"),
    ("t.csv", "key,relation,value\na,b,\"c\"d", "text follows a field in quotes"),
    ("t.csv", "key,relation,value,asOf\na,b,c,soon", "'asOf' is 'soon', not a date"),
    ("t.jsonl", "[1]", "t.jsonl:1: it is no object"),
    ("t.jsonl", #"{"key":"a","relation":"b"}"#, "'value' is empty"),
    ("t.jsonl", #"{"key":"a","relation":"b","value":{}}"#, "'value' has the wrong type"),
    ("t.jsonl", #"{"key":"a","relation":"b","value":"c","x":1}"#, "nothing reads the key 'x'"),
    ("t.txt", "key", "does not end in .csv, .jsonl or .sqlite"),
  ])
  func `a table that cannot be used says where and why`(
    name: String, text: String, message: String
  ) throws {
    let error = try #require(throws: FactTableError.self) { try rows(text, name) }
    #expect(error.description.contains(message), "\(error)")
  }

  @Test func `a mutated table is read or refused`() throws {
    let seeds = [
      (
        "t.csv", "key,relation,value,aliases,asOf\ngold,symbol,Au,\"a|b\",1991/\niron,symbol,Fe,,\n"
      ),
      ("t.jsonl", #"{"key":"gold","relation":"symbol","value":"Au","aliases":["a"]}"# + "\n"),
    ]
    var noise = TestNumbers(seed: 7)
    var (read, refused) = (0, 0)
    for (name, text) in seeds {
      for _ in 0..<1500 {
        var bytes = Array(text.utf8)
        for _ in 0...noise.integer(below: 4) {
          let place = noise.integer(below: bytes.count)
          switch noise.integer(below: 4) {
          case 0: bytes[place] = UInt8(noise.integer(below: 256))
          case 1: bytes.remove(at: place)
          case 2: bytes.insert(Array("\",|{}[\n\r\u{0}".utf8)[noise.integer(below: 9)], at: place)
          default: bytes.insert(contentsOf: bytes[place...], at: place)
          }
          if bytes.isEmpty { bytes = [0x2C] }
        }
        let file = folder.url.appending(path: name)
        try Data(bytes).write(to: file)
        do {
          try FactTableFile(file).read { row, _ in _ = row.valueForms }
          read += 1
        } catch is FactTableError {
          refused += 1
        }
      }
    }
    #expect(read > 100 && refused > 100)
  }
}

@Suite struct FactPeriodTests {
  @Test(
    arguments: [
      ("1991", 19_910_101, 19_920_101), ("1991-12", 19_911_201, 19_920_101),
      ("1991-12-12", 19_911_212, 19_911_213), ("1991/", 19_910_101, nil),
      ("/1991-12-12", nil, 19_911_212), ("1914/1918", 19_140_101, 19_180_101),
    ] as [(String, Int?, Int?)])
  func `a period is read`(text: String, from: Int?, until: Int?) {
    #expect(FactPeriod(text) == FactPeriod(from: from, until: until))
  }

  @Test(arguments: ["", "soon", "91", "1991-13", "1991-1", "1918/1914", "1/2/3", "1991-01-32"])
  func `another text is none`(text: String) {
    #expect(FactPeriod(text) == nil)
  }

  @Test func `periods overlap where they share a day`() throws {
    let before = try #require(FactPeriod("1991/1997-12-10"))
    let after = try #require(FactPeriod("1997-12-10/"))
    #expect(!before.overlaps(after) && !after.overlaps(before))
    #expect(try before.overlaps(#require(FactPeriod("1997"))))
    #expect(try after.overlaps(#require(FactPeriod("1997"))))
    #expect(FactPeriod.always.overlaps(before) && !before.isOpen && after.isOpen)
  }
}
