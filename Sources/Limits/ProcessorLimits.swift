import CLimits
import Tensors

/// Repeated measurements of one limit.
package struct LimitRates: Equatable, Sendable {
  /// As in `float32 multiply-add` or `read 512 MiB`.
  package let name: String
  /// `GFLOP/s` or `GB/s`, of all workers together.
  package let unit: String
  package let values: [Double]

  /// Leaves out the first value, which warmed up.
  init(name: String, unit: String, values: [Double]) {
    (self.name, self.unit, self.values) = (name, unit, Array(values.dropFirst()))
  }
}

/// What the processor and the memory reach at best, on all workers together.
///
/// Own loops, so that a limit does not depend on the kernels that are held against it.
package enum ProcessorLimits {
  /// Instructions whose peak is measured.
  package enum Arithmetic: String, CaseIterable {
    case float32 = "float32 multiply-add"
    case bfloat16 = "bfloat16 dot product"
    case int8 = "int8 dot product"

    fileprivate var kind: hone_arithmetic {
      switch self {
      case .float32: HONE_FLOAT32
      case .bfloat16: HONE_BFLOAT16
      case .int8: HONE_INT8
      }
    }
  }

  /// Multiplications and additions a second, in 10⁹; nil where the processor has no instruction for
  /// them.
  package static func peak(_ arithmetic: Arithmetic, repeats: Int) -> LimitRates? {
    let kind = arithmetic.kind
    let operations = hone_limit_operations(kind)
    guard operations > 0 else { return nil }
    // Small tiles, taken as workers come free, so that a neighbour on one core does not halve it.
    let (tiles, rounds) = (16 * Workers.count, Int64(200_000))
    let rates = (0...repeats).map { _ in
      let seconds = seconds {
        inParallel(tiles) { _ in _ = hone_limit_arithmetic(kind, rounds) }
      }
      return Double(operations * rounds) * Double(tiles) / seconds / 1e9
    }
    return LimitRates(name: arithmetic.rawValue, unit: "GFLOP/s", values: rates)
  }

  /// Multiplications and additions a second of a square float32 product, in 10⁹.
  package static func product(size: Int, repeats: Int) -> LimitRates {
    let (a, b) = (Matrix(rows: size, columns: size), Matrix(rows: size, columns: size))
    let c = Matrix(rows: size, columns: size)
    let operations = 2 * Double(size) * Double(size) * Double(size)
    let rates = (0...repeats).map { _ in
      operations / seconds { multiply(a, transposed: b, into: c) } / 1e9
    }
    return LimitRates(
      name: "float32 product \(size) x \(size) x \(size)", unit: "GFLOP/s", values: rates)
  }

  /// Bytes read a second, in 10⁹, from `bytes` that all workers share out among them.
  package static func read(bytes: Int, repeats: Int) -> LimitRates {
    let buffer = FloatBuffer(count: bytes / MemoryLayout<Float>.stride)
    // What fits a cache stays in that of the worker that reads it; more is cut into small tiles.
    let isLarge = bytes > 8 << 20
    let tiles = isLarge ? 16 * Workers.count : Workers.count
    let passes = max(1, (isLarge ? 1 << 28 : 1 << 30) / bytes)
    let share = buffer.count / tiles
    let rates = (0...repeats).map { _ in
      let seconds = seconds {
        for _ in 0..<(isLarge ? passes : 1) {
          inParallel(tiles) { tile in
            buffer.withBytes(of: tile * share..<(tile + 1) * share) { part in
              let values = unsafe part.bindMemory(to: Float.self)
              _ = unsafe values.baseAddress.map {
                unsafe hone_limit_read($0, values.count, isLarge ? 1 : Int32(passes))
              }
            }
          }
        }
      }
      return Double(share * tiles * 4) * Double(passes) / seconds / 1e9
    }
    return LimitRates(name: "read \(name(bytes))", unit: "GB/s", values: rates)
  }

  // MARK: - Helpers

  private static func name(_ bytes: Int) -> String {
    bytes >= 1 << 30
      ? "\(bytes >> 30) GiB" : bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }

  private static func seconds(_ body: () -> Void) -> Double {
    SuspendingClock().measure(body) / .seconds(1)
  }
}
