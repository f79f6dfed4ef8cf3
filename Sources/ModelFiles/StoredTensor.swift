import Tensors
import Transformers

/// A tensor in a file, under its Hugging Face name.
struct StoredTensor {
  let name: String
  /// Outermost first.
  let shape: [Int]
  let type: StoredNumbers
  let file: MappedFile
  /// Bytes in the file; exactly those of `shape`.
  let range: Range<Int>
  /// Width of the heads whose rows are in the interleaved rotary order: pair `i` is rows `2i` and
  /// `2i + 1` there, and rows `i` and `i + width / 2` in the half-split order of Hugging Face.
  var interleavedHeadWidth: Int?

  /// Turns the tensor into float32 values of `buffer`, from `offset` on, rows in half-split order.
  func read(into buffer: FloatBuffer, at offset: Int) {
    guard let headWidth = interleavedHeadWidth else {
      return file.withBytes(of: range) { bytes in
        type.read(bytes, into: buffer, at: offset, count: shape.reduce(1, *))
      }
    }
    let (rows, columns) = (shape[0], shape[1])
    for row in 0..<rows {
      let (head, position) = row.quotientAndRemainder(dividingBy: headWidth)
      let target = head * headWidth + position / 2 + position % 2 * (headWidth / 2)
      readRow(row, into: buffer, at: offset + target * columns)
    }
  }

  /// Turns one row of a matrix into float32 values.
  func readRow(_ row: Int, into buffer: FloatBuffer, at offset: Int) {
    let bytes = range.count / shape[0]
    let start = range.lowerBound + row * bytes
    file.withBytes(of: start..<start + bytes) { span in
      type.read(span, into: buffer, at: offset, count: shape[1])
    }
  }
}

/// The tensors of a model, checked against its shape.
struct StoredWeights {
  /// The file or folder, for messages.
  let path: String
  let shape: TransformerShape
  private let tensors: [String: StoredTensor]

  /// Checks that each parameter of `shape` has its tensor, and each tensor its parameter.
  ///
  /// - Throws: ``ModelFileError`` that names the tensor which is missing, extra, twice there, or of
  ///   another shape.
  init(
    _ list: [StoredTensor], shape: TransformerShape, path: String
  ) throws(ModelFileError) {
    var tensors: [String: StoredTensor] = [:]
    for tensor in list {
      guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
        throw ModelFileError(path, .duplicateTensor(tensor.name))
      }
    }
    let table = ParameterTable(shape)
    var expected = Dictionary(uniqueKeysWithValues: table.entries.map { ($0.name, $0.shape) })
    for entry in table.entries where tensors[entry.name] == nil {
      throw ModelFileError(path, .missingTensor(entry.name))
    }
    if shape.tiedHead { expected[Self.head] = [shape.vocabularySize, shape.width] }
    for tensor in list {
      guard let expected = expected[tensor.name] else {
        throw ModelFileError(path, .extraTensor(tensor.name))
      }
      guard tensor.shape == expected else {
        throw ModelFileError(
          path, .wrongShape(tensor: tensor.name, found: tensor.shape, expected: expected))
      }
    }
    (self.path, self.shape, self.tensors) = (path, shape, tensors)
  }

  /// Reads all values.
  ///
  /// - Throws: ``ModelFileError`` where a head beside a tied embedding is not its copy.
  func read() throws(ModelFileError) -> Parameters {
    let parameters = Parameters(shape)
    for entry in parameters.table.entries {
      tensors[entry.name]?.read(into: parameters.values, at: entry.offset)
    }
    if shape.tiedHead, let head = tensors[Self.head] {
      try check(head, against: parameters)
    }
    return parameters
  }

  /// Number of tensors by the name of their format.
  var types: [String: Int] {
    Dictionary(tensors.values.map { ($0.type.rawValue, 1) }, uniquingKeysWith: +)
  }

  private static let head = "lm_head.weight"

  private func check(_ head: StoredTensor, against parameters: Parameters) throws(ModelFileError) {
    guard let embedding = parameters.table["model.embed_tokens.weight"] else { return }
    let row = FloatBuffer(count: shape.width)
    for index in 0..<shape.vocabularySize {
      head.readRow(index, into: row, at: 0)
      let start = embedding.offset + index * shape.width
      let isEqual = row.withBytes(of: 0..<shape.width) { left in
        parameters.values.withBytes(of: start..<start + shape.width) { right in
          unsafe left.elementsEqual(right)
        }
      }
      guard isEqual else { throw ModelFileError(path, .untiedHead(tensor: Self.head)) }
    }
  }
}
