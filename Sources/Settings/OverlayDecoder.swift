/// Decodes a value from what was written, and from a fallback where nothing was.
///
/// Only sections have a fallback; a key that a plain type does not know is refused here.
struct OverlayDecoder: Decoder {
  let written: SettingsTree
  let fallback: SettingsTree?
  let path: String

  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .mapping(let entries) = written.value else { throw wrongType("a mapping") }
    if let unknown = entries.first(where: { Key(stringValue: $0.name) == nil }) {
      throw SettingsError.unknownKey(
        path: SettingsOverlay.join(path, unknown.name), known: Self.choices(of: type) ?? [],
        place: unknown.place)
    }
    return KeyedDecodingContainer(KeyedOverlay(decoder: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .sequence(let elements) = written.value else { throw wrongType("a list") }
    return UnkeyedOverlay(elements: elements, path: path, place: written.place)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  private func wrongType(_ expected: String) -> SettingsError {
    .wrongType(
      path: path, found: written.shortDescription, expected: expected, place: written.place)
  }

  /// Decodes any value.
  static func decode<T: Decodable>(
    _ type: T.Type, written: SettingsTree?, fallback: SettingsTree?, path: String,
    parent: SettingsPlace
  ) throws -> T {
    if let section = type as? any SettingsSection.Type {
      let value = try SettingsOverlay.section(
        section, written: written, fallback: fallback, path: path)
      guard let value = value as? T else { preconditionFailure("\(type) decoded as another type") }
      return value
    }
    guard let tree = written ?? fallback else {
      throw SettingsError.missing(path: path, place: parent)
    }
    if let scalar = type as? any SettingScalar.Type {
      guard case .scalar(let text, let isQuoted) = tree.value, !tree.isNull || isQuoted,
        let value = scalar.init(setting: text, isQuoted: isQuoted) as? T
      else {
        throw SettingsError.wrongType(
          path: path, found: tree.shortDescription, expected: scalar.settingName, place: tree.place)
      }
      return value
    }
    do {
      return try T(from: OverlayDecoder(written: tree, fallback: nil, path: path))
    } catch let error as DecodingError {
      throw describe(error, type: type, tree: tree, path: path)
    }
  }

  /// What a type's own `init(from:)` refused.
  private static func describe<T>(
    _ error: DecodingError, type: T.Type, tree: SettingsTree, path: String
  ) -> SettingsError {
    if let choices = choices(of: type), let text = tree.text {
      return .unknownChoice(path: path, found: text, choices: choices, place: tree.place)
    }
    let expected =
      switch error {
      case .dataCorrupted(let context), .typeMismatch(_, let context),
        .valueNotFound(_, let context), .keyNotFound(_, let context):
        context.debugDescription
      @unknown default: "\(error)"
      }
    return .wrongType(
      path: path, found: tree.shortDescription, expected: "a \(type) (\(expected))",
      place: tree.place)
  }

  /// The raw values of an enum of texts.
  private static func choices<T>(of type: T.Type) -> [String]? {
    guard let type = type as? any CaseIterable.Type else { return nil }
    return rawValues(type)
  }

  private static func rawValues<T: CaseIterable>(_ type: T.Type) -> [String]? {
    let names = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    return names.isEmpty ? nil : names
  }
}

extension OverlayDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { written.isNull }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try Self.decode(type, written: written, fallback: fallback, path: path, parent: written.place)
  }
}

// MARK: - Mappings and lists

/// The entries of a mapping.
private struct KeyedOverlay<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let decoder: OverlayDecoder

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] {
    let written = decoder.written.entries.map(\.name)
    let others = (decoder.fallback?.entries ?? []).map(\.name).filter { !written.contains($0) }
    return (written + others).compactMap { Key(stringValue: $0) }
  }

  func contains(_ key: Key) -> Bool {
    decoder.written[key.stringValue] != nil || decoder.fallback?[key.stringValue] != nil
  }

  func decodeNil(forKey key: Key) -> Bool {
    (decoder.written[key.stringValue] ?? decoder.fallback?[key.stringValue])?.isNull ?? true
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    let fallback = decoder.fallback?[key.stringValue]
    return try OverlayDecoder.decode(
      type, written: decoder.written[key.stringValue],
      fallback: fallback?.isNull == true ? nil : fallback,
      path: SettingsOverlay.join(decoder.path, key.stringValue), parent: decoder.written.place)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try nested(key).unkeyedContainer()
  }

  func superDecoder() -> any Decoder { decoder }
  func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }

  private func nested(_ key: Key) throws -> OverlayDecoder {
    let path = SettingsOverlay.join(decoder.path, key.stringValue)
    guard let tree = decoder.written[key.stringValue] ?? decoder.fallback?[key.stringValue] else {
      throw SettingsError.missing(path: path, place: decoder.written.place)
    }
    return OverlayDecoder(written: tree, fallback: nil, path: path)
  }
}

/// The elements of a list.
private struct UnkeyedOverlay: UnkeyedDecodingContainer {
  let elements: [SettingsTree]
  let path: String
  let place: SettingsPlace
  var currentIndex = 0

  var codingPath: [any CodingKey] { [] }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  mutating func decodeNil() throws -> Bool {
    guard try next().written.isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let decoder = try next()
    let value = try OverlayDecoder.decode(
      type, written: decoder.written, fallback: nil, path: decoder.path, parent: place)
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try next().container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try next().unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = try next()
    currentIndex += 1
    return decoder
  }

  private func next() throws -> OverlayDecoder {
    let path = SettingsOverlay.join(path, "\(currentIndex)")
    guard !isAtEnd else { throw SettingsError.missing(path: path, place: place) }
    return OverlayDecoder(written: elements[currentIndex], fallback: nil, path: path)
  }
}
