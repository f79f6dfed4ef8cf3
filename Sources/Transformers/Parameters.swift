package import Tensors

/// One value per parameter of a transformer: its weights, or their gradients.
package struct Parameters {
  package let shape: TransformerShape
  package let table: ParameterTable
  /// All values, laid out by `table`.
  package let values: FloatBuffer

  /// Zeros for `shape`.
  package init(_ shape: TransformerShape) {
    self.shape = shape
    table = ParameterTable(shape)
    values = FloatBuffer(count: table.count)
  }

  /// Zeros laid out like `other`, in memory from `pool`; those of `late` get theirs where they are
  /// written.
  init(zerosLike other: Parameters, from pool: MemoryPool, late: Range<Int> = 0..<0) {
    (shape, table) = (other.shape, other.table)
    values = FloatBuffer(zeros: other.values.count, from: pool, late: late)
  }

  /// The matrix (or, with one row, the vector) that `name` stands for.
  package func matrix(_ name: String) -> Matrix {
    guard let entry = table[name] else { preconditionFailure("no parameter named '\(name)'") }
    return matrix(entry)
  }

  /// The matrix (or, with one row, the vector) of an entry of the table.
  package func matrix(_ entry: ParameterEntry) -> Matrix {
    entry.shape.count == 2
      ? Matrix(values, offset: entry.offset, rows: entry.shape[0], columns: entry.shape[1])
      : Matrix(values, offset: entry.offset, rows: 1, columns: entry.count)
  }
}
