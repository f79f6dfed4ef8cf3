import VerifierKit

run(ArithmeticVerifier.self)
