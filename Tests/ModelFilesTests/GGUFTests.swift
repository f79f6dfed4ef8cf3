import Foundation
import Tensors
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import ModelFiles

@Suite struct GGUFTests {
  private func llama(seed: UInt64 = 1) -> (Parameters, GGUFBuilder) {
    let parameters = randomParameters(smallShapes[0], seed: seed)
    return (parameters, GGUFBuilder.model(parameters, architecture: "llama"))
  }

  @Test(arguments: zip([0, 2, 3], ["llama", "qwen2", "qwen3"]))
  func `weights come in Hugging Face's order`(index: Int, architecture: String) throws {
    var shape = smallShapes[index]
    shape.rotary.scaling = .none
    let parameters = randomParameters(shape, seed: 4)
    let builder = GGUFBuilder.model(parameters, architecture: architecture)
    let scratch = try Scratch()
    let model = try ModelFile.load(scratch.file("x.gguf", builder.data()))
    #expect(model.parameters.shape == shape)
    #expect(model.parameters.bits == parameters.bits)
    #expect(model.tokenizer == nil && model.template == nil)
  }

  @Test func `version 2 has the same layout`() throws {
    var (parameters, builder) = llama()
    builder.version = 2
    let scratch = try Scratch()
    let copy = try ModelFile.load(scratch.file("x.gguf", builder.data())).parameters
    #expect(copy.bits == parameters.bits)
  }

  @Test func `quantised rows are reordered too`() throws {
    let shape = TransformerShape(
      vocabularySize: 40, width: 32, blocks: 1, heads: 2, kvHeads: 1, headWidth: 16,
      feedForwardWidth: 64, maxPositions: 64)
    let parameters = Parameters(shape)
    var generator = SeededGenerator(state: 12)
    for index in 0..<parameters.values.count {
      parameters.values[index] = Float(Int.random(in: -127...127, using: &generator))
    }
    var builder = GGUFBuilder.model(parameters, architecture: "llama")
    // Whole numbers are exact in Q8_0 with the scale 1, and in half precision.
    for index in builder.tensors.indices {
      let isMatrix = builder.tensors[index].dimensions.count == 2
      let values = builder.tensors[index].bytes.floats
      builder.tensors[index].type = isMatrix ? 8 : 1
      builder.tensors[index].bytes =
        isMatrix
        ? Data(
          stride(from: 0, to: values.count, by: 32).flatMap { start in
            [0x00, 0x3C] + values[start..<start + 32].map { UInt8(bitPattern: Int8($0)) }
          })
        : Data(
          values.flatMap { value in
            let bits = Float16(value).bitPattern
            return [UInt8(bits & 255), UInt8(bits >> 8)]
          })
    }
    let scratch = try Scratch()
    let path = try scratch.file("x.gguf", builder.data())
    #expect(try ModelFile.inspect(path).types == ["Q8_0": 8, "F16": 3])
    #expect(try ModelFile.load(path).parameters.values.array == parameters.values.array)
  }

  @Test func `a head of its own is not tied`() throws {
    var shape = smallShapes[1]
    shape.rotary.scaling = .none
    let parameters = randomParameters(shape, seed: 5)
    let scratch = try Scratch()
    let data = GGUFBuilder.model(parameters, architecture: "llama").data()
    let copy = try ModelFile.load(scratch.file("x.gguf", data)).parameters
    #expect(!copy.shape.tiedHead && copy.bits == parameters.bits)
  }

  @Test func `Llama 3's factors are told from their values`() throws {
    var (_, builder) = llama()
    // Heads of width 4 have the pairs' wavelengths 2π and 2π·√base; base 1e8 puts the second
    // far beyond 8192, so that its factor is the whole one.
    builder.metadata[9].value = .float32(1e8)
    let factors = GGUFBuilder.Tensor(
      name: "rope_freqs.weight", dimensions: [2], bytes: GGUFBuilder.bytes([1, 32]))
    builder.tensors.append(factors)
    let scratch = try Scratch()
    let model = try ModelFile.load(scratch.file("x.gguf", builder.data()))
    #expect(
      model.parameters.shape.rotary.scaling
        == .llama3(factor: 32, lowFrequency: 1, highFrequency: 4, originalPositions: 8192))
    builder.tensors[builder.tensors.count - 1].bytes = GGUFBuilder.bytes([2, 32])
    let path = try scratch.file("y.gguf", builder.data())
    #expect(throws: ModelFileError.self) { try ModelFile.load(path) }
  }

  @Test func `a summary says what the file holds without its weights`() throws {
    let (parameters, builder) = llama()
    let scratch = try Scratch()
    let summary = try ModelFile.inspect(scratch.file("x.gguf", builder.data()))
    #expect(summary.format == .gguf && summary.shape == parameters.shape)
    #expect(summary.types == ["F32": parameters.table.entries.count])
    #expect(summary.parameterCount == parameters.table.count)
    #expect(summary.tokenizer == nil)
    #expect(summary.templateProblem?.contains("policy.template: chatML") == true)
  }

  // MARK: - Lies

  struct Lie: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let edit: @Sendable (inout GGUFBuilder) -> Void

    init(_ name: String, _ message: String, _ edit: @escaping @Sendable (inout GGUFBuilder) -> Void)
    {
      (testDescription, self.message, self.edit) = (name, message, edit)
    }
  }

  @Test(arguments: [
    Lie("version", "the version is 1") { $0.version = 1 },
    Lie("big-endian", "the version is 50331648") { $0.version = 0x0300_0000 },
    Lie("tensor count", "the number of tensors") { $0.tensorCount = .max },
    Lie("too few tensors", "overlap") { _ = $0.tensors[1].offset = 0 },
    Lie("metadata count", "the number of metadata values") { $0.metadataCount = 1 << 60 },
    Lie("one value too many", "x.gguf") { $0.metadataCount = UInt64($0.metadata.count + 1) },
    Lie("no dimensions", "number of dimensions") { $0.tensors[0].dimensions = [] },
    Lie("five dimensions", "not 5") { $0.tensors[0].dimensions = [8, 2, 2, 2, 2] },
    Lie("zero", "positive and countable") { $0.tensors[0].dimensions = [8, 0] },
    Lie("negative", "positive and countable") { $0.tensors[0].dimensions = [8, .max] },
    Lie("overflow", "positive and countable") { $0.tensors[0].dimensions = [1 << 40, 1 << 40] },
    Lie("bytes overflow", "innermost dimension") { $0.tensors[0].dimensions = [1 << 31, 1 << 31] },
    Lie("larger than the file", "needs") { $0.tensors[0].dimensions = [8, 1 << 32] },
    Lie("other shape", "has the shape [8, 7]") {
      $0.tensors[2].dimensions = [7, 8]
    },
    Lie("offset", "needs") { $0.tensors[0].offset = 1 << 62 },
    Lie("offset at the top", "needs") { $0.tensors[0].offset = .max - 31 },
    Lie("offset off its alignment", "a multiple of 32") { $0.tensors[0].offset = 8 },
    Lie("type", "type of 'token_embd.weight' is number 10") { $0.tensors[0].type = 10 },
    Lie("block", "a multiple of 32 for Q4_0") { $0.tensors[0].type = 2 },
    Lie("name twice", "listed twice") { $0.tensors[2].name = $0.tensors[1].name },
    Lie("name unknown", "'blk.0.attn_rot.weight' has no place") {
      $0.tensors[1].name = "blk.0.attn_rot.weight"
    },
    Lie("missing", "'model.norm.weight' is missing") {
      $0.tensors.removeAll { $0.name == "output_norm.weight" }
    },
    Lie("extra", "self_attn.q_proj.bias' has no place") {
      $0.tensors.append(
        GGUFBuilder.Tensor(name: "blk.0.attn_q.bias", dimensions: [8], bytes: Data(count: 32)))
    },
    Lie("alignment", "'general.alignment'") {
      $0.metadata.append(("general.alignment", .uint32(0)))
    },
    Lie("alignment 24", "'general.alignment'") {
      $0.metadata.append(("general.alignment", .uint32(24)))
    },
    Lie("key twice", "without a second") { $0.metadata.append($0.metadata[1]) },
    Lie("architecture", "is mamba") { $0.metadata[0].value = .string("mamba") },
    Lie("block count", "the number of blocks") { $0.metadata[1].value = .uint32(.max) },
    Lie("heads", "positive") { $0.metadata[5].value = .uint32(0) },
    Lie("kv heads", "divisor") { $0.metadata[6].value = .uint32(3) },
    Lie("heads a string", "'llama.attention.head_count'") { $0.metadata[5].value = .string("2") },
    Lie("heads by layer", "different from layer to layer") {
      $0.metadata[5].value = .int32s([2, 1])
    },
    Lie("experts", "llama.expert_count") { $0.metadata.append(("llama.expert_count", .uint32(8))) },
    Lie("rotary part", "llama.rope.dimension_count") {
      $0.metadata.append(("llama.rope.dimension_count", .uint32(2)))
    },
    Lie("yarn", "is yarn") { $0.metadata.append(("llama.rope.scaling.type", .string("yarn"))) },
    Lie("tokenizer", "is llama") { $0.metadata.append(("tokenizer.ggml.model", .string("llama"))) },
    Lie("pre-tokenizer", "'tokenizer.ggml.pre' is bloom") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("bloom")),
      ]
    },
    Lie("tokens", "'tokenizer.ggml.tokens'") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
      ]
    },
    Lie("types", "one a token, not 1") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
        ("tokenizer.ggml.tokens", .strings(["a", "b"])),
        ("tokenizer.ggml.token_type", .int32s([1])),
      ]
    },
    Lie("many tokens", "65 tokens, but the embedding only 64 rows") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
        ("tokenizer.ggml.tokens", .strings((0..<65).map { "t\($0)" })),
      ]
    },
    Lie("end of sequence", "not 64") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
        ("tokenizer.ggml.tokens", .strings(["a"])), ("tokenizer.ggml.eos_token_id", .uint32(64)),
      ]
    },
    Lie("merge", "'tokenizer.ggml.merges[0]'") {
      $0.metadata += [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
        ("tokenizer.ggml.tokens", .strings(["a"])), ("tokenizer.ggml.merges", .strings(["a"])),
      ]
    },
  ])
  func `each part that lies is named`(lie: Lie) throws {
    var (_, builder) = llama()
    lie.edit(&builder)
    let scratch = try Scratch()
    let path = try scratch.file("x.gguf", builder.data())
    let error = #expect(throws: ModelFileError.self) { try ModelFile.load(path) }
    #expect(
      error?.description.contains(lie.message) == true,
      "\(String(describing: error))")
  }

  @Test func `every shortened header is refused`() throws {
    let data = llama().1.data()
    let scratch = try Scratch()
    for length in stride(from: 0, to: data.count - 31, by: 37) {
      let path = try scratch.file("x.gguf", data.prefix(length))
      #expect(throws: ModelFileError.self, "\(length) bytes") { try ModelFile.load(path) }
    }
  }

  // MARK: - Vocabularies of llama.cpp

  @Test(
    .enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)),
    arguments: ["gpt-2", "starcoder", "refact"])
  func `llama.cpp's vocabularies give llama.cpp's ids`(name: String) throws {
    let file = SharedFiles.root.appending(
      path: "data/tokenizer/llama.cpp-vocab/ggml-vocab-\(name).gguf")
    let tokenizer = try #require(try GGUFTokenizer.read(GGUFFile(file.path)))
    let texts = try String(contentsOf: file.appendingPathExtension("inp"), encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOf: file.appendingPathExtension("out"), encoding: .utf8)
      .components(separatedBy: "\n")
    #expect(texts.count >= 46 && lines.count >= 46)
    for (text, line) in zip(texts, lines) {
      let ids = try tokenizer.encode(text)
      #expect(ids == line.split(separator: " ").compactMap { Int($0) }, "\(text.debugDescription)")
      #expect(tokenizer.decode(ids) == text)
    }
    let copy = try ByteLevelBPE(tokenizerJSON: tokenizer.tokenizerJSON())
    let all = texts.joined()
    #expect(try copy.encode(all) == tokenizer.encode(all))
  }
}

extension Data {
  /// The float32 values that the bytes are.
  fileprivate var floats: [Float] {
    stride(from: 0, to: count, by: 4).map { offset in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << (8 * $1) })
    }
  }
}
