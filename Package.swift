// swift-tools-version: 6.2
// The formatter would break the lines of the table below, which has one line a module:
// swift-format-ignore-file
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),  // `package import` states what an interface needs
  .enableUpcomingFeature("MemberImportVisibility"),
]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let bigInt = Target.Dependency.product(name: "BigInt", package: "BigInt")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A Swift module of the house, in `Sources/NAME`.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A C module, optimised in debug builds too, since every test runs through it.
func c(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast-honor-pragmas"])])
}

/// The tests of one module, in `Tests/NAMETests`.
func test(_ name: String, _ others: [Target.Dependency], fixtures: Bool = false) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + others,
    resources: fixtures ? [.copy("Fixtures")] : [], swiftSettings: strict)
}

let tests: [Target] = [
  .target(name: "TestSupport", dependencies: ["CGit2", "Tensors"], path: "Tests/TestSupport", swiftSettings: strict),
  .target(name: "TestPolicies", dependencies: ["Policies", "TestSupport", "Tokenizers", "Transformers"], path: "Tests/TestPolicies", swiftSettings: strict),
  c("CKernelLevels", ["CKernels"], path: "Tests/CKernelLevels"),
  test("Tensors", ["CKernelLevels", "CKernels"], fixtures: true),
  test("ModelFiles", ["Tensors", "Tokenizers", "Transformers"], fixtures: true),
  test("Tokenizers", [], fixtures: true),
  test("Transformers", ["ModelFiles", "Tensors"], fixtures: true),
  test("PolicyGradient", [], fixtures: true),
  test("Digests", ["CDigests"]),
  test("Provenance", []),
  test("PropositionalLogic", ["Randomness"]),
  test("Gzip", []),
  test("Randomness", []),
  test("Tasks", ["FactTables", "PropositionalLogic", "Randomness", "Settings", "Tokenizers", "VerifierKit"]),
  test("Runs", []),
  test("Measurements", ["Runs"]),
  test("Limits", []),
  .testTarget(name: "BenchmarksTests", dependencies: ["hone-benchmarks", "Measurements", "Policies", "Tensors", "TestSupport", "Transformers", subprocess, system], swiftSettings: strict),
  test("Registry", ["Runs", "VerifierKit", grdb]),
  test("Settings", []),
  test("VerifierKit", []),
  test("Sandbox", ["CSandbox"]),
  test("Verifiers", ["Sandbox", "VerifierKit", log]),
  .testTarget(name: "AnswerFormatTests", dependencies: ["hone-verifier-answer-format", "hone-verifier-arithmetic", "Randomness", "TestSupport", "VerifierKit", "Verifiers", log], swiftSettings: strict),
  .testTarget(name: "ArithmeticVerifierTests", dependencies: ["hone-verifier-arithmetic", "TestSupport", "VerifierKit", "Verifiers", bigInt, log], swiftSettings: strict),
  .testTarget(name: "ExactTextTests", dependencies: ["hone-verifier-arithmetic", "hone-verifier-exact-text", "Randomness", "Tasks", "TestSupport", "VerifierKit", "Verifiers", "Workbench", log], swiftSettings: strict),
  test("Cells", []),
  test("FactTables", []),
  .testTarget(name: "FactTableVerifierTests", dependencies: ["hone-verifier-fact-table", "FactTables", "TestSupport", "VerifierKit", "Verifiers", grdb, log], swiftSettings: strict),
  .testTarget(name: "CodeRunnerTests", dependencies: ["hone-verifier-code-runner", "hone-cell", "jail", "Cells", "Tasks", "TestSupport", "VerifierKit", "Verifiers", log], swiftSettings: strict),
  .testTarget(name: "ProofVerifierTests", dependencies: ["hone-verifier-proof", "PropositionalLogic", "Randomness", "TestSupport", "VerifierKit", "Verifiers", log], swiftSettings: strict),
  .testTarget(name: "ProofAssistantTests", dependencies: ["hone-verifier-proof-assistant", "hone-cell", "jail", "Randomness", "TestSupport", "VerifierKit", "Verifiers", log], swiftSettings: strict),
  .testTarget(name: "OpenAIGraderTests", dependencies: ["hone-verifier-openai-grader", "hone-cell", "jail", "Cells", "Randomness", "TestSupport", "VerifierKit", "Verifiers", log], swiftSettings: strict),
  .testTarget(name: "HouseTests", swiftSettings: strict),
  test("Policies", ["Settings", "Tensors", "TestPolicies", "Tokenizers", "Transformers"]),
  test("Training", ["Policies", "PolicyGradient", "Settings", "Tensors", "TestPolicies", "Transformers"], fixtures: true),
  test("Evaluation", ["Policies", "Rollouts", "Tasks", "VerifierKit", "Verifiers"], fixtures: true),
  test("Rollouts", ["Policies", "Settings", "Tasks", "TestPolicies", "VerifierKit", "Verifiers"]),
  test("Pipelines", ["Evaluation", "Registry", "Rollouts", "Settings", "Tasks", "Training", "VerifierKit", "hone", grdb]),
  test("Scheduling", ["Digests", "Provenance", "Randomness", "Registry", "Runs", "Settings", grdb], fixtures: true),
  test("Workbench", ["Provenance", "Rollouts", "Sandbox", "Tasks", "VerifierKit", "Verifiers", log]),
  test("Commands", ["hone", "Digests", "Evaluation", "PolicyGradient", "Provenance", "Runs", "Sandbox", "Settings", "Tasks", "VerifierKit", "Verifiers", "Workbench", arguments, subprocess]),
]

// A module imports only what stands on a lower floor; docs/ARCHITECTURE.md explains the house, and
// Tests/HouseTests holds it to the floors. One line a module.
let package = Package(
  name: "hone",
  products: [
    .executable(name: "hone", targets: ["hone"]),
    .library(name: "VerifierKit", targets: ["VerifierKit"]),
    .library(name: "HoneCell", type: .dynamic, targets: ["CCell"]),  // what a Python loads to make cells
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
    .package(url: "https://github.com/attaswift/BigInt", from: "6.0.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Floor 0: kernels, memory, and what knows nothing of models.
    c("CKernels", []),
    c("CFiles", []),
    module("Tensors", ["CKernels"]),
    c("CLimits", []),
    c("CDigests", []),
    module("Digests", ["CDigests"]),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CGit2", pkgConfig: "libgit2"),
    module("Gzip", ["CZlib"]),
    module("Randomness", []),
    module("Settings", [yams]),
    module("VerifierKit", []),
    module("PolicyGradient", []),
    module("PropositionalLogic", []),
    .target(name: "CSandbox"),
    .target(name: "CJail", linkerSettings: [.linkedLibrary("seccomp")]),
    .executableTarget(name: "jail", dependencies: ["CJail"]),
    .target(name: "CCell", dependencies: ["CJail"]),
    .executableTarget(name: "hone-cell", dependencies: ["CCell"]),
    // Floor 1: the parts.
    module("Transformers", ["Tensors"]),
    module("Tokenizers", []),
    module("FactTables", ["VerifierKit"]),
    module("Sandbox", ["CSandbox"]),
    module("Cells", ["CCell"]),
    module("Runs", ["Settings"]),
    module("Provenance", ["CGit2", "Digests"]),
    // Floor 2: files of models; tasks.
    module("Tasks", ["Digests", "FactTables", "Gzip", "PropositionalLogic", "Randomness", "Settings", "VerifierKit"]),
    module("ModelFiles", ["CFiles", "Tensors", "Transformers", "Tokenizers"]),
    module("Registry", ["Digests", "Runs", "Settings", "VerifierKit", grdb]),
    module("Measurements", ["Runs", "Settings"]),
    // Floor 3: what writes and what judges; neither sees the other.
    module("Policies", ["Digests", "Tensors", "Transformers", "Tokenizers", "ModelFiles", "Randomness", "Settings"]),
    module("Verifiers", ["Digests", "Sandbox", "Settings", "VerifierKit", log, yams]),
    module("Limits", ["CLimits", "Tensors"]),
    // Floor 4: problems become scored groups.
    module("Rollouts", ["Policies", "Randomness", "Sandbox", "Settings", "Tasks", "Tensors", "VerifierKit", "Verifiers"]),
    // Floor 5: scored groups become weights, and numbers.
    module("Training", ["ModelFiles", "PolicyGradient", "Policies", "Randomness", "Rollouts", "Settings", "Tensors", "Transformers", "VerifierKit"]),
    module("Evaluation", ["Policies", "Rollouts", "Settings", "Tasks", "Verifiers", "VerifierKit"]),
    .target(name: "Workbench", dependencies: ["Digests", "Provenance", "Randomness", "Rollouts", "Runs", "Sandbox", "Settings", "Tasks", "VerifierKit", "Verifiers", log], resources: [.embedInCode("Templates")], swiftSettings: strict),
    // Floor 6: a pipeline file becomes a recorded run.
    module("Pipelines", ["Digests", "Evaluation", "ModelFiles", "Policies", "PolicyGradient", "Provenance", "Randomness", "Registry", "Rollouts", "Runs", "Settings", "Sandbox", "Tasks", "Tensors", "Tokenizers", "Training", "Transformers", "VerifierKit", "Verifiers"]),
    module("Scheduling", ["Provenance", "Randomness", "Registry", "Runs", "Settings", grdb, subprocess, system]),
    // Floor 7: the command line.
    module("Commands", ["Digests", "Evaluation", "Measurements", "ModelFiles", "Pipelines", "Policies", "PolicyGradient", "Provenance", "Registry", "Rollouts", "Runs", "Sandbox", "Scheduling", "Settings", "Tasks", "Tokenizers", "Training", "Transformers", "VerifierKit", "Verifiers", "Workbench", arguments, log, subprocess, system]),
    .executableTarget(name: "hone", dependencies: ["Commands", "hone-cell", "hone-verifier-answer-format", "hone-verifier-arithmetic", "hone-verifier-code-runner", "hone-verifier-exact-text", "hone-verifier-fact-table", "hone-verifier-openai-grader", "hone-verifier-proof", "hone-verifier-proof-assistant", "jail", arguments], swiftSettings: strict),
    .executableTarget(name: "hone-benchmarks", dependencies: ["Limits", "Measurements", "Pipelines", "Policies", "PolicyGradient", "Provenance", "Randomness", "Registry", "Rollouts", "Runs", "Sandbox", "Tasks", "Tensors", "Tokenizers", "Training", "Transformers", "VerifierKit", "Verifiers", arguments, subprocess, system, "hone-cell", "hone-verifier-arithmetic", "hone-verifier-code-runner", "hone-verifier-fact-table", "hone-verifier-proof", "jail"], path: "Benchmarks", swiftSettings: strict),
    // The verifiers that come with the house: each its own process, each only on VerifierKit.
    .executableTarget(name: "hone-verifier-answer-format", dependencies: ["VerifierKit"], path: "verifiers/answer-format", exclude: ["verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-arithmetic", dependencies: ["VerifierKit", bigInt], path: "verifiers/arithmetic", exclude: ["verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-exact-text", dependencies: ["VerifierKit"], path: "verifiers/exact-text", exclude: ["verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-openai-grader", dependencies: ["Cells", "VerifierKit"], path: "verifiers/openai-grader", exclude: ["README.md", "verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-code-runner", dependencies: ["Cells", "VerifierKit", bigInt], path: "verifiers/code-runner", exclude: ["README.md", "verifier.yaml", "cases.jsonl", "python_host.py"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-fact-table", dependencies: ["FactTables", "VerifierKit", grdb], path: "verifiers/fact-table", exclude: ["README.md", "verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-proof", dependencies: ["PropositionalLogic", "VerifierKit"], path: "verifiers/proof", exclude: ["README.md", "verifier.yaml", "cases.jsonl"], swiftSettings: strict),
    .executableTarget(name: "hone-verifier-proof-assistant", dependencies: ["Cells", "VerifierKit"], path: "verifiers/proof-assistant", exclude: ["README.md", "verifier.yaml", "cases.jsonl"], swiftSettings: strict),
  ] + tests
)
