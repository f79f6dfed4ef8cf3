package import Settings
#if canImport(Glibc)
  import Glibc
#endif
package struct ScheduleSettings: SettingsSection {
  package enum Shape: String, Codable, CaseIterable, Sendable { case constant, linear, cosine, warmUpStableDecay }
  package var shape = Shape.constant
  package var warmUp = 0.0
  package var decay = 0.3
  package var minimum = 0.0
  package init() {}
  package func validate() throws(InvalidSetting) {}
}
package struct LearningRateSchedule {
  let s: ScheduleSettings, steps: Int
  package init(_ settings: ScheduleSettings, steps: Int) { s = settings; self.steps = steps }
  package func factor(at step: Int) -> Double {
    let w = Int((s.warmUp * Double(steps)).rounded())
    if step < w { return Double(step + 1) / Double(w) }
    let d = Int((s.decay * Double(steps)).rounded())
    switch s.shape {
    case .warmUpStableDecay:
      return step < steps - d ? 1 : max(s.minimum, Double(steps - step) / Double(d))
    default: return 1
    }
  }
}
