import Foundation
import Runs
import Testing

@Suite struct StableJSONTests {
  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try StableJSON.data(value), as: UTF8.self)
  }

  @Test func `keys are sorted by their characters`() throws {
    let keys = ["b": 1, "a10": 2, "a2": 3, "B": 4, "a": 5]
    #expect(try text(keys) == #"{"B":4,"a":5,"a10":2,"a2":3,"b":1}"#)
  }

  @Test func `a number has the shortest digits that read back to it`() throws {
    #expect(try text([0.1, 1.0 / 3, 1e-7, 3]) == "[0.1,0.3333333333333333,1e-07,3]")
    #expect(try text([Float(0.1), 1 / 3]) == "[0.1,0.33333334]")
    let number = Float(bitPattern: 0x3EAA_AAAB)
    #expect(try StableJSON.value([Float].self, from: StableJSON.data([number])) == [number])
  }

  @Test func `a number that JSON cannot write is kept as a word`() throws {
    #expect(try text([Double.infinity, -.infinity, .nan]) == #"["inf","-inf","nan"]"#)
    let back = try StableJSON.value([Float].self, from: Data(#"["inf","nan"]"#.utf8))
    #expect(back[0] == .infinity && back[1].isNaN)
  }

  @Test func `slashes stay as they are`() throws {
    #expect(try text(["a/b"]) == #"["a/b"]"#)
  }
}
