import CKernelLevels
import CKernels
import TestSupport
import Tensors
import Testing

/// The kernels of other processors than the one at hand, against plain loops in double precision.
///
/// The suites beside this one hold the operations to their formulas with the usual kernels only, since
/// a program takes those of its processor as it starts.
@Suite struct KernelLevelTests {
  enum Level: String, CaseIterable, Sendable {
    /// What the program takes here.
    case usual
    /// What it takes on a processor without AVX2 and fused products.
    case portable
    case avx2

    var kernels: hone_kernels? {
      switch self {
      case .usual: usual_kernels().pointee
      case .portable: portable_kernels().pointee
      case .avx2: avx2_kernels()?.pointee
      }
    }

    /// Those that this processor can run.
    static let present = allCases.filter { $0.kernels != nil }
  }

  /// `[rows, inner] x [inner, columns]`: single values, panels and blocks that are not full, sums in
  /// more than one part.
  static let sizes = [
    [1, 1, 1], [1, 70, 48], [3, 100, 17], [9, 33, 33], [13, 1100, 50], [70, 48, 130], [4, 0, 5],
    [130, 65, 65],
  ]

  private let naive = naive_kernels()
  private func random(_ count: Int, _ seed: UInt64, scale: Float = 1) -> [Float] {
    var numbers = TestNumbers(seed: seed)
    return numbers.floats(count, scale: scale)
  }

  /// Runs `body` with the naive kernels and with those of `level`, and compares what each writes.
  private func compare(
    _ level: Level, _ tolerance: Tolerance, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (hone_kernels) -> [[Float]]
  ) throws {
    let (actual, expected) = (body(try #require(level.kernels)), body(naive))
    for (index, pair) in zip(actual, expected).enumerated() {
      expectClose(pair.0, pair.1, tolerance, "\(what) \(index)", sourceLocation: sourceLocation)
    }
  }

  // MARK: - Products

  @Test func `products are fused with AVX2 and rounded one by one in the portable kernels`() throws
  {
    // -1 + (1 + 2^-12)^2 = 2^-11 + 2^-24, whose last term is lost where the square is rounded first.
    func last(_ kernels: hone_kernels) -> Float {
      let (a, b): ([Float], [Float]) = ([-1, 1 + 0x1p-12], [1, 1 + 0x1p-12])
      var c: [Float] = [0]
      kernels.matmul(0, 1, 1, 1, 2, a, 2, b, 2, 0, &c, 1)
      return c[0]
    }
    #if arch(x86_64)
      #expect(last(try #require(Level.portable.kernels)) == 0x1p-11)
      if let kernels = Level.avx2.kernels { #expect(last(kernels) == 0x1p-11 + 0x1p-24) }
    #endif
  }

  @Test(arguments: Level.present, sizes)
  func `products are sums, whether packed or not`(level: Level, size: [Int]) throws {
    let (m, k, n) = (Int32(size[0]), Int32(size[1]), Int32(size[2]))
    let (a, b) = (random(size[0] * size[1], 1), random(size[1] * size[2], 2))
    let before = random(size[0] * size[2], 3)
    for keep: Int32 in [0, 1] {
      for (ta, tb): (Int32, Int32) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        try compare(level, .accumulated(terms: size[1] + 1), "transposed \(ta), \(tb)") { it in
          var c = before
          it.matmul(ta, tb, m, n, k, a, ta == 0 ? k : m, b, tb == 0 ? n : k, keep, &c, n)
          return [c]
        }
      }
      let it = try #require(level.kernels)
      var packed = [Float](repeating: .nan, count: it.packed_size(n, k))
      it.pack(1, n, k, b, k, &packed)
      var (whole, part) = (before, Array(before.suffix(Int(n))))
      it.matmul(0, 1, m, n, k, a, k, b, k, keep, &whole, n)
      var c = before
      it.matmul_packed(m, n, k, a, k, packed, keep, &c, n)
      #expect(c == whole, "packed")
      it.matmul_packed(1, n, k, Array(a.suffix(Int(k))), k, packed, keep, &part, n)
      #expect(part == whole.suffix(Int(n)), "the last row alone")
    }
  }

  @Test(arguments: Level.present, sizes)
  func `products of eight bits are those of rounded values`(level: Level, size: [Int]) throws {
    let (m, k, n) = (Int32(size[0]), Int32(size[1]), Int32(size[2]))
    let (a, b) = (random(size[0] * size[1], 4), random(size[1] * size[2], 5))
    let it = try #require(level.kernels)
    var packed = [UInt8](repeating: 0, count: it.packed_int8_size(n, k))
    it.pack_int8(1, n, k, b, k, &packed)
    for keep: Int32 in [0, 1] {
      let before = random(size[0] * size[2], 6)
      for (ta, tb) in [(0, 1), (0, 0), (1, 0), (1, 1)] as [(Int32, Int32)] {
        try compare(level, .accumulated(terms: size[1] / 64 + 2), "\(ta) \(tb), keep \(keep)") {
          it in
          var c = before
          it.matmul_int8(ta, tb, m, n, k, a, ta == 0 ? k : m, b, tb == 0 ? n : k, keep, &c, n)
          return [c]
        }
      }
      var (whole, c, part) = (before, before, Array(before.suffix(Int(n))))
      it.matmul_int8(0, 1, m, n, k, a, k, b, k, keep, &whole, n)
      it.matmul_packed_int8(m, n, k, a, k, packed, keep, &c, n)
      #expect(c == whole, "packed")
      it.matmul_packed_int8(1, n, k, Array(a.suffix(Int(k))), k, packed, keep, &part, n)
      #expect(part == whole.suffix(Int(n)), "the last row alone")
    }
  }

  @Test(arguments: Level.present)
  func `every processor packs weights into the same bytes`(level: Level) throws {
    let weights = random(53 * 12_800, 7)
    func packed(_ kernels: hone_kernels) -> [UInt8] {
      var packed = [UInt8](repeating: 0, count: kernels.packed_int8_size(53, 12_800))
      kernels.pack_int8(1, 53, 12_800, weights, 12_800, &packed)
      return packed
    }
    #expect(try packed(#require(level.kernels)) == packed(#require(Level.portable.kernels)))
  }

  // MARK: - Attention

  @Test(arguments: Level.present, [2, 10, 16, 32, 50, 64, 128])
  func `attention and its gradient follow the formula`(level: Level, width: Int) throws {
    let (heads, kvHeads): (Int, Int) = (4, 2)
    let segments = [
      hone_segment(row: 0, count: 37, prefix_row: 0, prefix_count: 0),
      hone_segment(row: 37, count: 6, prefix_row: 0, prefix_count: 37),
      hone_segment(row: 43, count: 33, prefix_row: 0, prefix_count: 37),
    ]
    let (rows, columns) = (76, (heads + 2 * kvHeads) * width)
    let (qkv, slope) = (random(rows * columns, 8, scale: 2), random(rows * heads * width, 9))
    try compare(level, .accumulated(terms: 40 * width), "attention") { it in
      var output = [Float](repeating: .nan, count: rows * heads * width)
      var logSums = [Float](repeating: .nan, count: rows * heads)
      var gradient = [Float](repeating: .nan, count: rows * columns)
      qkv.withUnsafeBufferPointer { qkv in
        slope.withUnsafeBufferPointer { slope in
          segments.withUnsafeBufferPointer { segments in
            output.withUnsafeMutableBufferPointer { output in
              logSums.withUnsafeMutableBufferPointer { logSums in
                gradient.withUnsafeMutableBufferPointer { gradient in
                  var call = hone_attention(
                    qkv: qkv.baseAddress, output: output.baseAddress,
                    log_sums: logSums.baseAddress, d_output: slope.baseAddress,
                    d_qkv: gradient.baseAddress, segments: segments.baseAddress,
                    heads: Int32(heads), kv_heads: Int32(kvHeads), width: Int32(width),
                    stride: Int32(columns), scale: 1 / Float(width).squareRoot())
                  for head in 0..<Int32(kvHeads) {
                    for segment: Int32 in 0..<3 { it.attend(&call, segment, head) }
                    it.attend_backward(&call, 0, 3, head)
                  }
                }
              }
            }
          }
        }
      }
      return [output, logSums, gradient]
    }
  }

  @Test(arguments: Level.present, [2, 10, 16, 32, 50, 64, 128])
  func `a step of decoding follows the formula`(level: Level, width: Int) throws {
    let columns = 4 * width
    let query = random(4 * width, 10, scale: 2)
    let (prompt, own) = (random(50 * columns, 11), random(33 * columns, 12))
    for (before, after): (Int32, Int32) in [(0, 1), (50, 1), (17, 33), (16, 0)] {
      for half in [false, true] {
        try compare(
          level, .accumulated(terms: 4 * width), "\(before) and \(after) keys, half: \(half)"
        ) { it in
          var output = [Float](repeating: .nan, count: 4 * width)
          func rounded(_ values: [Float]) -> [UInt16] {
            var halves = [UInt16](repeating: 0, count: values.count)
            it.to_f16(values, values.count, &halves)
            return halves
          }
          let (halfPrompt, halfOwn) = (rounded(prompt), rounded(own))
          prompt.withUnsafeBytes { prompt in
            own.withUnsafeBytes { own in
              halfPrompt.withUnsafeBytes { halfPrompt in
                halfOwn.withUnsafeBytes { halfOwn in
                  var cached = hone_cached(
                    prompt: half ? halfPrompt.baseAddress : prompt.baseAddress,
                    own: half ? halfOwn.baseAddress : own.baseAddress, prompt_count: before,
                    own_count: after, half: half ? 1 : 0)
                  it.attend_step(
                    query, &cached, 4, 2, Int32(width), 1 / Float(width).squareRoot(), &output)
                }
              }
            }
          }
          return [output]
        }
      }
    }
  }

  @Test(arguments: Level.present)
  func `sixteen bits are the nearest ones`(level: Level) throws {
    let kernels = try #require(level.kernels)
    // Every bit pattern of a float in steps, and those around the ties.
    var patterns: [UInt32] = []
    for pattern in stride(from: UInt32(0), through: 0x7F80_0000, by: 9973) {
      let kept = pattern & ~0x1FFF
      patterns += [pattern, pattern | 0x8000_0000, kept | 0x1000, kept | 0x0FFF, kept | 0x1001]
    }
    let values = patterns.map(Float.init(bitPattern:))
    func rounded(_ kernels: hone_kernels) -> [UInt16] {
      var halves = [UInt16](repeating: 0, count: values.count)
      kernels.to_f16(values, values.count, &halves)
      return halves
    }
    let (actual, expected) = (rounded(kernels), rounded(naive))
    let wrong = values.indices.filter { actual[$0] != expected[$0] }
    #expect(wrong.isEmpty, "\(wrong.prefix(3).map { (values[$0], actual[$0], expected[$0]) })")
  }
}
