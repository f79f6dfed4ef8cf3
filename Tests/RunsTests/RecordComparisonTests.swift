import Foundation
import Testing

@testable import Runs

@Suite final class RecordComparisonTests {
  private let folder = FileManager.default.temporaryDirectory
    .appending(path: "hone-tests-\(UUID().uuidString)")

  deinit {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("left \(folder.path) behind: \(error)")
    }
  }

  /// A run's folder with records, by the name of their file.
  private func run(_ name: String, _ stages: [String: String]) throws -> URL {
    let run = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: run.appending(path: "stages"), withIntermediateDirectories: true)
    for (stage, text) in stages {
      try Data(text.utf8).write(to: run.appending(path: "stages/\(stage).jsonl"))
    }
    return run
  }

  @Test func `equal records are identical, whatever their timings`() throws {
    let first = try run("a", ["01-x": "{\"a\":1}\n{\"a\":2}\n", "01-x.timings": "{\"s\":1}\n"])
    let second = try run("b", ["01-x": "{\"a\":1}\n{\"a\":2}\n", "01-x.timings": "{\"s\":2}\n"])
    let comparison = try RecordComparison(first, second)
    #expect(comparison.isIdentical)
    #expect(comparison.equalRecords == 2)
    #expect(
      comparison.summary == "identical: 2 records of 1 files are equal, byte for byte.")
  }

  @Test func `the first difference is named by stage, record and field`() throws {
    let first = try run("a", ["01-x": "{\"a\":1}\n", "02-y": "{\"b\":{\"c\":[1,2]},\"d\":1}\n"])
    let second = try run("b", ["01-x": "{\"a\":1}\n", "02-y": "{\"b\":{\"c\":[1,3]},\"d\":2}\n"])
    let comparison = try RecordComparison(first, second)
    #expect(!comparison.isIdentical)
    #expect(
      comparison.difference
        == RecordComparison.Difference(
          stage: "02-y", record: 1, field: "b.c.1", before: "2", after: "3"))
    #expect(
      comparison.summary == """
        They differ in 02-y, record 1, field 'b.c.1': 2 → 3. 1 records before it are equal.
        """)
  }

  @Test func `a record too few is a difference, but not of a prefix`() throws {
    let first = try run("a", ["01-x": "{\"a\":1}\n{\"a\":2}\n", "02-y": "{}\n"])
    let second = try run("b", ["01-x": "{\"a\":1}\n"])
    let whole = try RecordComparison(first, second)
    #expect(
      whole.difference
        == RecordComparison.Difference(
          stage: "01-x", record: 2, field: nil, before: "{\"a\":2}", after: nil))
    let prefix = try RecordComparison(first, second, isPrefix: true)
    #expect(prefix.isIdentical)
    #expect(prefix.equalRecords == 1)
  }

  @Test func `other bytes of equal values are a difference, too`() throws {
    let first = try run("a", ["01-x": "{\"a\":1}\n"])
    let second = try run("b", ["01-x": "{\"a\": 1}\n"])
    let difference = try RecordComparison(first, second).difference
    #expect(difference?.field == nil)
    #expect(difference?.after == "{\"a\": 1}")
  }

  @Test func `a torn last line counts for nothing`() throws {
    let first = try run("a", ["01-x": "{\"a\":1}\n"])
    let second = try run("b", ["01-x": "{\"a\":1}\n{\"a\":"])
    #expect(try RecordComparison(first, second).isIdentical)
  }

  @Test func `no records at all are not identical`() throws {
    let comparison = try RecordComparison(run("a", [:]), run("b", [:]))
    #expect(!comparison.isIdentical)
    #expect(comparison.summary == "There are no records to compare.")
  }

  @Test func `a truth value is no number`() throws {
    let first = try run("a", ["01-x": "{\"a\":true,\"b\":1}\n"])
    let second = try run("b", ["01-x": "{\"a\":1,\"b\":1}\n"])
    let difference = try #require(try RecordComparison(first, second).difference)
    #expect((difference.field, difference.before, difference.after) == ("a", "true", "1"))
  }

  @Test func `long values are cut, and cannot move the cursor`() throws {
    let long = String(repeating: "x", count: 200)
    let first = try run("a", ["01-x": "{\"a\":\"\\u001b[31m\"}\n"])
    let second = try run("b", ["01-x": "{\"a\":\"\(long)\"}\n"])
    let difference = try #require(try RecordComparison(first, second).difference)
    #expect(difference.before == "\"?[31m\"")
    #expect(difference.after?.count == 80)
  }
}
