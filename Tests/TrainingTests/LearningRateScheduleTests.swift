import Foundation
import Settings
import Testing
import Training

/// Factors of verl's and nanochat's schedules with 10 warm-up steps of 100, in float64.
private struct GoldenSchedules: Decodable {
  let steps: [Int]
  let cosine: [Double]
  let cosineToTenth: [Double]
  let stableNineTenths: [Double]
  let stableHalfToTenth: [Double]
  let linear: [Double]
  let linearWithoutWarmUp: [Double]

  enum CodingKeys: String, CodingKey {
    case steps
    case cosine = "cosine_min0"
    case cosineToTenth = "cosine_min01"
    case stableNineTenths = "wsd_stable09_min0"
    case stableHalfToTenth = "wsd_stable05_min01"
    case linear = "linear_to0_warm10"
    case linearWithoutWarmUp = "linear_nowarm"
  }

  static func read() throws -> GoldenSchedules {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/schedules.json")
    return try JSONDecoder().decode(GoldenSchedules.self, from: Data(contentsOf: file))
  }
}

extension Double {
  /// What float64 rounding leaves between two ways to write a formula.
  fileprivate static let rounding = 1e-12
}

@Suite struct LearningRateScheduleTests {
  func schedule(
    _ shape: ScheduleSettings.Shape, warmUp: Double = 0.1, decay: Double = 0,
    curve: DecayCurve = .linear, minimum: Double = 0, steps: Int = 100
  ) -> LearningRateSchedule {
    var settings = ScheduleSettings()
    settings.shape = shape
    settings.warmUp = warmUp
    settings.decay = decay
    settings.decayCurve = curve
    settings.minimum = minimum
    return LearningRateSchedule(settings, steps: steps)
  }

  @Test func `nanochat's linear schedules are met at every step`() throws {
    let golden = try GoldenSchedules.read()
    for (index, step) in golden.steps.enumerated() {
      let warm = schedule(.linear).factor(at: step)
      #expect(abs(warm - golden.linear[index]) < .rounding)
      let cold = schedule(.linear, warmUp: 0).factor(at: step)
      #expect(abs(cold - golden.linearWithoutWarmUp[index]) < .rounding)
    }
  }

  // verl warms up by t / W, so its step t + 1 is our step t; from step W on they are the same.
  @Test func `verl's schedules are met, without the step that learns nothing`() throws {
    let golden = try GoldenSchedules.read()
    let pairs = [
      (golden.cosine, schedule(.cosine)),
      (golden.cosineToTenth, schedule(.cosine, minimum: 0.1)),
      // verl counts the stable share after the warm-up: 0.9 and 0.5 of 90 steps.
      (golden.stableNineTenths, schedule(.warmUpStableDecay, decay: 0.09, curve: .cosine)),
      (
        golden.stableHalfToTenth,
        schedule(.warmUpStableDecay, decay: 0.45, curve: .cosine, minimum: 0.1)
      ),
    ]
    for (expected, schedule) in pairs {
      for (index, step) in golden.steps.enumerated() where step > 0 {
        let ours = schedule.factor(at: step <= 10 ? step - 1 : step)
        #expect(abs(ours - expected[index]) < .rounding)
      }
    }
  }

  @Test(arguments: ScheduleSettings.Shape.allCases)
  func `every step learns something and none more than the full rate`(
    shape: ScheduleSettings.Shape
  ) {
    for steps in [1, 2, 3, 7, 100] {
      let schedule = schedule(shape, warmUp: 0.3, decay: 0.4, steps: steps)
      for step in 0..<steps {
        #expect(schedule.factor(at: step) > 0 && schedule.factor(at: step) <= 1)
      }
    }
  }

  @Test func `stable is the full rate, and the decay reaches its last share on the last step`() {
    let schedule = schedule(.warmUpStableDecay, warmUp: 0.1, decay: 0.2, steps: 50)
    #expect((4...40).allSatisfy { schedule.factor(at: $0) == 1 })
    #expect(abs(schedule.factor(at: 49) - 0.1) < .rounding)
    #expect(schedule.factor(at: 50) == 0 && schedule.factor(at: 500) == 0)
  }

  @Test func `constant stays constant after the warm-up`() {
    #expect((9...300).allSatisfy { schedule(.constant).factor(at: $0) == 1 })
    #expect(schedule(.constant, steps: 0).factor(at: 0) == 1)
  }

  @Test(arguments: [
    ("warmUp: 1.5", "'schedule.warmUp' is 1.5"), ("minimum: -0.1", "'schedule.minimum' is -0.1"),
    (
      "shape: warmUpStableDecay\nwarmUp: 0.8",
      "'schedule.decay' is 0.3 (line 1), but the warm-up takes a share of 0.8"
    ),
    ("shape: warmUpDecay", "'schedule.shape' is 'warmUpDecay'"),
  ])
  func `a schedule that cannot be is refused`(yaml: String, message: String) {
    let error = #expect(throws: SettingsError.self) {
      try SettingsOverlay.decode(
        ScheduleSettings.self, from: SettingsTree.parse(yaml), path: "schedule")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }
}
