import Foundation
import Sandbox
import VerifierKit
import Verifiers

extension Workloads {
  /// Verdicts of the arithmetic verifier in its jail, many in flight.
  static func verdicts(requests: Int, workers: Int, repeats: Int) async throws -> Measurement {
    let judge = try Judge(terms: [RewardTerm(verifier: "arithmetic")], workers: workers)
    let all = (0..<requests).map { index in
      JudgeRequest(
        problem: Problem(id: "p\(index)", prompt: "\(index)+1=", answer: "\(index + 1)"),
        completion: "\(index + index % 2)")
    }
    var rates: [Double] = []
    for run in 0...repeats {
      let start = ContinuousClock.now
      let judgements = try await judge.judge(all)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      precondition(
        judgements.count { $0.reward == 1 } == requests / 2,
        "half of the \(requests) answers are right")
      if run > 0 { rates.append(Double(requests) / seconds) }  // the first one starts the processes
    }
    await judge.shutDown()
    return Measurement(
      "arithmetic verdicts in the jail (\(judge.sandboxLevel.rawValue)), \(workers) workers",
      unit: "verdicts/s", values: rates)
  }
}
