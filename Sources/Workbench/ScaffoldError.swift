/// A plugin that cannot be begun.
package enum ScaffoldError: Error, Equatable, CustomStringConvertible {
  case unusableName(name: String)
  /// The name of a verifier that comes with Hone.
  case nameOfTheHouse(name: String)
  case exists(folder: String)
  case noCheckout(folder: String, isNamed: Bool)
  case unwritable(folder: String, reason: String)

  package var description: String {
    switch self {
    case .unusableName(let name):
      """
      '\(name)' cannot name a verifier: use lower-case letters, digits and hyphens, 1 to 64 of \
      them, not a hyphen first, and not 'sdk'.
      """
    case .nameOfTheHouse(let name):
      "'\(name)' is a verifier that comes with Hone, and another would hide it. Choose another name."
    case .exists(let folder):
      "'\(folder)' is there already, and is not written over. Choose another name, or remove it."
    case .noCheckout(let folder, let isNamed):
      """
      \(isNamed ? "'\(folder)' is no checkout of Hone" : "No checkout of Hone is above '\(folder)'"); \
      a verifier in Swift builds VerifierKit of one. Name one with --hone, or choose python or shell.
      """
    case .unwritable(let folder, let reason): "'\(folder)' cannot be written: \(reason)."
    }
  }
}
