import Foundation
import VerifierKit
import Verifiers

extension Workloads {
  /// The proofs of a Metamath database, each judged by the verifier in its jail, with its start and
  /// the reading of the database.
  static func proofs(repeats: Int) async throws -> Measurement {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = root.deletingLastPathComponent()
      .appending(path: "shared/data/proofs/metamath/hol.mm").standardizedFileURL
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw Absent(
        description: "'proofs' needs \(file.path), which is not there")
    }
    let requests = theorems(of: try String(contentsOf: file, encoding: .utf8)).map { label, proof in
      JudgeRequest(
        problem: Problem(
          id: label, prompt: "?",
          metadata: ["system": .string("metamath"), "theorem": .string(label)]),
        completion: proof)
    }
    var seconds: [Double] = []
    for _ in 0..<repeats {
      let judge = try Judge(
        terms: [RewardTerm(verifier: "proof", settings: ["database": .string(file.path)])],
        workers: 1, folders: [root.appending(path: "verifiers")])
      let start = ContinuousClock.now
      let judgements = try await judge.judge(requests)
      seconds.append((ContinuousClock.now - start) / .seconds(1))
      await judge.shutDown()
      precondition(
        judgements.allSatisfy { $0.reward == 1 },
        "\(judgements.count { $0.reward == 1 }) of \(judgements.count) proofs are accepted")
    }
    return Measurement(
      "hol.mm whole: start of the verifier, the database, \(requests.count) proofs", unit: "s",
      values: seconds)
  }

  /// Each theorem of a database with its proof.
  private static func theorems(of text: String) -> [(label: String, proof: String)] {
    var words: [Substring] = []
    var isComment = false
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word == "$(" { isComment = true }
      if !isComment { words.append(word) }
      if word == "$)" { isComment = false }
    }
    return words.indices.filter { words[$0] == "$p" }.map { place in
      let proof = words[place...].drop { $0 != "$=" }.dropFirst().prefix { $0 != "$." }
      return (String(words[place - 1]), proof.joined(separator: " "))
    }
  }
}
