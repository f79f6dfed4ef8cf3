package import Foundation

/// JSON whose bytes depend on the value alone: sorted keys, and for each number the shortest
/// digits that read back to it.
///
/// Numbers that JSON cannot write become `"inf"`, `"-inf"` and `"nan"`, so that a record of a run
/// that went wrong can still be kept, and read.
package enum StableJSON {
  /// One line, without a line break at its end.
  package static func data(_ value: some Encodable) throws -> Data {
    try encoder([]).encode(value)
  }

  /// Indented lines for people, with a line break at the end.
  package static func document(_ value: some Encodable) throws -> Data {
    try encoder(.prettyPrinted).encode(value) + Data("\n".utf8)
  }

  /// Reads what either of the two wrote.
  package static func value<Value: Decodable>(
    _ type: Value.Type = Value.self, from data: Data
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
  }

  private static func encoder(_ extra: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, extra]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }
}
