import Sandbox
import Verifiers

/// Whether the verifiers that build cells inside their jail can run here.
enum Jail {
  static let isPossible: Bool = {
    do {
      let status = try Sandbox.status(executables: VerifierCatalog.executableFolder)
      return status.level >= .weakestByDefault
    } catch {
      return false
    }
  }()

  static let absence = """
    THE CODE RUNNER IS NOT TESTED: this machine cannot build a jail. `hone sandbox status` says why.
    """
}
