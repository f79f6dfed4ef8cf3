/// A type that one word of a settings file can stand for.
protocol SettingScalar {
  /// What errors say is expected.
  static var settingName: String { get }
  /// The value that a word stands for, or `nil`; a quoted word is only ever a text.
  init?(setting text: String, isQuoted: Bool)
}

extension String: SettingScalar {
  static var settingName: String { "a text" }
  init?(setting text: String, isQuoted: Bool) { self = text }
}

extension Bool: SettingScalar {
  static var settingName: String { "true or false" }
  init?(setting text: String, isQuoted: Bool) {
    guard !isQuoted else { return nil }
    switch text {
    case "true", "True", "TRUE": self = true
    case "false", "False", "FALSE": self = false
    default: return nil
    }
  }
}

extension SettingScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
  static var settingName: String { "a finite number" }
  init?(setting text: String, isQuoted: Bool) {
    guard !isQuoted, let text = decimal(text), let value = Self(text), value.isFinite else {
      return nil
    }
    self = value
  }
}

extension Double: SettingScalar {}
extension Float: SettingScalar {}

extension SettingScalar where Self: FixedWidthInteger {
  static var settingName: String {
    Self.isSigned ? "a whole number" : "a whole number that is not negative"
  }
  init?(setting text: String, isQuoted: Bool) {
    guard !isQuoted, let text = decimal(text) else { return nil }
    // 1e4 is a whole number too, as long as a Double holds it exactly.
    if let value = Self(text) {
      self = value
    } else if let number = Double(text), abs(number) < 0x1p53, let value = Self(exactly: number) {
      self = value
    } else {
      return nil
    }
  }
}

extension Int: SettingScalar {}
extension Int8: SettingScalar {}
extension Int16: SettingScalar {}
extension Int32: SettingScalar {}
extension Int64: SettingScalar {}
extension UInt: SettingScalar {}
extension UInt8: SettingScalar {}
extension UInt16: SettingScalar {}
extension UInt32: SettingScalar {}
extension UInt64: SettingScalar {}

/// A decimal number in Swift's spelling, without the underscores that group its digits.
private func decimal(_ text: String) -> String? {
  guard text.utf8.count <= 64, text.utf8.contains(where: { (48...57).contains($0) }),
    text.utf8.allSatisfy({ (48...57).contains($0) || "+-._eE".utf8.contains($0) })
  else { return nil }
  return text.replacing("_", with: "")
}
