import Evaluation
import Foundation
import Runs
import Testing
import Training

@testable import Pipelines

@Suite struct StageKeyTests {
  private static let code = CodeVersion(hone: "1", executable: "abc", kernels: "Haswell")

  private func key(
    _ code: CodeVersion = Self.code, seed: UInt64 = 7, place: Int = 1, policy: String = "p",
    inputs: [String: String] = ["training": "t"],
    _ change: (inout WarmUpSettings) -> Void = { _ in }
  ) throws -> StageKey {
    var settings = WarmUpSettings()
    change(&settings)
    return try StageKey(
      code, settings: .warmUp(settings), seed: seed, place: place, policy: policy, inputs: inputs)
  }

  @Test func `equal parts make equal keys and digests, and a key reads back`() throws {
    let (first, second) = (try key(), try key())
    #expect(first == second && first.differences(from: second).isEmpty)
    #expect(try first.digest == second.digest && first.digest.count == 64)
    let read: StageKey = try StableJSON.value(from: try StableJSON.data(first))
    #expect(try read == first && read.digest == first.digest)
  }

  @Test func `every part counts, and a difference names it with both values`() throws {
    let first = try key()
    let others: [(StageKey, String, String, String)] = [
      (try key(CodeVersion(hone: "2", executable: "abc", kernels: "Haswell")), "hone", "2", "1"),
      (
        try key(CodeVersion(hone: "1", executable: "d", kernels: "Haswell")), "executable", "d",
        "abc"
      ),
      (
        try key(CodeVersion(hone: "1", executable: "abc", kernels: "Zen")), "kernels", "Zen",
        "Haswell"
      ),
      (try key(seed: .max), "seed", "18446744073709551615", "7"),
      (try key(place: 2), "place", "2", "1"), (try key(policy: "q"), "policy", "q", "p"),
      (try key(inputs: ["training": "u"]), "inputs.training", "u", "t"),
      (try key { $0.steps = 9 }, "settings.steps", "9", "120"),
      (
        try key { $0.optimizer.learningRate = 0.5 }, "settings.optimizer.learningRate", "0.5",
        "0.001"
      ),
    ]
    for (other, part, here, there) in others {
      #expect(
        other.differences(from: first) == [
          StageKey.Difference(part: part, here: here, there: there)
        ])
      #expect(try other.digest != first.digest, "\(part)")
    }
  }

  @Test func `seeds beyond the digits of a double stay apart`() throws {
    var (one, two) = (EvaluationSettings(), EvaluationSettings())
    (one.seed, two.seed) = (1 << 53, 1 << 53 + 1)
    let keys = try [one, two].map {
      try StageKey(
        Self.code, settings: .evaluate($0), seed: 1, place: 1, policy: "p", inputs: [:])
    }
    #expect(try keys[0].digest != keys[1].digest)
  }

  @Test func `a part that only one key has is a difference`() throws {
    let difference = try key(inputs: [:]).differences(from: try key())
    #expect(
      difference == [StageKey.Difference(part: "inputs.training", here: nil, there: "t")])
  }
}
