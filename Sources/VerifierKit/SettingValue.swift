// Reading the settings of a greeting, with errors that say what each must be.
extension JSONValue {
  /// The value as a whole number.
  ///
  /// - Parameters:
  ///   - setting: The setting's name, for the error.
  ///   - range: What is allowed.
  /// - Returns: The number.
  /// - Throws: ``InvalidVerifierSetting`` for anything else.
  public func wholeNumber(
    of setting: String, in range: ClosedRange<Int>
  ) throws(InvalidVerifierSetting) -> Int {
    guard case .number(let number) = self, let integer = Int(exactly: number),
      range.contains(integer)
    else {
      throw InvalidVerifierSetting(
        name: setting, rule: "a whole number in \(range.lowerBound)...\(range.upperBound)")
    }
    return integer
  }

  /// The value as a number.
  ///
  /// - Parameters:
  ///   - setting: The setting's name, for the error.
  ///   - range: What is allowed.
  /// - Returns: The number.
  /// - Throws: ``InvalidVerifierSetting`` for anything else.
  public func number(
    of setting: String, in range: ClosedRange<Double>
  ) throws(InvalidVerifierSetting) -> Double {
    guard case .number(let number) = self, range.contains(number) else {
      throw InvalidVerifierSetting(
        name: setting,
        rule: "a number in \(short(range.lowerBound))...\(short(range.upperBound))")
    }
    return number
  }

  /// The value as one of the words of an enumeration.
  ///
  /// - Parameter setting: The setting's name, for the error.
  /// - Returns: The choice.
  /// - Throws: ``InvalidVerifierSetting`` for anything else.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    of setting: String
  ) throws(InvalidVerifierSetting) -> Choice {
    guard case .string(let word) = self, let choice = Choice(rawValue: word) else {
      throw InvalidVerifierSetting(
        name: setting, rule: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}

/// A number as people write it: 1 rather than 1.0.
private func short(_ number: Double) -> String {
  Int(exactly: number).map(String.init) ?? "\(number)"
}
