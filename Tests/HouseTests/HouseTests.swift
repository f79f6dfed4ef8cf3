import Testing

@Suite struct HouseTests {
  /// A law, by what it says.
  struct Law: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let violations: @Sendable (House) -> [String]
    /// A file that breaks the law, in a house that is in order otherwise.
    let broken: House
  }

  /// The house of this checkout, read once.
  private static let ours = Result { try House() }

  private static let manifest = """
    let yams = Target.Dependency.product(name: "Yams", package: "Yams")
      targets: [
        // Floor 0: ground.
        c("CKernels", []),
        module("Tensors", ["CKernels"]),
        module("VerifierKit", []),
        module("PolicyGradient", []),
        // Floor 1: parts.
        module("Policies", ["Tensors", yams]),
        module("Runs", []),
        // Floor 2: judges.
        module("Verifiers", ["VerifierKit"]),
        .executableTarget(name: "hone-verifier-x", dependencies: ["VerifierKit"], path: "verifiers/x", swiftSettings: strict),
      ]
    """

  private static func house(
    _ path: String = "Sources/Policies/Policy.swift",
    _ text: String = "import Tensors\nimport Yams",
    replacing line: String = "", with other: String = ""
  ) -> House {
    House(
      manifest: line.isEmpty ? manifest : manifest.replacing(line, with: other),
      files: [House.File(path: path, text: text)])
  }

  static let laws: [Law] = [
    Law(
      testDescription: "dependencies go to lower floors",
      violations: HouseLaws.upwardDependencies,
      broken: house(
        replacing: #"module("Runs", [])"#, with: #"module("Runs", ["Policies"])"#)),
    Law(
      testDescription: "imports are declared",
      violations: HouseLaws.undeclaredImports,
      broken: house("Sources/Policies/Policy.swift", "package import VerifierKit")),
    Law(
      testDescription: "verdicts do not depend on who wrote the text",
      violations: HouseLaws.forbiddenReaches,
      broken: house(
        replacing: #"module("Verifiers", ["VerifierKit"])"#,
        with: #"module("Verifiers", ["Policies"])"#)),
    Law(
      testDescription: "formulas import nothing",
      violations: HouseLaws.forbiddenReaches,
      broken: house(
        replacing: #"module("PolicyGradient", [])"#,
        with: #"module("PolicyGradient", ["VerifierKit"])"#)),
    Law(
      testDescription: "a verifier stands on VerifierKit alone",
      violations: HouseLaws.forbiddenReaches,
      broken: house(
        replacing: #"dependencies: ["VerifierKit"], path"#,
        with: #"dependencies: ["Runs"], path"#)),
    Law(
      testDescription: "unsafe code has an address",
      violations: HouseLaws.unsafeCode,
      broken: house("Sources/Runs/Run.swift", "let x = unsafe base[0]")),
    Law(
      testDescription: "C is called from few modules",
      violations: HouseLaws.unsafeCode,
      broken: house("Sources/Runs/Run.swift", "import CKernels")),
    Law(
      testDescription: "only VerifierKit is public",
      violations: HouseLaws.publicCode,
      broken: house("Sources/Runs/Run.swift", "public struct Run {}")),
    Law(
      testDescription: "words that put a problem off are banned",
      violations: HouseLaws.bannedWords,
      broken: house("Sources/Runs/Run.swift", "// TO" + "DO: later")),
    Law(
      testDescription: "clocks stop while the machine sleeps",
      violations: HouseLaws.sleepingClocks,
      broken: house("Sources/Runs/Run.swift", "let start = ContinuousClock.now")),
    Law(
      testDescription: "an unchecked promise has its proof above",
      violations: HouseLaws.unprovenPromises,
      broken: house("Sources/Runs/Run.swift", "\nfinal class A: @unchecked Sendable {}")),
    Law(
      testDescription: "every source belongs to a module",
      violations: HouseLaws.strangers,
      broken: house("Sources/Elsewhere/Thing.swift", "")),
  ]

  @Test(arguments: laws)
  func `the house keeps its laws`(law: Law) throws {
    let violations = law.violations(try Self.ours.get())
    #expect(violations.isEmpty, "\(violations.joined(separator: "\n"))")
  }

  @Test(arguments: laws)
  func `a law sees what breaks it, and nothing else`(law: Law) {
    #expect(law.violations(law.broken).count == 1)
    #expect(law.violations(Self.house()) == [])
  }

  @Test func `the manifest is read line by line`() throws {
    let house = try Self.ours.get()
    #expect(house["Tensors"]?.floor == 0)
    #expect(house["Tensors"]?.dependencies == ["CKernels"])
    #expect(house["CKernels"]?.isSwift == false)
    #expect(house["Settings"]?.dependencies.contains("Yams") == true)
    #expect(house["hone_verifier_arithmetic"]?.folder == "verifiers/arithmetic")
    #expect(house.reach(of: "Pipelines").isSuperset(of: ["CKernels", "Policies", "Verifiers"]))
    #expect(house.files(of: try #require(house["Tasks"])).count > 5)
  }

  @Test func `words in strings and comments are no code`() {
    let file = House.File(
      path: "Sources/Runs/Run.swift",
      text: "let a = \"public \\\" \" // public \n/// unsafe\npackage import Tensors  // why")
    #expect(file.code == ["let a = \"\" ", "", "package import Tensors  "])
    #expect(file.imports == ["Tensors"])
  }
}
