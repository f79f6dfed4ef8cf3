import Evaluation
import Foundation
import Registry
import Testing

@testable import Pipelines

@Suite struct NamedPoliciesTests {
  /// A folder of runs with the policies of some runs, which goes with the value.
  private final class Shelf {
    let runs = FileManager.default.temporaryDirectory.appending(path: "hone-named-\(UUID())")
    var policies: NamedPolicies { NamedPolicies(runs) }

    deinit {
      do {
        try FileManager.default.removeItem(at: runs)
      } catch {
        print("left \(runs.path) behind: \(error)")
      }
    }

    /// A model folder of a run.
    func model(_ run: String) throws -> URL {
      let folder = runs.appending(path: "\(run)/checkpoints/final")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data("weights of \(run)".utf8).write(to: folder.appending(path: "model.safetensors"))
      try Data("{}".utf8).write(to: folder.appending(path: "state.json"))
      return folder
    }

    @discardableResult
    func promote(
      _ run: String, to name: String = "champion", good: Bool = true, comparedWith: Int? = nil,
      changedTo other: String? = nil
    ) throws -> PromotionEntry {
      var settings = GateSettings()
      settings.needsSecond = false
      let answers = (0..<40).map {
        PolicyMeasurement.Answer(problem: "\($0)", isRight: good, tokens: 1)
      }
      let decision = PromotionGate(settings).decide(
        challenger: PolicyMeasurement(policy: "digest of \(run)", answers: answers), champion: nil)
      #expect(decision.isPromoted == good)
      return try policies.record(
        name, model: model(run), digest: "digest of \(run)", run: run, decision: decision,
        comparedWith: comparedWith, now: Date(timeIntervalSince1970: 0)
      ) { _ in "digest of \(other ?? run)" }
    }

    func weights(_ name: String = "champion") throws -> String {
      try String(
        contentsOf: policies.folder(of: name).appending(path: "model.safetensors"),
        encoding: .utf8)
    }
  }

  @Test func `a promoted policy has a folder of its own, without the training's files`() throws {
    let shelf = Shelf()
    let entry = try shelf.promote("r-1")
    #expect(entry.number == 1 && entry.previous == nil && entry.action == .promote)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: shelf.policies.folder(of: "champion").path)
        == ["model.safetensors"])
    try FileManager.default.removeItem(at: shelf.runs.appending(path: "r-1"))
    #expect(try shelf.weights() == "weights of r-1", "it outlives its run")
    #expect(try shelf.policies.all().map(\.name) == ["champion"])
  }

  @Test func `promotions follow each other, and are undone one by one`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1")
    try shelf.promote("r-2", comparedWith: 1)
    try shelf.promote("r-3", comparedWith: 2)
    #expect(try shelf.weights() == "weights of r-3")
    #expect(try shelf.policies.undo("champion").number == 2)
    #expect(try shelf.weights() == "weights of r-2")
    try shelf.promote("r-4", comparedWith: 2)
    #expect(try shelf.policies.current("champion")?.entry.number == 4, "numbers are not used again")
    #expect(try shelf.policies.undo("champion").number == 2)
    #expect(try shelf.policies.undo("champion").number == 1)
    #expect(try shelf.policies.undo("champion").number == nil)
    #expect(throws: NamedPolicyError.nothingToUndo(name: "champion")) {
      try shelf.policies.undo("champion")
    }
    #expect(try shelf.policies.all().isEmpty)
    #expect(
      try shelf.policies.history(of: "champion").map(\.action) == [
        .promote, .promote, .promote, .undo, .promote, .undo, .undo, .undo,
      ])
  }

  @Test func `a refusal is noted and changes nothing`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1")
    let entry = try shelf.promote("r-2", good: false, comparedWith: 1)
    #expect(entry.action == .refuse && entry.number == 1)
    #expect(try shelf.weights() == "weights of r-1")
    #expect(try shelf.policies.undo("champion").number == nil, "a refusal is not what is undone")
    #expect(entry.decision?.contains("accuracy") == true)
  }

  @Test func `a comparison with a champion that has gone does not count`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1")
    #expect(throws: NamedPolicyError.changed(name: "champion")) { try shelf.promote("r-2") }
    #expect(try shelf.policies.history(of: "champion").count == 1)
  }

  @Test func `a policy that was changed while it was compared gets no name`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1")
    let failure = #expect(throws: NamedPolicyError.self) {
      try shelf.promote("r-2", comparedWith: 1, changedTo: "r-3")
    }
    #expect(failure?.description.contains("was changed while its policy was compared") == true)
    #expect(try shelf.weights() == "weights of r-1")
    #expect(try shelf.policies.history(of: "champion").count == 1)
    #expect(try shelf.promote("r-4", comparedWith: 1).number == 2)
  }

  @Test func `a byte that was changed is noticed when the policy is used`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1")
    let file = shelf.runs.appending(path: "policies/champion/1/model.safetensors")
    try Data("other".utf8).write(to: file)
    let failure = #expect(throws: NamedPolicyError.self) {
      try shelf.policies.folder(of: "champion")
    }
    #expect(failure?.description.contains("hone promote --undo champion") == true)
  }

  @Test func `a name is found by what it begins with, where that is one`() throws {
    let shelf = Shelf()
    try shelf.promote("r-1", to: "champion")
    try shelf.promote("r-2", to: "challenger")
    #expect(try shelf.weights("cham") == "weights of r-1")
    #expect(throws: NamedPolicyError.ambiguous(name: "cha", names: ["challenger", "champion"])) {
      try shelf.policies.folder(of: "cha")
    }
    #expect(try shelf.policies.resolved("tiny") == "tiny")
    #expect(try shelf.policies.resolved("nobody") == "nobody")
    #expect(try shelf.policies.resolved("chal").hasSuffix("policies/challenger/1"))
    #expect(try shelf.policies.resolved("../x") == "../x")
  }

  @Test func `a run is found by its name, unless a policy has all of that name`() throws {
    let shelf = Shelf()
    let run = shelf.runs.appending(path: "r-1")
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: run.appending(path: "run.json"))
    #expect(try shelf.policies.resolved("r-1") == run.relativePath)
    #expect(try shelf.policies.resolved("r-") == "r-")
    try shelf.promote("r-2", to: "r-1-best")
    #expect(try shelf.policies.resolved("r-1") == run.relativePath)
    try shelf.promote("r-3", to: "r-1")
    #expect(try shelf.policies.resolved("r-1").hasSuffix("policies/r-1/1"))
  }

  @Test func `a name that leads elsewhere is refused`() throws {
    let shelf = Shelf()
    for name in ["../x", "a/b", "", ".hidden"] {
      #expect(throws: (any Error).self, "\(name)") { try shelf.promote("r-1", to: name) }
    }
  }
}
