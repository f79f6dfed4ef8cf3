import ArgumentParser
import Foundation
import Settings
import Tasks
import Testing

@testable import Commands

@Suite struct CommandFailureTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let error: any Error
    let code: Int32
    let message: String
    var testDescription: String { message }
  }

  /// An error of a library, which says nothing about itself.
  private enum Silent: Error { case reason(Int) }

  static let cases = [
    Case(
      error: InvalidSetting(key: "rounds", value: "0", rule: "it must be at least 1"), code: 64,
      message: "hone: 'rounds' is 0, but it must be at least 1."),
    Case(
      error: SettingsError.notAnOverride(text: "x"), code: 64,
      message:
        "hone: 'x' is no override. Write it as path=value, like reinforce.rollout.groupSize=16."),
    Case(
      error: SettingsError.unreadable(file: "a.yaml", reason: "it does not exist"), code: 64,
      message: "hone: 'a.yaml' cannot be read: it does not exist."),
    Case(
      error: SettingsError.unreadable(file: "a.yaml", reason: "permission denied"), code: 1,
      message: "hone: 'a.yaml' cannot be read: permission denied."),
    Case(
      error: TaskError.empty(set: "a"), code: 1,
      message: "hone: Task set 'a' has no problems. Check that its file is not empty."),
    Case(
      error: TaskError.unknownSplit(task: "a", split: "trian", known: ["train"]), code: 64,
      message: "hone: Task 'a' has no split 'trian'. Did you mean 'train'? It has: train."),
    Case(error: CancellationError(), code: 130, message: "hone: interrupted."),
    Case(error: ExitCode(3), code: 3, message: ""),
  ]

  @Test(arguments: cases)
  func `an error becomes its description and a code`(of case: Case) {
    let failure = CommandFailure(`case`.error)
    #expect(failure.message == `case`.message)
    #expect(failure.code == `case`.code)
  }

  @Test func `bad usage comes with the usage`() {
    let failure = CommandFailure(ValidationError("Name a pipeline."))
    #expect(failure.code == 64)
    #expect(failure.message.hasPrefix("hone: Name a pipeline.\nUsage: hone"))
  }

  @Test func `asking for help is no failure`() {
    let failure = CommandFailure(CleanExit.helpRequest())
    #expect(failure.code == 0)
    #expect(failure.message.contains("Sharpens a language model"))
  }

  @Test func `an error that says nothing is not dumped`() {
    let failure = CommandFailure(Silent.reason(3))
    #expect(failure.code == 1)
    #expect(!failure.message.contains("reason(3)"))
  }
}
