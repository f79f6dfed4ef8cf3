import VerifierKit

run(OpenAIGrader.self)
