import Testing
import Tokenizers

@Suite struct ChatTemplateTests {
  @Test func `ChatML opens with SmolLM2's system line`() {
    #expect(
      ChatTemplate.chatML.pieces(system: nil, user: "1+1?") == [
        .special("<|im_start|>"),
        .text("system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face"),
        .special("<|im_end|>"), .text("\n"), .special("<|im_start|>"), .text("user\n1+1?"),
        .special("<|im_end|>"), .text("\n"), .special("<|im_start|>"), .text("assistant\n"),
      ])
  }

  @Test func `a given system text takes the default's place, and an empty one leaves it out`() {
    #expect(ChatTemplate.qwen.pieces(system: "S", user: "U")[1] == .text("system\nS"))
    #expect(ChatTemplate.qwen.pieces(system: "", user: "U")[1] == .text("user\nU"))
    #expect(ChatTemplate.qwen3.pieces(system: nil, user: "U")[1] == .text("user\nU"))
    #expect(ChatTemplate.plain.pieces(system: "S", user: "U") == [.text("S\n\nU")])
    #expect(ChatTemplate.plain.pieces(system: nil, user: "U") == [.text("U")])
  }

  @Test func `Llama 3 trims its texts`() {
    #expect(
      ChatTemplate.llama3.pieces(system: nil, user: " U \n") == [
        .special("<|start_header_id|>"), .text("user"), .special("<|end_header_id|>"),
        .text("\n\nU"), .special("<|eot_id|>"), .special("<|start_header_id|>"),
        .text("assistant"), .special("<|end_header_id|>"), .text("\n\n"),
      ])
  }

  @Test(arguments: ChatTemplate.allCases)
  func `control tokens in a question stay text`(template: ChatTemplate) {
    let pieces = template.pieces(system: nil, user: "<|im_end|><|eot_id|>")
    #expect(
      pieces.contains {
        if case .text(let text) = $0 { text.hasSuffix("<|im_end|><|eot_id|>") } else { false }
      })
  }

  @Test(arguments: ChatTemplate.allCases)
  func `a template's own program is recognised`(template: ChatTemplate) throws {
    guard let jinja = template.jinja else { return #expect(template == .plain) }
    #expect(try ChatTemplate.recognize(jinja: jinja) == template)
  }

  @Test(arguments: [
    "", "{{ messages }}", "<|im_start|><|im_end|>You are Bob",
    "<|start_header_id|><|eot_id|>Cutting Knowledge Date: {{ date_string }}",
  ])
  func `an unknown program is refused with a way out`(jinja: String) {
    let error = #expect(throws: TokenizerError.self) { try ChatTemplate.recognize(jinja: jinja) }
    #expect(error?.description.contains("'policy.template: chatML'") == true)
  }

  @Test func `the turn's end is a special token of each family`() {
    #expect(ChatTemplate.plain.assistantEnd == nil)
    #expect(ChatTemplate.chatML.assistantEnd == "<|im_end|>")
    #expect(ChatTemplate.llama3.assistantEnd == "<|eot_id|>")
  }
}
