import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct DropoutTests {
  private let keys = (0..<200).map { UInt32($0) }

  private func ones(_ columns: Int) -> Matrix {
    Matrix([Float](repeating: 1, count: 200 * columns), rows: 200, columns: columns)
  }

  /// Of 200 x 99 values a share of `p` is dropped, give or take five deviations; the rest grows so
  /// that the mean stays.
  @Test(arguments: [0.1, 0.5, 0.9] as [Float])
  func `so many values are dropped, and the mean stays`(p: Float) {
    let x = ones(99)
    dropout(x, key: 7, rowKeys: keys, probability: p)
    let values = x.array
    let dropped = values.count { $0 == 0 }
    let deviation = (Double(values.count) * Double(p) * Double(1 - p)).squareRoot()
    #expect(abs(Double(dropped) - Double(values.count) * Double(p)) < 5 * deviation)
    #expect(values.allSatisfy { $0 == 0 || abs($0 - 1 / (1 - p)) < 1e-5 })
    // Neither a row nor a column is special.
    for row in 0..<200 {
      let count = x.rows(row..<row + 1).array.count { $0 == 0 }
      #expect(abs(Double(count) - 99 * Double(p)) < 6 * (99 * Double(p * (1 - p))).squareRoot())
    }
    for column in 0..<99 {
      let count = x.columns(column..<column + 1).array.count { $0 == 0 }
      #expect(abs(Double(count) - 200 * Double(p)) < 6 * (200 * Double(p * (1 - p))).squareRoot())
    }
  }

  @Test func `a mask follows from the key, the row's key and the column`() {
    func mask(_ key: UInt32, _ keys: [UInt32], columns: Int = 64) -> [Float] {
      let x = Matrix(
        [Float](repeating: 1, count: keys.count * columns), rows: keys.count, columns: columns)
      dropout(x, key: key, rowKeys: keys, probability: 0.5)
      return x.array
    }
    #expect(mask(1, [3, 4]) == mask(1, [3, 4]))
    #expect(mask(1, [3, 4]) == mask(1, [3]) + mask(1, [4]), "wherever the row stands")
    #expect(mask(1, [3]) != mask(2, [3]))
    #expect(mask(1, [3]) != mask(1, [4]))
    #expect(Array(mask(1, [3]).prefix(33)) == mask(1, [3], columns: 33))
  }

  @Test func `what is added is not dropped`() {
    let base = Matrix((0..<6400).map { Float($0) }, rows: 200, columns: 32)
    let (x, alone) = (ones(32), ones(32))
    dropout(x, adding: base, key: 9, rowKeys: keys, probability: 0.25)
    dropout(alone, key: 9, rowKeys: keys, probability: 0.25)
    #expect(x.array == zip(base.array, alone.array).map(+))
  }

  @Test func `a probability of 0 drops nothing`() {
    let x = ones(32)
    dropout(x, key: 9, rowKeys: keys, probability: 0)
    #expect(x.array.allSatisfy { $0 == 1 })
  }
}
