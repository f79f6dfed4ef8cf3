import Testing

@testable import Policies

@Suite struct DecodingScheduleTests {
  struct Load: CustomTestStringConvertible, Sendable {
    let samples: [Int]
    let rows: Int
    var testDescription: String { "\(samples) in \(rows) rows" }
  }

  static let loads = [
    Load(samples: [1], rows: 1), Load(samples: [3, 3, 3], rows: 4),
    Load(samples: [8, 1, 1], rows: 3),
    Load(samples: [0, 2, 0, 5, 0], rows: 2), Load(samples: [1, 1, 1, 1, 9], rows: 8),
    Load(samples: [64, 64], rows: 256), Load(samples: [10, 1, 10], rows: 10),
    Load(samples: [5, 7, 5, 7], rows: 6),
  ]

  private func requests(_ load: Load) -> [GenerationRequest] {
    load.samples.enumerated().map { index, samples in
      GenerationRequest(
        promptTokens: [Int32](repeating: 1, count: index % 3 + 1), samples: samples,
        key: UInt64(index))
    }
  }

  /// Decodes until nothing is left: each sample ends after a number of steps that differs.
  @Test(arguments: loads)
  func `each sample is decoded once, in slots and rows of its own`(load: Load) {
    let requests = requests(load)
    var schedule = DecodingSchedule(requests, maxRows: load.rows)
    #expect(schedule.total == load.samples.reduce(0, +))
    #expect(schedule.slots <= load.rows)
    var active: [(row: ActiveCompletion, left: Int)] = []
    var seen: [[Int]] = []
    var steps = 0
    while seen.count < schedule.total || !active.isEmpty {
      steps += 1
      guard steps < 10_000 else {
        Issue.record("\(active.count) rows are active, \(seen.count) were admitted, and it hangs")
        return
      }
      let admission = schedule.admit(active: active.count)
      for row in admission.completions {
        seen.append([row.request, row.sample])
        active.append((row, (row.request * 7 + row.sample * 3) % 5))
        #expect(row.prompt.count == requests[row.request].promptTokens.count)
        #expect(row.prompt.upperBound <= schedule.promptSlots * schedule.promptCapacity)
      }
      #expect(Set(active.map(\.row.slot)).count == active.count, "no two rows share a slot")
      #expect(active.allSatisfy { (0..<schedule.slots).contains($0.row.slot) })
      // Rows of one request share its prompt's rows; of two, none.
      for one in active {
        for other in active {
          #expect(
            one.row.prompt.overlaps(other.row.prompt) == (one.row.request == other.row.request))
        }
      }
      for ended in active where ended.left == 0 { schedule.release(ended.row) }
      active = active.filter { $0.left > 0 }.map { ($0.row, $0.left - 1) }
    }
    #expect(Set(seen).count == schedule.total)
    #expect(
      seen == seen.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }, "they are admitted in order")
  }

  @Test func `a prompt is run once for completions that are admitted together`() {
    var schedule = DecodingSchedule(
      requests(Load(samples: [3, 2], rows: 8)), maxRows: 8)
    let admission = schedule.admit(active: 0)
    #expect(admission.newPrompts.map(\.request) == [0, 1])
    #expect(admission.promptIndex == [0: 0, 1: 1])
    #expect(admission.completions.map(\.request) == [0, 0, 0, 1, 1])
  }

  @Test func `few free slots wait for more`() {
    var schedule = DecodingSchedule(
      requests(Load(samples: [Int](repeating: 1, count: 20), rows: 8)), maxRows: 8)
    let first = schedule.admit(active: 0)
    #expect(first.completions.count == 8)
    schedule.release(first.completions[0])
    #expect(schedule.admit(active: 7).isEmpty, "one of eight is less than a quarter")
    schedule.release(first.completions[1])
    #expect(schedule.admit(active: 6).completions.count == 2)
  }
}
