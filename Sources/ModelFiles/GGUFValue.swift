/// A value of a GGUF file's metadata.
enum GGUFValue {
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case string(String)
  /// Left in the file until it is asked for: vocabularies are long.
  case array(element: UInt32, count: Int, position: Int)
}

/// Metadata by key and type.
extension GGUFFile {
  func integer(_ key: String) -> Int? {
    if case .integer(let value) = metadata[key] { value } else { nil }
  }

  func number(_ key: String) -> Double? {
    switch metadata[key] {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  func bool(_ key: String) -> Bool? {
    if case .bool(let value) = metadata[key] { value } else { nil }
  }

  func text(_ key: String) -> String? {
    if case .string(let value) = metadata[key] { value } else { nil }
  }

  /// The strings of an array, or `nil` where `key` holds none.
  func texts(_ key: String) throws(ModelFileError) -> [String]? {
    guard case .array(Self.string, let count, let position) = metadata[key] else { return nil }
    var cursor = FileCursor(file, at: position)
    var texts: [String] = []
    texts.reserveCapacity(count)
    for index in 0..<count {
      let length = try cursor.integer(UInt64.self, "the length of '\(key)[\(index)]'")
      texts.append(try cursor.string(bytes: length, "'\(key)[\(index)]'"))
    }
    return texts
  }

  /// The integers of an array of 32-bit numbers, or `nil` where `key` holds none.
  func integers(_ key: String) throws(ModelFileError) -> [Int]? {
    guard case .array(let element, let count, let position) = metadata[key],
      element == 4 || element == 5
    else { return nil }
    var cursor = FileCursor(file, at: position)
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(Int(try cursor.integer(Int32.self, "'\(key)'"))) }
    return values
  }
}
