import CKernels

#if canImport(Glibc)
  import Glibc
#endif

/// Memory that the phases of a computation take turns in: what one gives back, the next one gets.
///
/// Memory that comes anew from the system costs several times what it takes to fill it, since the
/// kernel clears it first. A pool keeps what is given back, and joins neighbours, so that the many
/// blocks of one phase make room for a large one of the next. A block belongs to one
/// ``FloatBuffer`` until that ends, so two uses of the same memory cannot overlap.
///
/// Like its buffers it is not `Sendable`: who computes owns it.
@safe package final class MemoryPool {
  /// Neighbouring pages, taken as one block or free.
  private struct Span {
    var first: Int
    var count: Int
    var isFree: Bool
  }

  /// Values of a page, which blocks are whole numbers of.
  package static let pageValues = 1024
  /// A request for fewer values gets memory of its own.
  package static let smallestBlock = 16 * pageValues
  private static let pageBytes = pageValues * MemoryLayout<Float>.stride
  /// Pages of a huge page (2 MiB), at whose multiples the system has them.
  private static let hugePages = 512

  /// Pages of address space.
  private let capacity: Int
  /// The address space: nil before the first block, and where the system has none to give.
  private var base: UnsafeMutablePointer<Float>?
  private var isReserved = false
  /// In order of their addresses, without gaps; no two free ones are neighbours.
  private var spans: [Span] = []

  /// A pool that takes no memory yet.
  ///
  /// - Parameter capacityBytes: Largest size; that of the machine's memory where it is nil.
  package init(capacityBytes: Int? = nil) {
    capacity = (capacityBytes ?? Self.machineBytes) / Self.pageBytes
  }

  deinit {
    if let base = unsafe base { unsafe hone_unreserve(base, capacity * Self.pageBytes) }
  }

  /// The largest size that the pool has had, in bytes.
  package var peakBytes: Int { spans.last.map { ($0.first + $0.count) * Self.pageBytes } ?? 0 }

  /// Bytes of the blocks that are taken.
  package var takenBytes: Int {
    spans.reduce(0) { $0 + ($1.isFree ? 0 : $1.count * Self.pageBytes) }
  }

  /// Gives the memory of free blocks back to the system, as far as it is whole huge pages.
  package func release() {
    for span in spans where span.isFree {
      _ = release(span.first..<span.first + span.count)
    }
  }

  /// Gives the whole huge pages among some pages back to the system; what it took.
  private func release(_ pages: Range<Int>) -> Range<Int> {
    let first = (pages.lowerBound + Self.hugePages - 1) / Self.hugePages * Self.hugePages
    let end = pages.upperBound / Self.hugePages * Self.hugePages
    guard first < end, let address = unsafe address(first),
      unsafe hone_discard(address, (end - first) * Self.pageBytes) != 0
    else { return 0..<0 }
    return first..<end
  }

  // MARK: - Blocks

  /// A block for `count` values, which are whatever was there.
  ///
  /// It is the smallest free one that fits, or one behind all others; nil where `count` is small, or
  /// the pool is full.
  @unsafe func take(_ count: Int) -> UnsafeMutablePointer<Float>? {
    guard count >= Self.smallestBlock else { return nil }
    let pages = (count + Self.pageValues - 1) / Self.pageValues
    guard let index = smallestFree(pages) ?? extend(by: pages) else { return nil }
    let rest = spans[index].count - pages
    spans[index] = Span(first: spans[index].first, count: pages, isFree: false)
    if rest > 0 {
      spans.insert(
        Span(first: spans[index].first + pages, count: rest, isFree: true), at: index + 1)
    }
    return unsafe address(spans[index].first)
  }

  /// Gives memory of some values of a block back to the system, as far as it is whole huge pages.
  ///
  /// - Returns: Which values have none now: they are zeros, and get memory where they are written.
  @unsafe func clear(_ block: UnsafeMutablePointer<Float>, _ values: Range<Int>) -> Range<Int> {
    guard let base = unsafe base else { preconditionFailure("a block of another pool") }
    let first = unsafe (block - base) / Self.pageValues
    let lower = first + (values.lowerBound + Self.pageValues - 1) / Self.pageValues
    let upper = first + values.upperBound / Self.pageValues
    let pages = lower < upper ? release(lower..<upper) : 0..<0
    guard !pages.isEmpty else { return values.lowerBound..<values.lowerBound }
    let (from, to) = (pages.lowerBound - first, pages.upperBound - first)
    return from * Self.pageValues..<to * Self.pageValues
  }

  /// Takes back a block that ``take(_:)`` gave.
  @unsafe func giveBack(_ block: UnsafeMutablePointer<Float>) {
    guard let base = unsafe base else { preconditionFailure("a block of another pool") }
    let first = unsafe (block - base) / Self.pageValues
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].first < first { low = middle + 1 } else { high = middle }
    }
    precondition(
      low < spans.count && spans[low].first == first && !spans[low].isFree,
      "no block of the pool begins at page \(first)")
    spans[low].isFree = true
    join(low)
    if low > 0 { join(low - 1) }
  }

  /// The smallest free span of at least `pages` pages; the first of equals.
  private func smallestFree(_ pages: Int) -> Int? {
    var best: Int?
    for index in spans.indices where spans[index].isFree && spans[index].count >= pages {
      if let found = best, spans[found].count <= spans[index].count { continue }
      best = index
    }
    return best
  }

  /// Joins span `index` with the next one where both are free.
  private func join(_ index: Int) {
    guard index + 1 < spans.count, spans[index].isFree, spans[index + 1].isFree else { return }
    spans[index].count += spans[index + 1].count
    spans.remove(at: index + 1)
  }

  /// Makes the last span a free one of `pages` pages; nil where the pool cannot grow so far.
  private func extend(by pages: Int) -> Int? {
    if !isReserved {
      isReserved = true
      if let memory = unsafe hone_reserve(capacity * Self.pageBytes) {
        unsafe base = memory.bindMemory(to: Float.self, capacity: capacity * Self.pageValues)
      }
    }
    guard unsafe base != nil else { return nil }
    let end = spans.last.map { $0.first + $0.count } ?? 0
    let free = spans.last.map { $0.isFree ? $0.count : 0 } ?? 0
    guard pages - free <= capacity - end else { return nil }
    if free > 0 {
      spans[spans.count - 1].count = pages
    } else {
      spans.append(Span(first: end, count: pages, isFree: true))
    }
    return spans.count - 1
  }

  private func address(_ page: Int) -> UnsafeMutablePointer<Float>? {
    unsafe base.map { unsafe $0 + page * Self.pageValues }
  }

  private static var machineBytes: Int {
    max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))
  }
}
