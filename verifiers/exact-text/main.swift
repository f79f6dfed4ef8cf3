import VerifierKit

run(ExactTextVerifier.self)
