import VerifierKit

run(ProofAssistant.self)
