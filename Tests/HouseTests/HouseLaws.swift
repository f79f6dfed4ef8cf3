/// The laws of the house: each lists what breaks it, so that none means that it holds.
enum HouseLaws {
  /// Modules that come with Swift and the system.
  static let system: Set<String> = [
    "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "PackageDescription",
    "Synchronization", "Testing",
  ]

  /// Modules that may hold unsafe code and call C; VerifierKit for the pipes of a plugin, which it
  /// reads and writes by the system's own calls.
  static let unsafeModules: Set<String> = [
    "Cells", "Digests", "Gzip", "Limits", "ModelFiles", "Provenance", "Sandbox", "Tensors",
    "VerifierKit",
  ]

  /// What a verifier of the house may reach: the protocol, cells where it runs programs, and what
  /// task generators share with it, tables of facts and logic.
  static let forVerifiers: Set<String> = [
    "VerifierKit", "Cells", "CCell", "CJail", "FactTables", "PropositionalLogic",
  ]

  /// A module depends on lower floors only, and a program also on modules of its own floor.
  static func upwardDependencies(in house: House) -> [String] {
    house.modules.flatMap { module in
      module.dependencies.compactMap { house[$0] }
        .filter { $0.floor > module.floor || $0.floor == module.floor && !module.isProgram }
        .filter { $0.isSwift || module.floor > 0 }
        .map { "\(module.name) (floor \(module.floor)) → \($0.name) (floor \($0.floor))" }
    }
  }

  /// A file imports only what its module's line in the manifest names.
  static func undeclaredImports(in house: House) -> [String] {
    house.modules.flatMap { module in
      house.files(of: module).flatMap { file in
        file.imports.filter { !system.contains($0) && !module.dependencies.contains($0) }
          .map { "\(file.path) imports \($0)" }
      }
    }
  }

  /// Modules that must stay apart, however long the way.
  static func forbiddenReaches(in house: House) -> [String] {
    let ours = house.modules.map(\.name)
    let verifiers = ours.filter { $0.hasPrefix("hone_verifier_") }
    let apart =
      [("Verifiers", ["Policies"]), ("Training", ["Runs"]), ("PolicyGradient", ours)]
      + verifiers.map { ($0, ours.filter { !forVerifiers.contains($0) }) }
    return apart.flatMap { name, others in
      house.reach(of: name).intersection(others).sorted().map { "\(name) reaches \($0)" }
    }
  }

  /// Unsafe code, and modules in C, are for few.
  static func unsafeCode(in house: House) -> [String] {
    let inC = Set(house.modules.filter { !$0.isSwift }.map(\.name))
    return house.modules.filter { $0.isSwift && !unsafeModules.contains($0.name) }
      .flatMap { module in
        house.files(of: module).flatMap { file in
          file.imports.filter { inC.contains($0) }.map { "\(file.path) imports \($0)" }
            + file.places {
              $0.contains("nsafe") && $0.contains(/\bunsafe\b|\b[Uu]nsafe[A-Z]|\bwithUnsafe/)
            }
        }
      }
  }

  /// Only the module that others build on is public.
  static func publicCode(in house: House) -> [String] {
    house.files.filter { !$0.path.hasPrefix("Sources/VerifierKit/") }
      .flatMap { $0.places { $0.contains("public ") } }
  }

  /// What may stand nowhere, in comments neither.
  static func bannedWords(in house: House) -> [String] {
    // Put together here, since this file is read too.
    let words = [
      "try" + "!", "TO" + "DO", "FIX" + "ME", "fatal" + "Error(", "nonisolated" + "(unsafe)",
    ]
    return house.files.flatMap { file in
      file.lines.enumerated().flatMap { index, line in
        words.filter { line.contains($0) }.map { "\(file.path):\(index + 1) has \($0)" }
      }
    }
  }

  /// No deadline of the house counts the time in which the machine sleeps, and no timing does.
  static func sleepingClocks(in house: House) -> [String] {
    house.files.filter { $0.path.hasPrefix("Sources/") }.flatMap { file in
      file.places { $0.contains("ContinuousClock") }
    }
  }

  /// A promise that the compiler does not check has its proof on the line above.
  static func unprovenPromises(in house: House) -> [String] {
    house.files.flatMap { file in
      file.places { $0.contains("@unchecked") }.filter { place in
        guard let line = place.split(separator: ":").last.flatMap({ Int($0) }), line > 1 else {
          return true
        }
        return !file.lines[line - 2].contains("//")
      }
    }
  }

  /// Every folder of sources is a line of the manifest.
  static func strangers(in house: House) -> [String] {
    house.files.map(\.path).filter { path in
      !path.hasPrefix("Tests/") && !house.modules.contains { path.hasPrefix($0.folder + "/") }
    }
  }
}
