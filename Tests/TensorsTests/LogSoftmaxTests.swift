import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct LogSoftmaxTests {
  /// Log-probabilities of one row and its entropy, in double precision.
  private func naive(_ row: [Float], temperature: Double) -> (logProbs: [Double], entropy: Double) {
    let scaled = row.map { Double($0) / temperature }
    let peak = scaled.max() ?? 0
    let logSum = log(scaled.reduce(0) { $0 + exp($1 - peak) }) + peak
    let logProbs = scaled.map { $0 - logSum }
    return (logProbs, -logProbs.reduce(0) { $0 + exp($1) * $1 })
  }

  private func random(_ count: Int, _ seed: UInt64, scale: Float = 6) -> [Float] {
    var numbers = TestNumbers(seed: seed)
    return numbers.floats(count, scale: scale)
  }

  /// Vocabularies beside multiples of 16, and one beyond the 4,096 that are summed at a time.
  @Test(arguments: [1, 2, 15, 16, 17, 64, 4097, 9001], [0.3, 1, 2.5])
  func `a log-probability and an entropy are those of the formula`(
    columns: Int, temperature: Double
  ) {
    let logits = random(3 * columns, UInt64(columns))
    let targets = [0, columns / 2, columns - 1].map { Int32($0) }
    let result = logSoftmax(
      Matrix(logits, rows: 3, columns: columns), targets: targets,
      temperature: Float(temperature))
    for row in 0..<3 {
      let exact = naive(
        Array(logits[row * columns..<(row + 1) * columns]), temperature: temperature)
      // A float32 quotient of 20 is known to 2e-6.
      #expect(abs(Double(result.logProbs[row]) - exact.logProbs[Int(targets[row])]) < 4e-6)
      #expect(abs(Double(result.entropies[row]) - exact.entropy) < 4e-6)
    }
  }

  @Test(
    arguments: [
      [0, 1e4, -1e4], [1e4, 1e4, 1e4], [-1e4, -1e4 + 1, -1e4 - 1], [88, 0, -88], [0, -103, 0],
      [1e30, -1e30, 0],
    ] as [[Float]])
  func `extreme logits overflow nothing`(row: [Float]) {
    for target in row.indices {
      let result = logSoftmax(
        Matrix(row, rows: 1, columns: 3), targets: [Int32(target)], temperature: 1)
      let exact = naive(row, temperature: 1)
      let error = abs(Double(result.logProbs[0]) - exact.logProbs[target])
      #expect(error <= 1e-6 * max(1, abs(exact.logProbs[target])))
      #expect(abs(Double(result.entropies[0]) - exact.entropy) < 1e-6)
    }
  }

  @Test func `a value that is no number is not hidden`() {
    for place in 0..<20 {
      var row = random(20, 3)
      row[place] = .nan
      let x = Matrix(row, rows: 1, columns: 20)
      #expect(logSoftmax(x, targets: [4], temperature: 1).logProbs[0].isNaN)
    }
  }

  @Test(arguments: [2, 17, 40], [0.5, 1, 3] as [Float])
  func `the gradient of log-probability and entropy is their difference quotient`(
    columns: Int, temperature: Float
  ) {
    let logits = random(2 * columns, 11, scale: 2)
    let targets = [1, Int32(columns - 1)]
    let (dLogProbs, dEntropies) = ([0.7, -1.3] as [Float], [0.4, 0.9] as [Float])
    let x = Matrix(logits, rows: 2, columns: columns)
    let result = logSoftmax(x, targets: targets, temperature: temperature)
    logSoftmaxBackward(
      x, targets: targets, temperature: temperature, result: result, dLogProbs: dLogProbs,
      dEntropies: dEntropies)
    expectGradient(
      x.array,
      of: { logits in
        (0..<2).reduce(0) { sum, row in
          let exact = naive(
            Array(logits[row * columns..<(row + 1) * columns]), temperature: Double(temperature))
          return sum + Double(dLogProbs[row]) * exact.logProbs[Int(targets[row])]
            + Double(dEntropies[row]) * exact.entropy
        }
      }, at: logits)
  }

  @Test func `a sure policy has hardly a gradient, however large its logits`() {
    // Probabilities are differences of numbers near 2,000, which float32 knows to 1.2e-4.
    let x = Matrix([900, 1000, 950], rows: 1, columns: 3)
    let result = logSoftmax(x, targets: [1], temperature: 0.5)
    logSoftmaxBackward(
      x, targets: [1], temperature: 0.5, result: result, dLogProbs: [1], dEntropies: [1])
    #expect(x.array.allSatisfy { abs($0) < 1e-3 })
  }

  @Test func `the reference's head has the same numbers`() throws {
    let golden = try GoldenNumbers.read().softmax_head
    let x = Matrix(golden.logits.flatMap(\.self), rows: 4, columns: 7)
    let result = logSoftmax(x, targets: golden.targets, temperature: golden.temperature)
    expectClose(result.logProbs, golden.logp, .elementwise)
    expectClose(result.entropies, golden.entropy, .elementwise)
    logSoftmaxBackward(
      x, targets: golden.targets, temperature: golden.temperature, result: result,
      dLogProbs: golden.dL_dlogp, dEntropies: golden.entropy_coef_per_row.map { -$0 })
    expectClose(x.array, golden.dL_dlogits.flatMap(\.self), .elementwise)
  }

  @Test func `a gradient of a target that is no token ends the process`() async {
    await #expect(processExitsWith: .failure) {
      let logits = Matrix(rows: 1, columns: 20)
      let result = logSoftmax(logits, targets: [3], temperature: 1)
      logSoftmaxBackward(
        logits, targets: [20], temperature: 1, result: result, dLogProbs: [1], dEntropies: [0])
    }
  }
}
