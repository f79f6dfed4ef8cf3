import Foundation
import VerifierKit

if CommandLine.arguments.dropFirst().first == "prepare" {
  Preparation.run()
} else {
  run(FactTableVerifier.self)
}
