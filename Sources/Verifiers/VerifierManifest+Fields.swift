import VerifierKit

/// How the fields of `verifier.yaml` are read.
extension VerifierManifest {
  /// What a plugin finds, beside its settings, where something was prepared for it.
  static let preparedSetting = "prepared"

  static func subject(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> Subject? {
    guard fields.has("judges") else { return nil }
    let word = try fields.text("judges")
    guard let subject = Subject(rawValue: word) else {
      let known = Subject.allCases.map(\.rawValue).joined(separator: ", ")
      throw fields.invalid("judges", "is '\(word.prefix(64))', but must be one of \(known)")
    }
    return subject
  }

  static func parts(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> [RewardTerm] {
    guard let sections = try fields.sections("parts") else { return [] }
    var parts: [RewardTerm] = []
    for var fields in sections {
      var part = RewardTerm(verifier: try fields.text("verifier"))
      // A penalty would pay a wrong whole more than a passing one.
      part.weight = try fields.number("weight", in: 0...1e6, default: 1)
      part.settings = try fields.object("settings")
      if fields.has("onlyIf") {
        let word = try fields.text("onlyIf")
        guard let condition = RewardTerm.Condition(rawValue: word) else {
          throw fields.invalid("onlyIf", "is '\(word.prefix(64))', but must be passed or always")
        }
        part.onlyIf = condition
      }
      try fields.refuseOthers()
      parts.append(part)
    }
    guard (1...16).contains(parts.count) else {
      throw fields.invalid("parts", "must be a list of 1...16 mappings")
    }
    return parts
  }

  static func limits(_ section: ManifestFields?) throws(VerifierError) -> Limits {
    guard var fields = section else { return Limits() }
    var limits = Limits()
    let defaults = limits
    limits.requestSeconds = try fields.number(
      "requestSeconds", in: 0.01...3600, default: defaults.requestSeconds)
    limits.memoryMiB = try fields.integer(
      "memoryMiB", in: 16...65536, default: defaults.memoryMiB)
    limits.processes = try fields.integer("processes", in: 1...256, default: defaults.processes)
    limits.outputKiB = try fields.integer(
      "outputKiB", in: 1...VerifierProtocol.lineLimit / 1024, default: defaults.outputKiB)
    limits.cpuSeconds = try fields.optionalNumber("cpuSeconds", in: 1...1e9).map { Int($0) }
    limits.wallSeconds = try fields.optionalNumber("wallSeconds", in: 1...1e9)
    limits.scratchMiB = try fields.integer(
      "scratchMiB", in: 0...65536, default: defaults.scratchMiB)
    try fields.refuseOthers()
    return limits
  }

  static func preparation(
    _ section: ManifestFields?
  ) throws(VerifierError) -> Preparation? {
    guard var fields = section else { return nil }
    var preparation = Preparation()
    let defaults = preparation
    preparation.seconds = try fields.number("seconds", in: 1...86_400, default: defaults.seconds)
    preparation.memoryMiB = try fields.integer(
      "memoryMiB", in: 16...65536, default: defaults.memoryMiB)
    preparation.scratchMiB = try fields.integer(
      "scratchMiB", in: 1...65536, default: defaults.scratchMiB)
    try fields.refuseOthers()
    return preparation
  }

  /// The settings that name files; each has a default, which may be empty.
  static func files(
    _ fields: inout ManifestFields, settings: [String: JSONValue]
  ) throws(VerifierError) -> [String] {
    guard let names = try fields.optionalTexts("files") else { return [] }
    for name in names {
      guard case .string? = settings[name], name != preparedSetting else {
        throw fields.invalid("files", "names '\(name.prefix(64))', which is no setting with a text")
      }
    }
    guard names.count <= 4, Set(names).count == names.count else {
      throw fields.invalid("files", "must be at most 4 settings, each once")
    }
    return names
  }

  static func needs(
    _ fields: inout ManifestFields
  ) throws(VerifierError) -> [String] {
    guard let names = try fields.optionalTexts("needs") else { return [] }
    guard names.count <= 8, names.allSatisfy(isNeed) else {
      throw fields.invalid(
        "needs", "must be at most 8 names of files, without folders but for another plugin's")
    }
    return names
  }

  private static func isNeed(_ need: String) -> Bool {
    let parts = need.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
      && (parts.count == 1 || VerifierCatalog.isName(String(parts[0])))
  }
}
