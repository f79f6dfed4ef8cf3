import Foundation
import VerifierKit

/// One completion before one grader.
struct GradingRound {
  let sample: GraderSample
  let item: [String: JSONValue]
  let settings: GraderSettings
  let workshop: GraderWorkshop

  /// What is worth keeping beside the verdict.
  private(set) var details: [String: JSONValue] = [:]
  /// Seconds that are left for programs.
  private var secondsLeft: Double

  init(
    sample: GraderSample, item: [String: JSONValue], settings: GraderSettings,
    workshop: GraderWorkshop
  ) {
    (self.sample, self.item, self.settings) = (sample, item, settings)
    (self.workshop, secondsLeft) = (workshop, settings.seconds)
  }

  /// Grades.
  mutating func grade(_ grader: Grader) -> Grade {
    do throws(GraderTemplate.Unfilled) {
      switch grader.kind {
      case .stringCheck(let check): return check.grade(try texts(check.input, check.reference))
      case .textSimilarity(let similarity):
        return similarity.grade(try texts(similarity.input, similarity.reference))
      case .python(let source): return python(source)
      case .multi(let graders, let formula): return combined(graders, formula)
      }
    } catch {
      return error.isOfSample
        ? .refused(reason: error.reason) : .unscored(reason: error.reason)
    }
  }

  private func texts(
    _ input: GraderTemplate, _ reference: GraderTemplate
  ) throws(GraderTemplate.Unfilled) -> (input: String, reference: String) {
    let members = ["sample": sample.members, "item": item]
    return (try input.filled(from: members), try reference.filled(from: members))
  }

  private mutating func combined(_ graders: [Grader], _ formula: GraderFormula) -> Grade {
    var values: [String: Double] = [:]
    for grader in graders {
      switch grade(grader) {
      case .score(let score, _): values[grader.name] = score
      case .refused: values[grader.name] = 0
      case .unscored(let reason): return .unscored(reason: "grader '\(grader.name)': \(reason)")
      }
    }
    details["grades"] = .object(values.mapValues(JSONValue.number))
    let value = formula.value(of: values)
    guard value.isFinite else {
      return .unscored(reason: "'calculate_output' has no finite value here")
    }
    return .score(value, reason: "computed from \(graders.count) graders")
  }

  private mutating func python(_ source: String) -> Grade {
    guard secondsLeft > 0 else { return failed("the time of its graders is used up") }
    do throws(GraderWorkshop.Broken) {
      let run = try workshop.run(
        source, arguments: [.object(sample.members), .object(item)], seconds: secondsLeft)
      secondsLeft -= run.seconds
      if !run.errors.isEmpty {
        details["standardError"] = .string(
          String(decoding: run.errors.suffix(2048), as: UTF8.self))
      }
      switch run.result {
      case .returned(let value): return .score(value, reason: "the program returned it")
      case .unusable(let reason): return .unscored(reason: reason)
      case .failed(let reason): return failed(reason)
      }
    } catch {
      return .unscored(reason: error.reason)
    }
  }

  /// A program that failed on this completion: by the settings nobody's fault, or the completion's.
  private func failed(_ reason: String) -> Grade {
    settings.raisedIsWrong ? .refused(reason: reason) : .unscored(reason: reason)
  }
}
