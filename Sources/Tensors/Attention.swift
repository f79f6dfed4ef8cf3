import CKernels

/// Rows that attend to themselves causally, and to all rows of a shared prefix.
package struct AttentionSegment: Equatable, Sendable {
  /// Its rows in the packed matrix.
  package let rows: Range<Int>
  /// The rows of the segment that it continues, or an empty range.
  package let prefix: Range<Int>

  package init(rows: Range<Int>, prefix: Range<Int> = 0..<0) {
    self.rows = rows
    self.prefix = prefix
  }

  var c: hone_segment {
    hone_segment(
      row: Int32(rows.lowerBound), count: Int32(rows.count), prefix_row: Int32(prefix.lowerBound),
      prefix_count: Int32(prefix.count))
  }
}

/// Grouped-query attention over packed segments.
///
/// `output = softmax(q kᵀ / sqrt(width)) v`, each key-value head shared by `heads / kvHeads` queries.
package struct SegmentedAttention {
  package let heads: Int
  package let kvHeads: Int
  package let width: Int

  package init(heads: Int, kvHeads: Int, width: Int) {
    precondition(heads % kvHeads == 0, "\(heads) heads share \(kvHeads) key-value heads")
    (self.heads, self.kvHeads, self.width) = (heads, kvHeads, width)
  }

  private var scale: Float { 1 / Float(width).squareRoot() }

  /// Attends within each segment.
  ///
  /// - Parameters:
  ///   - qkv: Queries, keys and values, `[rows, (heads + 2 * kvHeads) * width]`.
  ///   - segments: Which rows attend to which.
  ///   - output: `[rows, heads * width]`; overwritten.
  ///   - logSums: Log of the sum of exponentials of each row's scores, `[rows, heads]`; overwritten.
  package func forward(
    _ qkv: Matrix, segments: [AttentionSegment], into output: Matrix, logSums: Matrix
  ) {
    check(qkv, segments, output, logSums)
    let list = segments.map(\.c)
    unsafe list.withUnsafeBufferPointer { list in
      let call = unsafe hone_attention(
        qkv: qkv.base, output: output.base, log_sums: logSums.base, d_output: nil, d_qkv: nil,
        segments: list.baseAddress, heads: Int32(heads), kv_heads: Int32(kvHeads),
        width: Int32(width), stride: Int32(qkv.stride), scale: scale)
      inParallel(list.count * kvHeads) { tile in
        var call = unsafe call
        unsafe hone_attend(&call, Int32(tile / kvHeads), Int32(tile % kvHeads))
      }
    }
  }

  /// Propagates gradients through ``forward(_:segments:into:logSums:)``.
  ///
  /// - Parameters:
  ///   - dOutput: Gradient of the output, `[rows, heads * width]`.
  ///   - qkv: As in the forward pass.
  ///   - segments: As in the forward pass.
  ///   - groups: Ranges of `segments`: a prefix, then the segments that continue it.
  ///   - output: Of the forward pass.
  ///   - logSums: Of the forward pass.
  ///   - dQKV: Gradient of `qkv`; overwritten in the rows of the segments.
  package func backward(
    _ dOutput: Matrix, qkv: Matrix, segments: [AttentionSegment], groups: [Range<Int>],
    output: Matrix, logSums: Matrix, into dQKV: Matrix
  ) {
    check(qkv, segments, output, logSums)
    precondition(
      dQKV.rows == qkv.rows && dQKV.columns == qkv.columns && dQKV.stride == qkv.stride
        && dOutput.rows == output.rows && dOutput.columns == output.columns
        && dOutput.isContiguous)
    for group in groups {
      precondition(!group.isEmpty && group.upperBound <= segments.count)
      precondition(segments[group.lowerBound].prefix.isEmpty)
      precondition(
        group.dropFirst().allSatisfy { segments[$0].prefix == segments[group.lowerBound].rows })
    }
    let list = segments.map(\.c)
    unsafe list.withUnsafeBufferPointer { list in
      let call = unsafe hone_attention(
        qkv: qkv.base, output: output.base, log_sums: logSums.base, d_output: dOutput.base,
        d_qkv: dQKV.base, segments: list.baseAddress, heads: Int32(heads),
        kv_heads: Int32(kvHeads), width: Int32(width), stride: Int32(qkv.stride), scale: scale)
      inParallel(groups.count * kvHeads) { tile in
        var call = unsafe call
        let group = groups[tile / kvHeads]
        unsafe hone_attend_backward(
          &call, Int32(group.lowerBound), Int32(group.upperBound), Int32(tile % kvHeads))
      }
    }
  }

  /// Attends with one query a row, to cached keys and values: one step of decoding.
  ///
  /// - Parameters:
  ///   - query: `[rows, heads * width]`.
  ///   - prompts: Keys and values of prompts, `[any, 2 * kvHeads * width]`, keys first.
  ///   - promptRows: For each query its rows of `prompts`.
  ///   - completions: Keys and values of completions, like `prompts` and in the same precision.
  ///   - completionRows: For each query its rows of `completions`, its own included.
  ///   - output: `[rows, heads * width]`; overwritten.
  package func step(
    _ query: Matrix, prompts: CachedRows, promptRows: [Range<Int>], completions: CachedRows,
    completionRows: [Range<Int>], into output: Matrix
  ) {
    precondition(
      query.columns == heads * width && prompts.columns == 2 * kvHeads * width
        && completions.columns == prompts.columns && completions.precision == prompts.precision
        && output.rows == query.rows && output.columns == query.columns
        && promptRows.count == query.rows && completionRows.count == query.rows)
    for row in 0..<query.rows {
      precondition(promptRows[row].lowerBound >= 0 && promptRows[row].upperBound <= prompts.rows)
      precondition(
        completionRows[row].lowerBound >= 0 && completionRows[row].upperBound <= completions.rows)
      precondition(promptRows[row].count + completionRows[row].count > 0)
    }
    inParallel(query.rows) { row in
      var cached = unsafe hone_cached(
        prompt: prompts[promptRows[row].lowerBound],
        own: completions[completionRows[row].lowerBound],
        prompt_count: Int32(promptRows[row].count), own_count: Int32(completionRows[row].count),
        half: prompts.precision == .float16 ? 1 : 0)
      unsafe hone_attend_step(
        query.base + row * query.stride, &cached, Int32(heads), Int32(kvHeads), Int32(width),
        scale, output.base + row * output.stride)
    }
  }

  private func check(
    _ qkv: Matrix, _ segments: [AttentionSegment], _ output: Matrix, _ logSums: Matrix
  ) {
    precondition(
      qkv.columns == (heads + 2 * kvHeads) * width && output.rows == qkv.rows
        && output.columns == heads * width && output.isContiguous && logSums.rows == qkv.rows
        && logSums.columns == heads && logSums.isContiguous)
    for segment in segments {
      precondition(!segment.rows.isEmpty && segment.rows.lowerBound >= 0)
      precondition(segment.prefix.lowerBound >= 0)
      precondition(segment.rows.upperBound <= qkv.rows && segment.prefix.upperBound <= qkv.rows)
    }
  }
}
