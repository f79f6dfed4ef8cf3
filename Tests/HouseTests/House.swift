import Foundation

/// The modules of the package as its manifest lists them, and the Swift files that lie in them.
struct House {
  /// One target of the manifest.
  struct Module {
    let name: String
    let floor: Int
    /// Modules and products that it may import.
    let dependencies: [String]
    /// Where its files lie, from the root of the checkout.
    let folder: String
    /// Whether it is written in Swift; the others are C.
    let isSwift: Bool
    /// Whether it is a program, which stands on top of its own floor.
    let isProgram: Bool
  }

  /// A file of Swift.
  struct File {
    /// From the root of the checkout.
    let path: String
    let lines: [String]
    /// The lines without comments and without the text of strings, as far as one line tells.
    let code: [String]
    /// Names of the modules that the file imports.
    let imports: [String]

    init(path: String, text: String) {
      self.path = path
      lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      code = lines.map { Self.code(of: $0) }
      imports = code.filter { $0.contains("import ") }.compactMap { line in
        line.firstMatch(
          of: /^(?:@\w+ )?(?:\w+ )?import (?:struct |class |enum |protocol |func |let |var )?(\w+)/
        ).map { String($0.1) }
      }
    }
  }

  let modules: [Module]
  let files: [File]

  /// Reads the table of modules, which has a comment `// Floor N:` above those of each floor and
  /// one line a module.
  init(manifest: String, files: [File]) {
    var products: [String: String] = [:]
    var modules: [Module] = []
    var floor: Int?
    for line in manifest.split(separator: "\n") {
      if let match = line.firstMatch(of: /^let (\w+) = .*\.product\(name: "(\w+)"/) {
        products[String(match.1)] = String(match.2)
      }
      if let match = line.firstMatch(of: /\/\/ Floor (\d+):/) { floor = Int(match.1) }
      guard let floor,
        let match = line.firstMatch(of: /^    (\w+|\.\w+)\((?:name: )?"([\w-]+)"(.*)\),$/)
      else { continue }
      let (kind, name, rest) = (String(match.1), String(match.2), String(match.3))
      let listed = rest.firstMatch(of: /\[([^\]]*)\]/)?.1 ?? ""
      let path = rest.firstMatch(of: /path: "([^"]+)"/)?.1
      modules.append(
        Module(
          name: name.replacing("-", with: "_"), floor: floor,
          dependencies: listed.split(separator: ",").map { item in
            let word = item.trimmingCharacters(in: .whitespaces)
            return products[word] ?? word.trimmingCharacters(in: ["\""]).replacing("-", with: "_")
          },
          folder: path.map(String.init) ?? "Sources/\(name)",
          isSwift: kind == "module" || rest.contains("swiftSettings"),
          isProgram: kind == ".executableTarget"))
    }
    self.modules = modules
    self.files = files
  }

  /// The house of this checkout.
  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var files: [File] = []
    for folder in ["Sources", "Tests", "verifiers", "Benchmarks"] {
      let paths = try FileManager.default.subpathsOfDirectory(
        atPath: root.appending(path: folder).path)
      for path in paths.sorted() where path.hasSuffix(".swift") {
        let file = root.appending(path: folder).appending(path: path)
        files.append(
          File(path: "\(folder)/\(path)", text: try String(contentsOf: file, encoding: .utf8)))
      }
    }
    self.init(
      manifest: try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8),
      files: files)
  }

  /// The module of a name.
  subscript(name: String) -> Module? { modules.first { $0.name == name } }

  /// The files of a module.
  func files(of module: Module) -> [File] {
    files.filter { $0.path.hasPrefix(module.folder + "/") }
  }

  /// Modules of the house that a module reaches through any number of dependencies.
  func reach(of name: String) -> Set<String> {
    var reached: Set<String> = []
    var open = [name]
    while let next = open.popLast() {
      for dependency in self[next]?.dependencies ?? []
      where self[dependency] != nil && reached.insert(dependency).inserted {
        open.append(dependency)
      }
    }
    return reached
  }
}

extension House.File {
  /// What a line has beside comments and the text of strings.
  fileprivate static func code(of line: String) -> String {
    let (quote, slash, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "\\"))
    var kept: [UInt8] = []
    var (inString, escaped) = (false, false)
    for byte in line.utf8 {
      if inString, byte != quote || escaped {
        escaped = byte == backslash && !escaped
        continue
      }
      if byte == slash, kept.last == slash {
        kept.removeLast()
        break
      }
      if byte == quote { inString.toggle() }
      kept.append(byte)
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// The lines whose code matches, as `path:line`.
  func places(_ matches: (String) -> Bool) -> [String] {
    code.enumerated().filter { matches($1) }.map { "\(path):\($0.offset + 1)" }
  }
}
