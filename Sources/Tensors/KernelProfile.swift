import Synchronization

/// Where time goes, by phase and by kernel, while a task is recorded.
///
/// Spans nest: a phase such as `decode` holds the kernels that it calls. Where nothing is recorded,
/// a span costs one load. A recorded task computes on one thread at a time, as everything here does;
/// the tiles that a kernel spreads over the pool are within its span.
package final class KernelProfile: Sendable {
  /// What spans of one name took together, in one place of the tree.
  package struct Entry: Equatable, Sendable {
    /// Names from the outermost span to this one.
    package let path: [String]
    package fileprivate(set) var calls = 0
    /// With the spans within.
    package fileprivate(set) var seconds = 0.0
    /// Multiplications and additions, where the kernel counts them.
    package fileprivate(set) var operations = 0.0
    /// Seconds that no span within accounts for.
    package fileprivate(set) var ownSeconds = 0.0
  }

  /// Time from ``begin(_:operations:)`` until its end.
  package struct Span {
    fileprivate let open: (profile: KernelProfile, index: Int, start: SuspendingClock.Instant)?

    package func end() {
      guard let open else { return }
      open.profile.close(open.index, seconds: (SuspendingClock.now - open.start) / .seconds(1))
    }
  }

  private struct Tree {
    var entries: [Entry] = []
    var parents: [Int?] = []
    var indices: [[String]: Int] = [:]
    /// The innermost span that is open.
    var innermost: Int?
  }

  @TaskLocal private static var current: KernelProfile?
  /// Recordings under way in all tasks; none is the case that must cost nothing.
  private static let recordings = Atomic(0)
  private let tree = Mutex(Tree())

  private init() {}

  /// Runs `body`, and tells what the spans within took, in the order in which they first began.
  package static func recording<R>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
  ) async rethrows -> (result: R, entries: [Entry]) {
    let profile = KernelProfile()
    recordings.add(1, ordering: .relaxed)
    defer { recordings.subtract(1, ordering: .relaxed) }
    let result = try await $current.withValue(profile) { try await body() }
    return (result, profile.tree.withLock { $0.entries })
  }

  /// Runs `body`, which is left out of the recording where `isWarmUp` is true: memory that is written
  /// for the first time costs several times what it costs later.
  package static func leavingOut<R>(
    isWarmUp: Bool, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> R
  ) async rethrows -> R {
    try await $current.withValue(isWarmUp ? nil : current) { try await body() }
  }

  /// The same for a body that does not wait.
  package static func leavingOut<R>(isWarmUp: Bool, _ body: () throws -> R) rethrows -> R {
    try $current.withValue(isWarmUp ? nil : current) { try body() }
  }

  /// Opens a span within the one that is open.
  ///
  /// - Parameters:
  ///   - name: Made only while a task is recorded.
  ///   - operations: Multiplications and additions of this call.
  /// - Returns: What the caller ends when it is done.
  package static func begin(_ name: @autoclosure () -> String, operations: Double = 0) -> Span {
    guard recordings.load(ordering: .relaxed) > 0, let profile = current else {
      return Span(open: nil)
    }
    let index = profile.open(name(), operations: operations)
    return Span(open: (profile, index, SuspendingClock.now))
  }

  /// Opens a span of a matrix product; `columns` of one operand meet `others` of the other in `rows`
  /// rows, so that the sizes of weights name it whatever the batch.
  static func product(
    _ kind: StaticString, _ columns: Int, _ others: Int, rows: Int, as precision: ProductPrecision
  ) -> Span {
    let suffix = precision == .float32 ? "" : " \(precision.rawValue)"
    return begin(
      "\(kind) \(columns) x \(others)\(suffix)",
      operations: 2 * Double(rows * columns) * Double(others))
  }

  /// `RowOperations.rmsNorm` for what `#fileID` and `#function` say.
  static func name(_ file: StaticString, _ function: StaticString) -> String {
    let stem = file.description.split(separator: "/").last?.split(separator: ".").first ?? ""
    return "\(stem).\(function.description.prefix { $0 != "(" })"
  }

  // MARK: - The tree

  private func open(_ name: String, operations: Double) -> Int {
    tree.withLock { tree in
      let path = (tree.innermost.map { tree.entries[$0].path } ?? []) + [name]
      let index = tree.indices[path] ?? tree.entries.count
      if index == tree.entries.count {
        tree.entries.append(Entry(path: path))
        tree.parents.append(tree.innermost)
        tree.indices[path] = index
      }
      tree.entries[index].operations += operations
      tree.innermost = index
      return index
    }
  }

  private func close(_ index: Int, seconds: Double) {
    tree.withLock { tree in
      tree.entries[index].calls += 1
      tree.entries[index].seconds += seconds
      tree.entries[index].ownSeconds += seconds
      if let parent = tree.parents[index] { tree.entries[parent].ownSeconds -= seconds }
      tree.innermost = tree.parents[index]
    }
  }
}
