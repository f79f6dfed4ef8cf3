import CDigests
import Digests
import Foundation
import Testing

@Suite struct SHA256Tests {
  // The examples of FIPS 180-2, appendix B, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `published examples hash to their published digests`(message: String, digest: String) {
    #expect(SHA256.hexadecimal(of: Array(message.utf8)) == digest)
  }

  @Test func `a message hashes the same in any pieces`() {
    let message = (0..<300).map { UInt8($0 % 251) }
    var hash = SHA256()
    for piece in [0..<1, 1..<64, 64..<65, 65..<193, 193..<300] {
      hash.update(Array(message[piece]))
    }
    #expect(hash.hexadecimal == SHA256.hexadecimal(of: message))
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func `the processor's instructions and the plain loop agree`(blocks: Int) {
    let bytes = (0..<blocks * 64).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 3) }
    var (fast, plain) = ([UInt32](1...8), [UInt32](1...8))
    unsafe hone_sha256(&fast, bytes, blocks)
    unsafe hone_sha256_portable(&plain, bytes, blocks)
    #expect(fast == plain && fast != [UInt32](1...8))
  }

  @Test func `a file hashes like its bytes`() throws {
    // The example of FIPS 180-2, appendix B.3: a million times the letter a.
    let file = FileManager.default.temporaryDirectory.appending(path: "hone-digest-\(UUID())")
    try Data(repeating: UInt8(ascii: "a"), count: 1_000_000).write(to: file)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
    #expect(
      try SHA256.hexadecimal(ofFile: file)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `asking for the digest leaves the hash open for more`() {
    var hash = SHA256()
    hash.update(Array("ab".utf8))
    let early = hash.hexadecimal
    hash.update(Array("c".utf8))
    #expect(early != hash.hexadecimal)
    #expect(hash.hexadecimal == SHA256.hexadecimal(of: Array("abc".utf8)))
  }
}
