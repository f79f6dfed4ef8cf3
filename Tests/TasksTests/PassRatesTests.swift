import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

@Suite struct PassRatesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let problems = (0..<3).map {
    Problem(id: "p\($0)", prompt: "\($0)+1=", answer: "\($0 + 1)")
  }

  @Test func `rates are written and read back, and belong to a prompt and its answer`() throws {
    let rates = PassRates(
      taskSet: "sums", policy: "tiny", verifiers: ["arithmetic"], temperature: 0.7, seed: 3,
      rates: [
        PassRates.Rate(problem: problems[0], samples: 8, passed: 2, unscored: 0),
        PassRates.Rate(problem: problems[1], samples: 0, passed: 0, unscored: 8),
      ])
    let file = try folder.write(
      String(decoding: try JSONEncoder().encode(rates), as: UTF8.self), to: "rates.json")
    let read = try PassRates(reading: file)
    #expect(read == rates)
    #expect(read.shares == [PassRates.digest(of: problems[0]): 0.25])
    var changed = problems[0]
    changed.answer = "7"
    #expect(read.shares[PassRates.digest(of: changed)] == nil)
  }

  @Test(arguments: [
    ("[]", "it is not what 'hone tasks calibrate' writes"),
    ("{", "it is not what 'hone tasks calibrate' writes"),
    (
      #"{"taskSet":"","policy":"","verifiers":[],"temperature":1,"seed":1,"rates":[{"id":"x","digest":"","samples":2,"passed":3,"unscored":0}]}"#,
      "'x' passed 3 of 2 samples"
    ),
    (
      #"{"taskSet":"","policy":"","verifiers":[],"temperature":1,"seed":1,"rates":[{"id":"x","digest":"","samples":-2,"passed":0,"unscored":0}]}"#,
      "'x' passed 0 of -2 samples"
    ),
  ])
  func `a file of something else is refused`(text: String, reason: String) throws {
    let file = try folder.write(text, to: "rates.json")
    let error = #expect(throws: TaskError.self) { try PassRates(reading: file) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func `a range is two numbers within 0 and 1, in order`() {
    #expect(PassRateRange("0.1...0.9")?.bounds == 0.1...0.9)
    #expect(PassRateRange("0...1")?.bounds == 0...1)
    for text in ["", "0.1", "0.9...0.1", "-1...1", "0...2", "a...b", "nan...1", "0.1..0.9"] {
      #expect(PassRateRange(text) == nil, "\(text)")
    }
  }
}
