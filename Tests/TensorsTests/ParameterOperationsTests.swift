import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ParameterOperationsTests {
  private func step(
    _ adamw: GoldenNumbers.AdamW, _ count: Int, decay: Float, scale: Float = 1
  ) -> AdamWStep {
    AdamWStep(
      rate: adamw.lr, decay: decay, beta1: adamw.betas[0], beta2: adamw.betas[1],
      epsilon: adamw.eps, step: count, gradientScale: scale)
  }

  @Test(arguments: [false, true])
  func `three steps of AdamW are the reference's`(decays: Bool) throws {
    let golden = try GoldenNumbers.read().adamw
    let parameters = FloatBuffer(golden.p0)
    let (means, squares) = (FloatBuffer(count: 4), FloatBuffer(count: 4))
    for (index, gradients) in golden.grads.enumerated() {
      // Gradients come ten times too large, with a scale that undoes it.
      step(golden, index + 1, decay: decays ? 0.1 : 0, scale: 0.1).apply(
        to: parameters, gradients: FloatBuffer(gradients.map { $0 * 10 }), means: means,
        squares: squares, range: 0..<4)
      expectClose(
        parameters.array, (decays ? golden.wd01 : golden.wd0)[index], .elementwise,
        "step \(index + 1)")
    }
  }

  @Test func `only the range is changed`() throws {
    let golden = try GoldenNumbers.read().adamw
    let buffers = (0..<4).map { _ in FloatBuffer([Float](repeating: 1, count: 50)) }
    step(golden, 1, decay: 0.5).apply(
      to: buffers[0], gradients: buffers[1], means: buffers[2], squares: buffers[3], range: 7..<31)
    for buffer in [buffers[0], buffers[2]] {
      for index in 0..<50 {
        #expect((buffer[index] != 1) == ((7..<31).contains(index) && buffer === buffers[0]))
      }
    }
    #expect(buffers[1].array.allSatisfy { $0 == 1 }, "gradients are read only")
  }

  @Test func `a parameter without gradient and moments shrinks by the decay alone`() throws {
    let parameters = FloatBuffer([2, -3])
    let zeros = FloatBuffer(count: 2)
    AdamWStep(
      rate: 0.25, decay: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, step: 1, gradientScale: 1
    ).apply(
      to: parameters, gradients: zeros, means: FloatBuffer(count: 2),
      squares: FloatBuffer(count: 2), range: 0..<2)
    #expect(parameters.array == [2 * 0.875, -3 * 0.875])
  }

  @Test(arguments: [0, 1, 15, 4097, 600_001])
  func `a sum of squares loses no digits`(count: Int) {
    var numbers = TestNumbers(seed: 1)
    let values = numbers.floats(min(count, 5000))
    let buffer = FloatBuffer(count: count)
    buffer.copy(from: FloatBuffer((0..<count).map { values[$0 % values.count] }))
    let exact = (0..<count).reduce(0.0) {
      $0 + Double(values[$1 % values.count]) * Double(values[$1 % values.count])
    }
    #expect(abs(buffer.sumOfSquares - exact) <= 1e-6 * exact)
  }

  @Test func `a sum of squares says what is not finite`() {
    for value in [Float.nan, .infinity, -.infinity] {
      let buffer = FloatBuffer(count: 5000)
      buffer[4321] = value
      #expect(!buffer.sumOfSquares.isFinite)
      buffer.clear()
      #expect(buffer.sumOfSquares == 0)
    }
  }
}
