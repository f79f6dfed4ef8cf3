import Tokenizers
import Transformers

/// Reads the keys of a `config.json`, and refuses what a policy here cannot be.
struct ConfigurationReader {
  let file: OrderedJSON
  let path: String

  func architecture() throws(ModelFileError) -> Architecture {
    let names = file["architectures"].array?.compactMap(\.string) ?? []
    let known = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
    guard names.count == 1, let architecture = Architecture(rawValue: names[0]) else {
      throw unsupported(
        "architectures", names.isEmpty ? "absent" : names.joined(separator: ", "), known)
    }
    return architecture
  }

  /// Refuses every setting that changes the computation in a way that is not built.
  func refuseUnsupported(_ architecture: Architecture) throws(ModelFileError) {
    if let activation = file["hidden_act"].string, activation != "silu" {
      throw unsupported("hidden_act", activation, "silu")
    }
    if try optionalBool("attention_bias") == true {
      // Llama's and Qwen3's flag adds a bias to the output matrix too.
      throw unsupported("attention_bias", "true", "biases on queries, keys and values only (Qwen2)")
    }
    if try optionalBool("mlp_bias") == true { throw unsupported("mlp_bias", "true", "false") }
    if try optionalBool("use_sliding_window") == true {
      throw unsupported("use_sliding_window", "true", "full attention")
    }
    let layers = file["layer_types"].array ?? []
    if let other = layers.first(where: { $0 != .string("full_attention") }) {
      throw unsupported("layer_types", other.string ?? "malformed", "full_attention in every layer")
    }
    for key in ["num_experts", "num_local_experts"] {
      if let experts = try optionalInteger(key), experts > 0 {
        throw unsupported(key, "\(experts)", "one dense feed-forward layer a block")
      }
    }
    if file.has("quantization_config"), !file["quantization_config"].isNull {
      throw unsupported("quantization_config", "set", "weights in float32, float16 or bfloat16")
    }
  }

  /// The rotary settings, in the spelling of `rope_parameters` or the older `rope_theta` and
  /// `rope_scaling`.
  func rotary() throws(ModelFileError) -> Rotary {
    let new = file["rope_parameters"]
    guard new.isNull || new.members != nil else { throw malformed("rope_parameters", "an object") }
    if let layer = new.members?.first(where: { $0.value.members != nil }) {
      throw unsupported("rope_parameters.\(layer.key)", "set", "one rotary setting for all layers")
    }
    let scaling = new.isNull ? file["rope_scaling"] : new
    let settings = ConfigurationReader(file: scaling, path: path)
    func number(_ key: String) throws(ModelFileError) -> Double? {
      if let value = try settings.optionalNumber(key) { return value }
      return try optionalNumber(key)
    }
    let base = try number("rope_theta") ?? 10000
    let partial = try number("partial_rotary_factor") ?? 1
    guard partial == 1 else {
      throw unsupported("partial_rotary_factor", "\(partial)", "rotary positions on whole heads")
    }
    guard scaling.isNull || scaling.members != nil else {
      throw malformed("rope_scaling", "an object")
    }
    let type = scaling["rope_type"].string ?? scaling["type"].string ?? "default"
    switch type {
    case "default": return Rotary(base: base)
    case "linear":
      return Rotary(base: base, scaling: .linear(factor: try settings.number("factor")))
    case "llama3":
      return Rotary(
        base: base,
        scaling: .llama3(
          factor: try settings.number("factor"),
          lowFrequency: try settings.number("low_freq_factor"),
          highFrequency: try settings.number("high_freq_factor"),
          originalPositions: try settings.integer("original_max_position_embeddings")))
    default: throw unsupported("rope_type", type, "default, linear or llama3")
    }
  }

  // MARK: - Keys

  func integer(_ key: String) throws(ModelFileError) -> Int {
    guard let value = try optionalInteger(key) else {
      throw malformed(key, "an integer, not absent")
    }
    return value
  }

  func optionalInteger(_ key: String) throws(ModelFileError) -> Int? {
    if file[key].isNull { return nil }
    guard let value = file[key].integer else { throw malformed(key, "an integer") }
    return value
  }

  func number(_ key: String) throws(ModelFileError) -> Double {
    guard let value = try optionalNumber(key) else { throw malformed(key, "a number, not absent") }
    return value
  }

  func optionalNumber(_ key: String) throws(ModelFileError) -> Double? {
    if file[key].isNull { return nil }
    guard let value = file[key].number else { throw malformed(key, "a number") }
    return value
  }

  func optionalBool(_ key: String) throws(ModelFileError) -> Bool? {
    if file[key].isNull { return nil }
    guard let value = file[key].bool else { throw malformed(key, "true or false") }
    return value
  }

  func malformed(_ key: String, _ expected: String) -> ModelFileError {
    ModelFileError(path, .malformed(part: "'\(key)'", expected: expected))
  }

  private func unsupported(_ key: String, _ value: String, _ supported: String) -> ModelFileError {
    ModelFileError(path, .unsupported(part: "'\(key)'", value: value, supported: supported))
  }
}
