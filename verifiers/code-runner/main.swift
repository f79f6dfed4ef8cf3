import VerifierKit

run(CodeRunner.self)
