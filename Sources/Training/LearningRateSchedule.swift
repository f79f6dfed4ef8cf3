package import Settings

#if canImport(Glibc)
  import Glibc
#endif

/// The curve of the learning rate over a run.
package struct ScheduleSettings: SettingsSection {
  /// What follows the warm-up.
  package var shape = Shape.constant
  /// Share of the steps over which the rate rises from near 0, in `0...1`.
  package var warmUp = 0.05
  /// Share of the steps, at the end, over which `warmUpStableDecay` falls, in `0...1`.
  package var decay = 0.3
  /// How `warmUpStableDecay` falls.
  package var decayCurve = DecayCurve.linear
  /// What a falling rate ends at, as a share of the full rate, in `0...1`.
  package var minimum = 0.0

  /// What follows the warm-up.
  package enum Shape: String, Codable, CaseIterable, Sendable {
    case constant
    /// Falls on a line from the warm-up to the end.
    case linear
    /// Falls on half a cosine from the warm-up to the end.
    case cosine
    /// Stays, then falls over the last share of the steps.
    case warmUpStableDecay
  }

  package init() {}

  /// Refuses shares outside `0...1`, and phases that overlap.
  package func validate() throws(InvalidSetting) {
    for (key, value) in [("warmUp", warmUp), ("decay", decay), ("minimum", minimum)] {
      guard value >= 0, value <= 1 else {
        throw InvalidSetting(
          key: "schedule.\(key)", value: "\(value)", rule: "it is a share, so it must lie in 0...1")
      }
    }
    guard shape != .warmUpStableDecay || warmUp + decay <= 1 else {
      throw InvalidSetting(
        key: "schedule.decay", value: "\(decay)",
        rule: "the warm-up takes a share of \(warmUp), and both must fit into 1")
    }
  }
}

/// A fall from 1 to 0, as a function of the share of the way that is done.
package enum DecayCurve: String, Codable, CaseIterable, Sendable {
  /// `1 - progress`.
  case linear
  /// `(1 + cos(π progress)) / 2`.
  case cosine

  /// The height at `progress`, which is held to `0...1`.
  package func callAsFunction(_ progress: Double) -> Double {
    let progress = min(max(progress, 0), 1)
    return self == .linear ? 1 - progress : (1 + cos(.pi * progress)) / 2
  }
}

/// The factor on the learning rate at each optimiser step of a run.
///
/// With `W` warm-up steps of `N`: `(t + 1) / W` before step `W`, then the shape from 1 at step `W` to
/// its minimum at step `N`, which is the first that is no longer taken. Unlike the schedules of
/// Hugging Face and verl, which warm up by `t / W`, step 0 already learns.
package struct LearningRateSchedule: Equatable, Sendable {
  package let settings: ScheduleSettings
  /// Steps of the whole run.
  package let steps: Int
  /// Steps of the warm-up.
  package let warmUpSteps: Int
  /// Steps of the fall; 0 for a constant rate.
  package let decaySteps: Int

  /// The schedule of a run of `steps` optimiser steps.
  package init(_ settings: ScheduleSettings, steps: Int) {
    precondition(steps >= 0, "a run of \(steps) steps")
    self.settings = settings
    self.steps = steps
    let warmUp = min(Int((settings.warmUp * Double(steps)).rounded()), steps)
    warmUpSteps = warmUp
    decaySteps =
      switch settings.shape {
      case .constant: 0
      case .linear, .cosine: steps - warmUp
      case .warmUpStableDecay:
        min(Int((settings.decay * Double(steps)).rounded()), steps - warmUp)
      }
  }

  /// The factor at `step`, counted from 0; after the last step it stays what it ends at.
  package func factor(at step: Int) -> Double {
    precondition(step >= 0, "step \(step)")
    if step < warmUpSteps { return Double(step + 1) / Double(warmUpSteps) }
    let start = steps - decaySteps
    guard decaySteps > 0, step >= start else { return 1 }
    let progress = Double(step - start) / Double(decaySteps)
    return settings.minimum + (1 - settings.minimum) * curve(progress)
  }

  private var curve: DecayCurve {
    switch settings.shape {
    case .cosine: .cosine
    case .linear, .constant: .linear
    case .warmUpStableDecay: settings.decayCurve
    }
  }
}
