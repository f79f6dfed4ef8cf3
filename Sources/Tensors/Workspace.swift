/// Memory that is used again from one pass to the next.
///
/// A matrix is valid until the same name is asked for again. Contents are whatever was there.
package final class Workspace {
  private var buffers: [String: FloatBuffer] = [:]

  package init() {}

  /// A matrix of the given shape under `name`, in memory that grows to the largest asked for.
  package func matrix(_ name: String, rows: Int, columns: Int) -> Matrix {
    let count = rows * columns
    if let buffer = buffers[name], buffer.count >= count {
      return Matrix(buffer, rows: rows, columns: columns)
    }
    buffers[name] = nil  // released before the larger one is made
    let buffer = FloatBuffer(count: count)
    buffers[name] = buffer
    return Matrix(buffer, rows: rows, columns: columns)
  }

  /// Gives all memory back.
  package func release() { buffers = [:] }
}
