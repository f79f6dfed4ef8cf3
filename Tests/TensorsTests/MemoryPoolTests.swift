import TestSupport
import Testing

@testable import Tensors

@Suite struct MemoryPoolTests {
  private static let page = MemoryPool.pageValues
  private static let megabyte = 1 << 20

  /// A buffer of so many pages.
  private static func buffer(_ pages: Int, _ pool: MemoryPool) -> FloatBuffer {
    FloatBuffer(count: pages * page, from: pool)
  }

  @Test func `what one phase gives back serves the next`() {
    let pool = MemoryPool(capacityBytes: 16 * Self.megabyte)
    for _ in 0..<3 {
      let small = (0..<10).map { _ in Self.buffer(100, pool) }
      #expect(pool.takenBytes == 1000 * 4096 && small.count == 10)
    }
    #expect(pool.takenBytes == 0)
    // Neighbours that are free are one block.
    let large = Self.buffer(1000, pool)
    #expect(pool.peakBytes == 1000 * 4096 && large.count == 1000 * Self.page)
  }

  /// Buffers of random sizes come and go in random order, each filled with a number of its own.
  @Test(arguments: 1...4)
  func `no two buffers share memory`(seed: UInt64) {
    let pool = MemoryPool(capacityBytes: 64 * Self.megabyte)
    var numbers = TestNumbers(seed: seed)
    var kept: [(buffer: FloatBuffer, value: Float)] = []
    for step in 0..<400 {
      if kept.count > 20 || !kept.isEmpty && numbers.integer(below: 3) == 0 {
        let (buffer, value) = kept.remove(at: numbers.integer(below: kept.count))
        #expect(buffer[0] == value && buffer[buffer.count - 1] == value)
        #expect(buffer.array.allSatisfy { $0 == value })
      } else {
        let count = MemoryPool.smallestBlock + numbers.integer(below: 100 * Self.page)
        let buffer = FloatBuffer(count: count, from: pool)
        for index in 0..<count { buffer[index] = Float(step) }
        kept.append((buffer, Float(step)))
      }
    }
    #expect(kept.allSatisfy { entry in entry.buffer.array.allSatisfy { $0 == entry.value } })
    kept = []
    #expect(pool.takenBytes == 0)
    #expect(pool.peakBytes < 21 * 120 * 4096)
  }

  @Test func `the smallest room that fits is taken`() {
    let pool = MemoryPool(capacityBytes: 16 * Self.megabyte)
    var buffers = [100, 20, 50, 20, 70, 20].map { Optional(Self.buffer($0, pool)) }
    let peak = pool.peakBytes
    for index in [0, 2, 4] { buffers[index] = nil }
    // Of 100, 50 and 70 free pages, each gets the least that is enough, so that all find room.
    let fitted = [60, 45, 95].map { Self.buffer($0, pool) }
    #expect(pool.peakBytes == peak && fitted.count == 3)
    // Behind all others only what is missing is added.
    buffers[5] = nil
    let last = Self.buffer(35, pool)
    #expect(pool.peakBytes == peak + 5 * 4096 && last.count == 35 * Self.page)
  }

  @Test func `what does not fit has memory of its own`() {
    let pool = MemoryPool(capacityBytes: 50 * 4096)
    let buffers = [30, 30, 15].map { Self.buffer($0, pool) }
    #expect(pool.takenBytes == 30 * 4096)
    #expect(buffers[1].array.allSatisfy { $0 == 0 })
    let none = MemoryPool(capacityBytes: 0)
    #expect(Self.buffer(40, none).array.allSatisfy { $0 == 0 })
    #expect(none.peakBytes == 0)
  }

  @Test func `small buffers stay out of it`() {
    let pool = MemoryPool(capacityBytes: 16 * Self.megabyte)
    let small = FloatBuffer(count: MemoryPool.smallestBlock - 1, from: pool)
    #expect(pool.takenBytes == 0 && small.array.allSatisfy { $0 == 0 })
  }

  @Test func `released memory is new, and taken memory stays`() {
    let pool = MemoryPool(capacityBytes: 16 * Self.megabyte)
    let kept = Self.buffer(20, pool)
    kept[7] = 7
    let (edge, inside) = (7, 600 * Self.page)
    do {
      let left = Self.buffer(1400, pool)
      left[edge] = 8
      left[inside] = 9
    }
    pool.release()
    #expect(kept[7] == 7)
    // Pages 20 to 1419: the huge page from 512 to 1023 is theirs alone.
    let again = Self.buffer(1400, pool)
    #expect(again[edge] == 8 && again[inside] == 0)
    #expect(pool.peakBytes == 1420 * 4096)
  }

  /// Late ones none, all, of whole huge pages, within one, and within a page.
  @Test(arguments: [
    0..<0, 0..<1600 * page + 5, 492 * page..<1004 * page, 500 * page + 1..<1100 * page - 1,
    600 * page..<601 * page, 7..<9,
  ])
  func `zeros of a pool are zeros, whatever was there, and spare what lies beside them`(
    late: Range<Int>
  ) {
    let pool = MemoryPool(capacityBytes: 16 * Self.megabyte)
    let before = Self.buffer(20, pool)
    do {
      let used = Self.buffer(1700, pool)
      for index in 0..<used.count { used[index] = 3 }
    }
    let count = 1600 * Self.page + 5
    let zeros = FloatBuffer(zeros: count, from: pool, late: late)
    let behind = Self.buffer(99, pool)
    #expect(zeros.array.allSatisfy { $0 == 0 } && zeros.count == count)
    #expect(behind[0] == 3 && behind[99 * Self.page - 1] == 3 && before[0] == 0)
    #expect(FloatBuffer(zeros: 10, from: pool, late: 3..<7).array.allSatisfy { $0 == 0 })
  }

  @Test func `a buffer outlives whoever held the pool`() {
    var pool: MemoryPool? = MemoryPool(capacityBytes: 16 * Self.megabyte)
    let buffer = pool.map { Self.buffer(20, $0) }
    pool = nil
    buffer?[3] = 4
    #expect(buffer?[3] == 4)
  }
}
