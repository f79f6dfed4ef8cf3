import VerifierKit

run(AnswerFormat.self)
