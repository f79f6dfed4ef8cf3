import ArgumentParser
import VerifierKit
import Verifiers

/// Which verifiers judge, and with which settings.
struct VerifierOptions: ParsableArguments {
  @Option(
    name: .customLong("verifier"),
    help: ArgumentHelp(
      "A verifier's name, such as arithmetic. May be repeated.", valueName: "name"))
  var verifiers: [String]

  @Option(
    name: .customLong("setting"),
    help: ArgumentHelp(
      "A verifier's setting: key=value, or NAME.key=value where there are several.",
      valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "Processes for each verifier.")
  var workers = 2

  @OptionGroup var sandboxOptions: SandboxOptions

  func validate() throws {
    guard (1...64).contains(workers) else {
      throw ValidationError("--workers is \(workers), but it must be within 1...64.")
    }
    _ = try terms()
  }

  /// Starts nothing yet; finds each verifier and checks its settings.
  func judge() throws -> Judge {
    var terms = try terms()
    for index in terms.indices where try VerifierCatalog.find(terms[index].verifier).isShaping {
      // Alone, its own verdict is what is asked for.
      terms[index].onlyIf = terms.count == 1 ? .always : .passed
    }
    return try Judge(terms: terms, workers: workers, weakest: sandboxOptions.allowed)
  }

  /// One verifier that judges everything, with settings as ``settings`` has them.
  static func term(_ verifier: String, settings: [String]) throws -> RewardTerm {
    let options = try VerifierOptions.parse(
      ["--verifier=\(verifier)"] + settings.map { "--setting=\($0)" })
    var term = try options.terms().first ?? RewardTerm(verifier: verifier)
    term.onlyIf = .always
    return term
  }

  /// A setting as it is written, `key=value`; the value is JSON where it can be, such as a number or
  /// true, and else a text.
  static func setting(_ text: String) throws -> (key: String, value: JSONValue) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("--setting '\(text)' is not key=value.")
    }
    let written = String(text[text.index(after: equals)...])
    return (
      String(text[..<equals]), (try? JSONReader.value(in: written)) ?? .string(written)
    )
  }

  /// Each verifier with weight 1.
  func terms() throws -> [RewardTerm] {
    var terms = verifiers.map { RewardTerm(verifier: $0) }
    for text in settings {
      var (key, value) = try Self.setting(text)
      var index = terms.indices.first { terms.count == 1 && $0 == 0 }
      if let named = terms.firstIndex(where: { key.hasPrefix($0.verifier + ".") }) {
        key.removeFirst(terms[named].verifier.count + 1)
        index = named
      }
      guard let index else {
        throw ValidationError(
          "--setting '\(text)' does not say whose it is: write NAME.\(text).")
      }
      terms[index].settings[key] = value
    }
    return terms
  }
}
