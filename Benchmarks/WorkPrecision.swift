import Tensors

/// How works keep weights, keys and values while they sample, and what they multiply in training.
enum WorkPrecision {
  case whole
  /// Weights and products in eight bits, keys and values in sixteen.
  case reduced

  var weights: ProductPrecision { self == .whole ? .float32 : .int8 }
  var cache: CachePrecision { self == .whole ? .float32 : .float16 }
  var products: ProductPrecision { self == .whole ? .float32 : .int8 }

  /// As reports of sampling name it.
  var name: String {
    self == .whole ? "float32" : "\(weights.rawValue), keys and values \(cache.rawValue)"
  }
}
