import CZlib

/// Decompresses gzip piece by piece, several members as one text.
///
/// The caller bounds what comes out: each piece of output is handed over before more is made.
///
/// - SeeAlso: RFC 1952.
package struct Gunzip: ~Copyable {
  /// The first bytes of every gzip member.
  package static let magic: [UInt8] = [0x1F, 0x8B]

  private static let pieceBytes = 1 << 16

  /// zlib keeps pointers to its own state, so that it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var piece = [UInt8](repeating: 0, count: pieceBytes)
  /// Whether a member has begun and not ended.
  private var isInMember = false

  /// - Throws: ``GzipError/outOfMemory``.
  package init() throws(GzipError) {
    stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits are the largest window; 16 more ask for the frame of gzip.
    let code = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .outOfMemory }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Takes compressed bytes, cut anywhere.
  ///
  /// - Parameters:
  ///   - bytes: What follows what was taken before.
  ///   - take: Gets what comes out, in pieces of at most 64 KiB.
  /// - Throws: ``GzipError/damaged(problem:)``, or what `take` throws.
  package mutating func append(
    _ bytes: [UInt8], to take: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    var taken = 0
    while taken < bytes.count {
      if !isInMember {
        guard unsafe inflateReset(stream) == Z_OK else { throw GzipError.outOfMemory }
        isInMember = true
      }
      let (code, used, made) = inflateOnce(bytes[taken...])
      taken += used
      if made > 0 { try take(piece[..<made]) }
      switch code {
      case Z_STREAM_END: isInMember = false
      case Z_OK: break
      case Z_BUF_ERROR:  // neither input was needed nor output possible
        guard used > 0 || made > 0 else { throw GzipError.damaged(problem: "it makes no progress") }
      case Z_MEM_ERROR: throw GzipError.outOfMemory
      default: throw GzipError.damaged(problem: problem)
      }
    }
    // Output may wait although all input is taken.
    while isInMember {
      let (code, _, made) = inflateOnce([])
      if made > 0 { try take(piece[..<made]) }
      if code == Z_STREAM_END { isInMember = false }
      guard code == Z_OK, made > 0 else { return }
    }
  }

  /// Ends the text.
  ///
  /// - Throws: ``GzipError/truncated`` inside a member.
  package consuming func finish() throws(GzipError) {
    guard !isInMember else { throw .truncated }
  }

  /// One call of zlib: its code, the bytes that it used, and those that it left in `piece`.
  private mutating func inflateOnce(
    _ bytes: ArraySlice<UInt8>
  ) -> (code: CInt, used: Int, made: Int) {
    let given = min(bytes.count, 1 << 30)
    let code = bytes.withUnsafeBufferPointer { input in
      piece.withUnsafeMutableBufferPointer { output in
        unsafe stream.pointee.next_in = input.baseAddress
        unsafe stream.pointee.avail_in = UInt32(given)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(Self.pieceBytes)
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    return unsafe (
      code, given - Int(stream.pointee.avail_in), Self.pieceBytes - Int(stream.pointee.avail_out)
    )
  }

  /// zlib's words for what is wrong.
  private var problem: String {
    unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "it is not gzip"
  }
}

/// Compressed bytes that cannot be read.
package enum GzipError: Error, Equatable, CustomStringConvertible {
  /// The bytes are not gzip, or were changed.
  case damaged(problem: String)
  /// The bytes end before the compressed text does.
  case truncated
  case outOfMemory

  package var description: String {
    switch self {
    case .damaged(let problem): "its gzip data are damaged: \(problem)"
    case .truncated: "its gzip data end too early"
    case .outOfMemory: "there is no memory to decompress it"
    }
  }
}
