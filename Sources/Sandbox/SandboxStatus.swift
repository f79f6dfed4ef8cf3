/// What the sandbox is worth on this machine, as tried.
package struct SandboxStatus: Codable, Equatable, Sendable {
  /// One guarantee and how its trial went.
  package struct Trial: Codable, Equatable, Sendable {
    package let guarantee: SandboxGuarantee
    package let isHeld: Bool
    /// What broke it; nil where it held.
    package let breach: String?

    init(_ guarantee: SandboxGuarantee, breach: String?) {
      (self.guarantee, isHeld, self.breach) = (guarantee, breach == nil, breach)
    }
  }

  /// The strongest level whose guarantees all held.
  package let level: SandboxLevel
  /// What is missing at this level, in words.
  package let loss: String
  /// Whether verifiers run at this level without being told to.
  package let isEnough: Bool
  /// Every guarantee, as tried at that level.
  package let trials: [Trial]
  /// Why the levels above are out of reach, strongest first.
  package let obstacles: [String]
  /// How to raise the level, strongest remedy first; empty at the highest.
  package let remedies: [String]

  init(level: SandboxLevel, trials: [Trial], obstacles: [String], remedies: [String]) {
    (self.level, self.trials) = (level, trials)
    (loss, isEnough) = (level.loss, level >= .weakestByDefault)
    (self.obstacles, self.remedies) = (obstacles, remedies)
  }
}
