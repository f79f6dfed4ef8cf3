import Digests
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

  @Test func `asking for the digest leaves the hash open for more`() {
    var hash = SHA256()
    hash.update(Array("ab".utf8))
    let early = hash.hexadecimal
    hash.update(Array("c".utf8))
    #expect(early != hash.hexadecimal)
    #expect(hash.hexadecimal == SHA256.hexadecimal(of: Array("abc".utf8)))
  }
}
