import Foundation
import Tensors
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import ModelFiles

@Suite struct ModelFolderTests {
  @Test(arguments: smallShapes)
  func `a folder reads back bit by bit, and writes the same again`(shape: TransformerShape) throws {
    let parameters = randomParameters(shape, seed: 7)
    let scratch = try Scratch()
    for name in ["a", "b"] {
      let source = name == "a" ? parameters : try ModelFile.load(scratch.url("a").path).parameters
      try ModelFolder.write(
        source, tokenizer: CharacterTokenizer.standard, template: .plain, to: scratch.url(name))
    }
    let copy = try ModelFile.load(scratch.url("b").path)
    #expect(copy.parameters.shape == shape)
    #expect(copy.parameters.bits == parameters.bits)
    #expect(copy.tokenizer?.endOfSequence == [63])
    for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      #expect(
        try Data(contentsOf: scratch.url("a/\(file)")) == Data(contentsOf: scratch.url("b/\(file)"))
      )
    }
    #expect(try scratch.names() == ["a", "b"])
  }

  @Test(arguments: ChatTemplate.allCases)
  func `a folder keeps its chat template`(template: ChatTemplate) throws {
    let scratch = try Scratch()
    try ModelFolder.write(
      Parameters(smallShapes[0]), tokenizer: CharacterTokenizer.standard, template: template,
      to: scratch.url("a"))
    let model = try ModelFile.load(scratch.url("a").path)
    #expect(model.template == (template == .plain ? nil : template))
    #expect(model.templateProblem == nil || template == .plain)
  }

  @Test func `an absent or unknown template is an error only when it is needed`() throws {
    let scratch = try Scratch()
    try ModelFolder.write(
      Parameters(smallShapes[0]), tokenizer: nil, template: nil, to: scratch.url("a"))
    let absent = try ModelFile.load(scratch.url("a").path)
    #expect(throws: ModelFileError(scratch.url("a").path, .noTemplate)) {
      try absent.requiredTemplate()
    }
    _ = try scratch.file("a/chat_template.jinja", Data("{{ strange }}".utf8))
    let unknown = try ModelFile.load(scratch.url("a").path)
    let error = #expect(throws: ModelFileError.self) { try unknown.requiredTemplate() }
    #expect(error?.description.contains("{{ strange }}") == true)
  }

  @Test func `extras lie beside the model and read back bit by bit`() throws {
    let scratch = try Scratch()
    let parameters = randomParameters(smallShapes[0], seed: 8)
    let moments = randomParameters(smallShapes[0], seed: 9)
    let columns = moments.matrix("model.embed_tokens.weight").columns(1..<4)
    try ModelFolder.write(
      parameters, tokenizer: nil, template: nil,
      extras: [
        .file("state.json", Data("{}".utf8)),
        .tensors(
          "optimizer.safetensors",
          [
            ("m", [64, 8], moments.matrix("model.embed_tokens.weight")),
            ("part", [64, 3], columns),
          ]),
      ], to: scratch.url("a"))
    #expect(try Data(contentsOf: scratch.url("a/state.json")) == Data("{}".utf8))
    let (m, part) = (Matrix(rows: 64, columns: 8), Matrix(rows: 64, columns: 5))
    let file = scratch.url("a/optimizer.safetensors")
    try ModelFolder.readTensors(file, into: [("m", m), ("part", part.columns(1..<4))])
    let expected = moments.matrix("model.embed_tokens.weight").array.map(\.bitPattern)
    #expect(m.array.map(\.bitPattern) == expected)
    #expect(part.columns(1..<4).array.map(\.bitPattern) == columns.array.map(\.bitPattern))
    #expect(part[0, 0] == 0 && part[63, 4] == 0)
    #expect(throws: ModelFileError(file.path, .missingTensor("n"))) {
      try ModelFolder.readTensors(file, into: [("m", m), ("n", m)])
    }
    #expect(throws: ModelFileError(file.path, .extraTensor("part"))) {
      try ModelFolder.readTensors(file, into: [("m", m)])
    }
    #expect(throws: ModelFileError.self) {
      try ModelFolder.readTensors(file, into: [("m", m.columns(0..<7)), ("part", part)])
    }
  }

  @Test func `an older model is replaced whole`() throws {
    let scratch = try Scratch()
    let (old, new) = (
      randomParameters(smallShapes[0], seed: 1), randomParameters(smallShapes[2], seed: 2)
    )
    try ModelFolder.write(
      old, tokenizer: nil, template: nil, extras: [.file("state.json", Data())],
      to: scratch.url("a"))
    try ModelFolder.write(new, tokenizer: nil, template: nil, to: scratch.url("a"))
    #expect(try ModelFile.load(scratch.url("a").path).parameters.bits == new.bits)
    #expect(!FileManager.default.fileExists(atPath: scratch.url("a/state.json").path))
    #expect(try scratch.names() == ["a"])
  }

  @Test func `a folder that is no model is not replaced`() throws {
    let scratch = try Scratch()
    _ = try scratch.file("precious.txt", Data("keep".utf8))
    #expect(throws: ModelFileError.self) {
      try ModelFolder.write(
        Parameters(smallShapes[0]), tokenizer: nil, template: nil, to: scratch.root)
    }
    #expect(try scratch.names() == ["precious.txt"])
  }

  @Test func `what a killed writer left is removed by the next`() throws {
    let scratch = try Scratch()
    // No process has a number beyond the kernel's limit of 2^22.
    let left = scratch.url(".a.partial-99999999")
    try FileManager.default.createDirectory(at: left, withIntermediateDirectories: false)
    try ModelFolder.write(
      Parameters(smallShapes[0]), tokenizer: nil, template: nil, to: scratch.url("a"))
    #expect(try scratch.names() == ["a"])
  }

  @Test func `a write that fails half-way leaves the old model whole`() async throws {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let old = randomParameters(smallShapes[0], seed: 1)
      try ModelFolder.write(old, tokenizer: nil, template: nil, to: scratch.url("a"))
      let before = try Data(contentsOf: scratch.url("a/model.safetensors"))
      // Files may grow to less than the weights need, as on a full disk.
      _ = signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: ModelFileError.self) {
        try ModelFolder.write(
          randomParameters(smallShapes[0], seed: 2), tokenizer: nil, template: nil,
          to: scratch.url("a"))
      }
      #expect(error?.description.contains("write failed: File too large") == true)
      #expect(try Data(contentsOf: scratch.url("a/model.safetensors")) == before)
      #expect(try ModelFile.load(scratch.url("a").path).parameters.bits == old.bits)
      #expect(try scratch.names() == ["a"])
    }
  }

  // MARK: - Folders of others

  @Test(
    .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)),
    arguments: ["llama-gqa-tied", "llama-untied", "qwen2-bias", "qwen3-qknorm"])
  func `Hugging Face's folders are read, and keep their bits`(name: String) throws {
    let source = SharedFiles.root.appending(path: "golden/models/\(name)")
    let model = try ModelFile.load(source.path)
    let scratch = try Scratch()
    try ModelFolder.write(model.parameters, tokenizer: nil, template: nil, to: scratch.url("a"))
    let copy = try ModelFile.load(scratch.url("a").path)
    #expect(copy.parameters.shape == model.parameters.shape)
    #expect(copy.parameters.bits == model.parameters.bits)
    let original = try SafetensorsFile(source.appending(path: "model.safetensors").path)
    let written = try SafetensorsFile(scratch.url("a/model.safetensors").path)
    for tensor in original.tensors {
      let twin = try #require(written.tensors.first { $0.name == tensor.name })
      #expect(
        twin.file.data(of: twin.range) == tensor.file.data(of: tensor.range), "\(tensor.name)")
    }
  }

  @Test func `a model in several files is one model`() throws {
    let scratch = try Scratch()
    let parameters = randomParameters(smallShapes[0], seed: 3)
    try ModelFolder.write(parameters, tokenizer: nil, template: nil, to: scratch.url("a"))
    let entries = parameters.table.entries
    var map: [OrderedJSON.Member] = []
    for (number, part) in [entries.prefix(5), entries.dropFirst(5)].enumerated() {
      let name = "model-0000\(number + 1)-of-00002.safetensors"
      let writer = try FileWriter(creating: scratch.url("a/\(name)").path)
      try SafetensorsWriter.write(
        part.map { ($0.name, $0.shape, parameters.matrix($0)) }, to: writer)
      map += part.map { OrderedJSON.Member($0.name, .string(name)) }
    }
    func load(_ map: [OrderedJSON.Member]) throws -> Parameters {
      _ = try scratch.file(
        "a/model.safetensors.index.json",
        OrderedJSON.object(["weight_map": .object(map)]).serialized())
      return try ModelFile.load(scratch.url("a").path).parameters
    }
    try FileManager.default.removeItem(at: scratch.url("a/model.safetensors"))
    #expect(try load(map).bits == parameters.bits)
    #expect(throws: ModelFileError.self) { try load(map.dropLast()) }
    #expect(throws: ModelFileError.self) { try load(map + [.init("more", map[0].value)]) }
    #expect(throws: ModelFileError.self) {
      try load([.init(map[0].key, .string("../a/model.safetensors"))] + map.dropFirst())
    }
  }

  @Test func `a head beside a tied embedding must be its copy`() throws {
    let scratch = try Scratch()
    let parameters = randomParameters(smallShapes[0], seed: 6)
    try ModelFolder.write(parameters, tokenizer: nil, template: nil, to: scratch.url("a"))
    let head = Matrix(parameters.matrix("model.embed_tokens.weight").array, rows: 64, columns: 8)
    func load() throws -> Parameters {
      let path = scratch.url("a/model.safetensors").path
      try FileManager.default.removeItem(atPath: path)
      var tensors = parameters.table.entries.map { ($0.name, $0.shape, parameters.matrix($0)) }
      tensors.append(("lm_head.weight", [64, 8], head))
      try SafetensorsWriter.write(tensors, to: FileWriter(creating: path))
      return try ModelFile.load(scratch.url("a").path).parameters
    }
    #expect(try load().bits == parameters.bits)
    head[63, 7] = 1 - head[63, 7]
    let error = #expect(throws: ModelFileError.self) { try load() }
    #expect(error?.problem == .untiedHead(tensor: "lm_head.weight"))
  }
}
