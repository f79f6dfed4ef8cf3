import Measurements
import Policies
import Tensors
import Transformers

/// What a token costs as a batch, its length, the width of the model and the cores grow.
///
/// Sizes double from point to point. Where the time of an operation grows, something grows faster than
/// the work.
enum ScalingWorkload {
  /// One size of one series.
  struct Point: Codable {
    /// What grows: `batch`, `length`, `width` or `cores`.
    let axis: String
    /// The work, which is the same along the series but for the size.
    let series: String
    let size: Int
    let tokensPerSecond: Distribution
    /// Multiplications and additions that a token needs, in 10⁶, by formula.
    let megaflopsPerToken: Double
    /// Bytes that a token must read in decoding, in 10⁶, by formula; 0 in training.
    let megabytesPerToken: Double

    /// Time of a token, in microseconds.
    var microsecondsPerToken: Double { 1e6 / tokensPerSecond.median }
    /// Operations a second, in 10⁹.
    var gigaflops: Double { megaflopsPerToken * tokensPerSecond.median / 1000 }
  }

  /// Measures all series; about a minute on two cores.
  static func measure(repeats: Int, told: (String) -> Void) throws -> [Point] {
    var points: [Point] = []
    func add(
      _ axis: String, _ series: String, _ size: Int, _ measure: () throws -> [Measurement]
    ) rethrows {
      told("\(axis) \(size): \(series) …")
      for measurement in try measure() {
        points.append(
          Point(
            axis: axis, series: series, size: size,
            tokensPerSecond: Distribution(measurement.values),
            megaflopsPerToken: measurement.need.reduce(0) { $0 + $1.operations } / 1e6,
            megabytesPerToken: measurement.need.reduce(0) { $0 + $1.bytes } / 1e6))
      }
    }
    for batch in [1, 4, 16, 64, 256, 1024] {
      try add("batch", "decode, 2.7 M", batch) {
        try Workloads.decode(.small, rows: batch, prompt: 16, new: 16, repeats: repeats)
      }
    }
    for batch in [1, 4, 16, 64] {
      try add("batch", "decode, 135 M", batch) {
        try Workloads.decode(.smolLM2, rows: batch, prompt: 16, new: 4, repeats: 1)
      }
    }
    for batch in [4, 16, 64, 256] {
      try add("batch", "train, 2.7 M, 48 tokens", batch) {
        try Workloads.train(.small, sequences: batch, length: 48, repeats: repeats)
      }
    }
    for length in [32, 64, 128, 256, 512, 1024] {
      try add("length", "train, 2.7 M, 4,096 tokens", length) {
        try Workloads.train(.small, sequences: 4096 / length, length: length, repeats: repeats)
      }
      try add("length", "decode, 2.7 M, batch 32", length) {
        try Workloads.decode(.small, rows: 32, prompt: length, new: 8, repeats: repeats)
      }
    }
    for width in [64, 128, 256, 512, 1024] {
      let model = Workloads.Model(width: width)
      try add("width", "train, 2 blocks, 16 x 64 tokens", width) {
        try Workloads.train(model, sequences: 16, length: 64, repeats: repeats)
      }
      try add("width", "decode, 2 blocks, batch 32", width) {
        try Workloads.decode(model, rows: 32, prompt: 16, new: 8, repeats: repeats)
      }
    }
    let cores = Workers.count
    defer { Workers.count = cores }
    for count in sequence(first: 1, next: { $0 < cores ? min(2 * $0, cores) : nil }) {
      Workers.count = count
      try add("cores", "train, 2.7 M, 64 x 48 tokens", count) {
        try Workloads.train(.small, sequences: 64, length: 48, repeats: repeats)
      }
      try add("cores", "decode, 2.7 M, batch 64", count) {
        try Workloads.decode(.small, rows: 64, prompt: 16, new: 16, repeats: repeats)
      }
    }
    return points
  }
}

extension Workloads.Model {
  /// Two blocks of a width, with heads of 32 and a feed-forward layer of 8/3 widths.
  fileprivate init(width: Int) {
    self.init(
      name: "2 blocks of width \(width)",
      shape: TransformerShape(
        vocabularySize: EmbeddedPolicy.small.shape.vocabularySize, width: width, blocks: 2,
        heads: width / 32, kvHeads: width / 32, headWidth: 32, feedForwardWidth: width * 8 / 3))
  }
}
