/// The tree of a value, with an entry for each property, the absent ones included.
///
/// Entries stand in the order in which the type encodes its properties; those of a dictionary are
/// sorted.
func encode<T: Encodable>(_ value: T) throws -> SettingsTree {
  try TreeBox(encoding: value).tree
}

/// What is known so far of a value that is being encoded.
private final class TreeBox {
  enum Content {
    case scalar(String, isQuoted: Bool)
    case sequence([TreeBox])
    case mapping([(name: String, box: TreeBox)])
  }

  /// A value that encodes nothing is an empty mapping.
  var content = Content.mapping([])

  init() {}

  init<T: Encodable>(encoding value: T) throws {
    if let optional = value as? any AbsentSetting, optional.isAbsent {
      content = .scalar("null", isQuoted: false)
    } else if let scalar = value as? any SettingScalar {  // also inside an Optional
      content = .scalar("\(scalar)", isQuoted: scalar is String)
    } else {
      try value.encode(to: TreeEncoder(box: self))
      if value is any NamedSettings, case .mapping(let entries) = content {
        content = .mapping(entries.sorted { $0.name < $1.name })
      }
    }
  }

  func append(_ name: String, _ box: TreeBox) {
    guard case .mapping(var entries) = content else { preconditionFailure("two containers") }
    entries.append((name, box))
    content = .mapping(entries)
  }

  func append(_ box: TreeBox) {
    guard case .sequence(var boxes) = content else { preconditionFailure("two containers") }
    boxes.append(box)
    content = .sequence(boxes)
  }

  var tree: SettingsTree {
    switch content {
    case .scalar(let text, let isQuoted): SettingsTree(.scalar(text, isQuoted: isQuoted))
    case .sequence(let boxes): SettingsTree(.sequence(boxes.map(\.tree)))
    case .mapping(let entries):
      SettingsTree(
        .mapping(
          entries.map {
            SettingsTree.Entry(name: $0.name, place: .defaults, value: $0.box.tree)
          }))
    }
  }
}

/// A dictionary, whose order means nothing.
private protocol NamedSettings {}
extension Dictionary: NamedSettings where Key == String {}

/// An optional value.
private protocol AbsentSetting { var isAbsent: Bool { get } }
extension Optional: AbsentSetting { var isAbsent: Bool { self == nil } }

// MARK: - Containers

private struct TreeEncoder: Encoder {
  let box: TreeBox
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(KeyedTree(box: box))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    box.content = .sequence([])
    return UnkeyedTree(box: box)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { SingleTree(box: box) }
}

private struct KeyedTree<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let box: TreeBox
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) throws { try encode(Bool?.none, forKey: key) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    box.append(key.stringValue, try TreeBox(encoding: value))
  }

  // The protocol's own leave the key of an absent value out, and each has an own one.
  func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
    try encode(value, forKey: key)
  }
  func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: String?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try encode(value, forKey: key) }
  func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try encode(value, forKey: key) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { TreeEncoder(box: box) }
  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  private func nested(_ key: Key) -> TreeEncoder {
    let child = TreeBox()
    box.append(key.stringValue, child)
    return TreeEncoder(box: child)
  }
}

private struct UnkeyedTree: UnkeyedEncodingContainer {
  let box: TreeBox
  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .sequence(let boxes) = box.content { boxes.count } else { 0 } }

  func encodeNil() throws { try encode(Bool?.none) }
  func encode<T: Encodable>(_ value: T) throws { box.append(try TreeBox(encoding: value)) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    nested().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { nested().unkeyedContainer() }
  func superEncoder() -> any Encoder { nested() }

  private func nested() -> TreeEncoder {
    let child = TreeBox()
    box.append(child)
    return TreeEncoder(box: child)
  }
}

private struct SingleTree: SingleValueEncodingContainer {
  let box: TreeBox
  var codingPath: [any CodingKey] { [] }

  func encodeNil() throws { try encode(Bool?.none) }
  func encode<T: Encodable>(_ value: T) throws {
    box.content = try TreeBox(encoding: value).content
  }
}
