import Foundation
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct RotaryTests {
  @Test func `frequencies are a geometric series`() {
    // 10000^(-2i/8) = 1, 10⁻¹, 10⁻², 10⁻³
    let frequencies = Rotary(base: 10000).frequencies(headWidth: 8)
    for (frequency, expected) in zip(frequencies, [1, 0.1, 0.01, 0.001]) {
      #expect(abs(frequency / expected - 1) < 1e-12)
    }
    #expect(frequencies.count == 4)
  }

  @Test func `a linear stretch divides every frequency`() {
    let plain = Rotary(base: 500).frequencies(headWidth: 6)
    let stretched = Rotary(base: 500, scaling: .linear(factor: 4)).frequencies(headWidth: 6)
    #expect(zip(plain, stretched).allSatisfy { abs($0 / $1 - 4) < 1e-12 })
  }

  @Test func `the stretch of Llama 3 keeps fast pairs and slows slow ones`() {
    // Base 10⁴, width 8: wavelengths 2π, 20π, 200π, 2000π = 6.28, 62.8, 628.3, 6283.2. With 1024
    // original positions, low 1 and high 4: those below 256 stay, those above 1024 are divided by
    // 8, and 628.3 is between: smooth = (1024/628.3 - 1) / (4 - 1) = 0.20991,
    // (1 - 0.20991) 0.01/8 + 0.20991 0.01 = 0.0030867.
    let frequencies = Rotary(
      base: 10000,
      scaling: .llama3(factor: 8, lowFrequency: 1, highFrequency: 4, originalPositions: 1024)
    ).frequencies(headWidth: 8)
    let smooth = (1024 / (200 * Double.pi) - 1) / 3
    let middle = (1 - smooth) * 0.01 / 8 + smooth * 0.01
    #expect(abs(middle - 0.0030867) < 1e-7)
    for (frequency, expected) in zip(frequencies, [1, 0.1, middle, 0.001 / 8]) {
      #expect(abs(frequency / expected - 1) < 1e-12)
    }
  }

  @Test func `positions beyond the first table turn by their own angle`() {
    // Logits of the last of 300 rows, once after a short pass that made a short table.
    let shape = TinyModel.families[0].shape
    var rows = PackedRows()
    _ = rows.append(prompt: (0..<300).map { Int32($0 % 11) })
    var short = PackedRows()
    _ = short.append(prompt: [1, 2])
    let parameters = TinyModel(testDescription: "", shape: shape).parameters()
    let (fresh, used) = (Transformer(parameters), Transformer(parameters))
    _ = used.forward(short)
    #expect(
      TokenHead(used).logits(used.forward(rows), rows: [299]).array
        == TokenHead(fresh).logits(fresh.forward(rows), rows: [299]).array)
  }
}
