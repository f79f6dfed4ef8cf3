import Foundation
import TestSupport
import Testing

@testable import Verifiers

@Suite struct VerifierPinsTests {
  private let project: TemporaryFolder
  private var plugins: URL { project.url.appending(path: "verifiers") }
  private let pin = VerifierPin(
    url: "https://example.org/a.git", reference: "v1", kind: .tag, path: "units",
    commit: String(repeating: "12", count: 20), digest: String(repeating: "ab", count: 32))

  init() throws {
    project = try TemporaryFolder()
    try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
  }

  private func write(_ text: String) throws {
    try Data(text.utf8).write(to: VerifierPins.file(for: plugins))
  }

  @Test func `pins read back, and their bytes are sorted`() throws {
    var pins = VerifierPins()
    (pins.verifiers["units"], pins.verifiers["lengths"]) = (pin, pin)
    let data = try pins.data()
    try write(String(decoding: data, as: UTF8.self))
    #expect(try VerifierPins(for: plugins) == pins)
    let text = String(decoding: data, as: UTF8.self)
    let names = [#""format" : 1"#, #""lengths""#, #""commit""#, #""units""#, #""url""#]
    let places = names.compactMap { text.firstRange(of: $0)?.lowerBound }
    #expect(places.count == names.count)
    #expect(text.hasSuffix("}\n"))
  }

  @Test func `without a file nothing is pinned`() throws {
    #expect(try VerifierPins(for: plugins).verifiers.isEmpty)
    #expect(try VerifierPins.pin(of: plugins.appending(path: "units")) == nil)
  }

  @Test(arguments: [
    ("../units", "v1", "12"), ("units", "v1\u{1B}[31m", "12"), ("units", "\u{202E}v1", "12"),
    ("units", "v1", "zz"), ("units", "v1", "1"),
  ])
  func `pins that were not written by an installation are refused`(
    name: String, reference: String, digits: String
  ) throws {
    var pins = VerifierPins()
    var hostile = pin
    (hostile.reference, hostile.commit) = (reference, String(repeating: digits, count: 20))
    pins.verifiers[name] = hostile
    try write(String(decoding: try pins.data(), as: UTF8.self))
    #expect(throws: VerifierError.self) { try VerifierPins(for: plugins) }
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"format":2,"verifiers":{}}"#, #"{"format":1,"verifiers":{"a":{}}}"#,
    String(repeating: " ", count: 1 << 20) + "{}",
  ])
  func `a damaged file stops every verifier beside it`(text: String) throws {
    try write(text)
    let error = #expect(throws: VerifierError.self) { try VerifierPins(for: plugins) }
    #expect(error?.description.contains("verifiers.lock cannot be read") == true)
  }
}
