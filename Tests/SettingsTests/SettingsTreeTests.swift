import Foundation
import Settings
import Testing

@Suite struct SettingsTreeTests {
  @Test(arguments: [
    ("a: 1\nb: 2\na: 3", "the key 'a' occurs twice (f.yaml, line 1)"),
    ("a: { b: 1, b: 2 }", "the key 'b' occurs twice"),
    ("a: 1\n'a': 2", "the key 'a' occurs twice"),
    ("", "this is empty (f.yaml, line 1)"),
    ("# nothing\n", "this is empty"),
    ("- a\n- b", "this is a list of 2 (f.yaml, line 1)"),
    ("hello", "this is 'hello' (f.yaml, line 1)"),
    ("a:\n\tb: 1", "not YAML (f.yaml, line 2): the line is indented with a tab"),
    ("a: [1,\nb: 2", "not YAML (f.yaml, line"),
    ("a: 1\n---\nb: 2", "not YAML (f.yaml, line 2): but found another document"),
    ("a: *nowhere", "found undefined alias"),
    ("? [a, b]\n: 1", "a key must be a single word"),
    ("a: \"\u{1}\"", "not YAML"),
  ])
  func `a document that is no settings file is an error with its line`(
    yaml: String, message: String
  ) {
    let error = #expect(throws: SettingsError.self) {
      try SettingsTree.parse(yaml, file: "f.yaml")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  /// Mappings of lists, each of which names the one before it `width` times.
  func bomb(levels: Int, width: Int) -> String {
    var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...levels {
      let aliases = [String](repeating: "*a\(level - 1)", count: width).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(aliases)]\n"
    }
    return yaml
  }

  @Test func `an anchor may be repeated`() throws {
    let tree = try SettingsTree.parse("a: &rate 3e-5\nb: *rate")
    #expect(tree["b"]?.text == "3e-5")
  }

  @Test func `anchors that multiply are refused`() {
    for yaml in [
      bomb(levels: 9, width: 9), bomb(levels: 30, width: 2),
      bomb(levels: 30, width: 2) + "? *a30\n: 1\n",
    ] {
      let error = #expect(throws: SettingsError.self) { try SettingsTree.parse(yaml) }
      #expect(error?.description.contains("repeated anchors") == true)
    }
    // As many as are allowed, where the parser compares them.
    let error = #expect(throws: SettingsError.self) {
      try SettingsTree.parse(bomb(levels: 8, width: 3) + "? *a8\n: 1\n? [*a8]\n: 2\n")
    }
    #expect(error?.description.contains("than 100000 values") == true)
  }

  @Test func `a few levels that multiply too much are refused by what they amount to`() {
    let list = [String](repeating: "x", count: 20_000).joined(separator: ", ")
    let error = #expect(throws: SettingsError.self) {
      try SettingsTree.parse("a: &a [\(list)]\nb: [*a, *a, *a, *a, *a, *a]")
    }
    #expect(error?.description.contains("more than 100000 values") == true)
  }

  @Test func `lists inside each other without end are refused`() {
    for depth in [70, 900, 100_000] {
      #expect(throws: SettingsError.self) {
        try SettingsTree.parse("a: " + String(repeating: "[", count: depth))
      }
      #expect(throws: SettingsError.self) {
        try SettingsTree.parse(
          "a: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth))
      }
    }
  }

  @Test func `a text longer than the limit is refused`() {
    let error = #expect(throws: SettingsError.self) {
      try SettingsTree.parse("a: " + String(repeating: "x", count: SettingsTree.maximumBytes))
    }
    #expect(error?.description.contains("more than 1048576 bytes") == true)
  }

  @Test func `a file is read with its name in errors`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
    let file = folder.appending(path: "run.yaml")
    try Data("seed: 3".utf8).write(to: file)
    #expect(try SettingsTree.read(file)["seed"]?.text == "3")
    try Data([0x61, 0x3A, 0xFF]).write(to: file)
    let notText = #expect(throws: SettingsError.self) { try SettingsTree.read(file) }
    #expect(notText?.description == "'\(file.path())' cannot be read: it is not UTF-8 text.")
    let absent = #expect(throws: SettingsError.self) {
      try SettingsTree.read(folder.appending(path: "absent.yaml"))
    }
    #expect(absent?.description.contains("absent.yaml' cannot be read") == true)
    #expect(throws: SettingsError.self) { try SettingsTree.read(folder) }
  }

  @Test func `a reader can take one entry out`() throws {
    let tree = try SettingsTree.parse("seed: 1\nstages: [a, b]")
    #expect(tree["stages"]?.elements.map(\.text) == ["a", "b"])
    #expect(tree.removing("stages").entries.map(\.name) == ["seed"])
  }
}
