import VerifierKit

run(ProofVerifier.self)
