import Tensors

/// How works that sample keep weights, keys and values.
enum SamplingPrecision {
  case whole
  /// Weights in eight bits, keys and values in sixteen.
  case reduced

  var weights: WeightPrecision { self == .whole ? .float32 : .int8 }
  var cache: CachePrecision { self == .whole ? .float32 : .float16 }

  /// As reports name it.
  var name: String {
    self == .whole ? "float32" : "\(weights.rawValue), keys and values \(cache.rawValue)"
  }
}
