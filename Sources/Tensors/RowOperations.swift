import CKernels

/// Normalises each row by its root mean square and scales it by a learned gain.
///
/// `y = x / sqrt(mean(x²) + epsilon) * gain`
///
/// - Parameters:
///   - x: Input, `[rows, heads * width]`; each of `heads` vectors is normalised by itself.
///   - gain: Learned scale, `[1, width]`.
///   - epsilon: Added to the mean square, so that a zero row stays finite.
///   - y: Output, like `x`; overwritten. May be `x`.
///   - inverse: `1 / sqrt(mean(x²) + epsilon)`, `[rows, heads]`; overwritten.
/// - SeeAlso: Zhang and Sennrich 2019, equation 4.
package func rmsNorm(
  _ x: Matrix, gain: Matrix, epsilon: Float, into y: Matrix, inverse: Matrix
) {
  let heads = inverse.columns
  precondition(
    x.columns == heads * gain.columns && y.rows == x.rows && y.columns == x.columns
      && inverse.rows == x.rows && inverse.isContiguous)
  forRows(x.rows, columns: x.columns) { range in
    let (x, y, inverse) = (x.rows(range), y.rows(range), inverse.rows(range))
    unsafe hone_norm(
      x.base, Int32(x.stride), gain.base, epsilon, Int32(x.rows), Int32(heads),
      Int32(gain.columns), y.base, Int32(y.stride), inverse.base)
  }
}

/// Propagates gradients through ``rmsNorm(_:gain:epsilon:into:inverse:)``.
///
/// - Parameters:
///   - dy: Gradient of the output, `[rows, heads * width]`.
///   - x: Input of the forward pass.
///   - gain: As in the forward pass.
///   - inverse: Of the forward pass.
///   - dx: Gradient of the input, accumulated; or `dy` itself, then overwritten.
///   - dGain: Gradient of the gain, `[1, width]`, accumulated.
///   - overwrite: Whether `dx` is overwritten.
package func rmsNormBackward(
  _ dy: Matrix, x: Matrix, gain: Matrix, inverse: Matrix, into dx: Matrix, dGain: Matrix,
  overwrite: Bool = false
) {
  let (heads, width) = (inverse.columns, gain.columns)
  precondition(
    x.columns == heads * width && dy.rows == x.rows && dy.columns == x.columns
      && dx.rows == x.rows && dx.columns == x.columns && dGain.columns == width
      && inverse.rows == x.rows && inverse.isContiguous)
  // Each tile sums its rows' share of the gain's gradient, and the shares are added in order.
  let size = max(1, 16384 / max(x.columns, 1))
  let shares = Matrix(rows: (x.rows + size - 1) / size, columns: width)
  inParallel(shares.rows) { tile in
    let range = tile * size..<min(x.rows, (tile + 1) * size)
    let (x, dy, dx, inverse) = (x.rows(range), dy.rows(range), dx.rows(range), inverse.rows(range))
    unsafe hone_norm_backward(
      x.base, Int32(x.stride), gain.base, inverse.base, dy.base, Int32(dy.stride), Int32(x.rows),
      Int32(heads), Int32(width), dx.base, Int32(dx.stride), shares.rows(tile..<tile + 1).base,
      overwrite ? 1 : 0)
  }
  sumRows(shares, into: dGain)
}

/// Adds the sums of the columns of `x` `[rows, width]` to `sums` `[1, width]`, in the rows' order.
package func sumRows(_ x: Matrix, into sums: Matrix) {
  precondition(sums.columns == x.columns)
  let size = 64
  inParallel((x.columns + size - 1) / size) { tile in
    let columns = tile * size..<min(x.columns, (tile + 1) * size)
    let (x, sums) = (x.columns(columns), sums.columns(columns))
    unsafe hone_sum_rows(x.base, Int32(x.stride), Int32(x.rows), Int32(x.columns), sums.base)
  }
}

/// Adds `bias` `[1, width]` to each row of `x`.
package func addRow(_ bias: Matrix, to x: Matrix) {
  precondition(bias.columns == x.columns)
  forRows(x.rows, columns: x.columns) { range in
    let x = x.rows(range)
    unsafe hone_add_rows(x.base, Int32(x.stride), bias.base, Int32(x.rows), Int32(x.columns))
  }
}

/// Turns each pair `(i, i + width / 2)` of each head by the angle of its row's position, in place.
///
/// - Parameters:
///   - x: `[rows, heads * width]`.
///   - positions: One a row, below `table.positions`.
///   - table: Cosines and sines.
///   - backward: Turns back, as gradients need.
/// - SeeAlso: Su 2021, section 3.4.2, in the half-split order of Hugging Face checkpoints.
package func rotate(
  _ x: Matrix, positions: [Int32], table: RotaryTable, backward: Bool = false
) {
  let width = table.halfWidth * 2
  precondition(positions.count == x.rows && x.columns % width == 0)
  precondition(positions.allSatisfy { $0 >= 0 && $0 < table.positions }, "a position is too large")
  unsafe positions.withUnsafeBufferPointer { positions in
    guard let first = positions.baseAddress else { return }
    forRows(x.rows, columns: x.columns) { range in
      let x = x.rows(range)
      unsafe hone_rotate(
        x.base, Int32(x.stride), first + range.lowerBound, table.cosines.base, table.sines.base,
        Int32(x.rows), Int32(x.columns / width), Int32(width), backward ? -1 : 1)
    }
  }
}

/// Cosines and sines of the rotary angles of each position.
package struct RotaryTable {
  let cosines: Matrix
  let sines: Matrix
  /// Positions `0..<positions` can be turned.
  package var positions: Int { cosines.rows }
  /// Pairs in a head.
  package var halfWidth: Int { cosines.columns }

  /// The table of `angle = position * frequency`, computed in double precision.
  package init(frequencies: [Double], positions: Int) {
    cosines = Matrix(rows: positions, columns: frequencies.count)
    sines = Matrix(rows: positions, columns: frequencies.count)
    for position in 0..<positions {
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(position) * frequency
        cosines[position, pair] = Float(cosine(angle))
        sines[position, pair] = Float(sine(angle))
      }
    }
  }
}

/// Writes `silu(gate) * up` into `y`.
///
/// - Parameters:
///   - gateUp: Gate and up side by side, `[rows, 2 * width]`.
///   - y: `[rows, width]`; overwritten.
/// - SeeAlso: Shazeer 2020 (SwiGLU), equation 6.
package func gatedUnit(_ gateUp: Matrix, into y: Matrix) {
  precondition(
    gateUp.columns == 2 * y.columns && gateUp.rows == y.rows && gateUp.isContiguous
      && y.isContiguous)
  forRows(y.rows, columns: 2 * y.columns) { range in
    unsafe hone_gate(
      gateUp.rows(range).base, Int32(range.count), Int32(y.columns), y.rows(range).base)
  }
}

/// Propagates gradients through ``gatedUnit(_:into:)``.
///
/// - Parameters:
///   - dy: Gradient of the output, `[rows, width]`.
///   - gateUp: Overwritten by its gradient.
///   - y: Overwritten by the output, made again.
package func gatedUnitBackward(_ dy: Matrix, gateUp: Matrix, output y: Matrix) {
  precondition(
    gateUp.columns == 2 * dy.columns && y.columns == dy.columns && gateUp.rows == dy.rows
      && y.rows == dy.rows && gateUp.isContiguous && dy.isContiguous && y.isContiguous)
  forRows(dy.rows, columns: 2 * dy.columns) { range in
    unsafe hone_gate_backward(
      gateUp.rows(range).base, dy.rows(range).base, Int32(range.count), Int32(dy.columns),
      y.rows(range).base)
  }
}

/// Copies row `indices[i]` of `table` to row `i` of `y`.
package func gather(_ indices: [Int32], of table: Matrix, into y: Matrix) {
  precondition(
    indices.count == y.rows && y.columns == table.columns && table.isContiguous && y.isContiguous)
  precondition(indices.allSatisfy { $0 >= 0 && $0 < table.rows }, "an index beyond \(table.rows)")
  unsafe indices.withUnsafeBufferPointer { indices in
    guard let first = indices.baseAddress else { return }
    forRows(y.rows, columns: y.columns) { range in
      unsafe hone_gather(
        table.base, Int32(table.columns), first + range.lowerBound, Int32(range.count),
        y.rows(range).base)
    }
  }
}

/// Adds row `i` of `dy` to row `indices[i]` of `dTable`, in order, however often an index occurs.
package func scatterAdd(_ dy: Matrix, to indices: [Int32], of dTable: Matrix) {
  precondition(
    indices.count == dy.rows && dy.columns == dTable.columns && dTable.isContiguous)
  precondition(indices.allSatisfy { $0 >= 0 && $0 < dTable.rows }, "an index beyond \(dTable.rows)")
  unsafe indices.withUnsafeBufferPointer { indices in
    guard let first = indices.baseAddress else { return }
    let size = 64
    inParallel((dy.columns + size - 1) / size) { tile in
      unsafe hone_scatter_add(
        dTable.base, Int32(dTable.columns), first, dy.base, Int32(dy.stride), Int32(dy.rows),
        Int32(tile * size), Int32(min(dy.columns, (tile + 1) * size)))
    }
  }
}

/// Copies `x` to `y`, of the same shape.
package func copy(_ x: Matrix, to y: Matrix) {
  precondition(x.rows == y.rows && x.columns == y.columns)
  forRows(x.rows, columns: x.columns) { range in
    for row in range {
      unsafe (y.base + row * y.stride).update(from: x.base + row * x.stride, count: x.columns)
    }
  }
}

/// Drops each value of `x` with probability `p`, scales the others by `1 / (1 - p)`, and adds `base`.
///
/// What is dropped follows from `key`, the row's own key and the column, so a mask does not depend
/// on how rows are packed, and the backward pass makes it again.
package func dropout(
  _ x: Matrix, adding base: Matrix? = nil, key: UInt32, rowKeys: [UInt32], probability: Float
) {
  precondition(rowKeys.count == x.rows && probability >= 0 && probability < 1)
  if let base { precondition(base.rows == x.rows && base.columns == x.columns) }
  forRows(x.rows, columns: x.columns) { range in
    for row in range {
      unsafe hone_dropout(
        x.base + row * x.stride, Int32(x.columns), base.map { $0.base + row * $0.stride }, key,
        rowKeys[row], probability)
    }
  }
}

/// Sets all values of `x` to zero.
package func clear(_ x: Matrix) {
  forRows(x.rows, columns: x.columns) { range in
    for row in range { unsafe (x.base + row * x.stride).update(repeating: 0, count: x.columns) }
  }
}
