import Testing
import VerifierKit

@testable import Tasks

@Suite struct PythonAssertionTests {
  /// The calls as JSON text; nil where the tests stay code.
  private func calls(_ source: String) -> String? {
    PythonAssertion.calls(in: source, of: "f").map { calls in
      var bytes: [UInt8] = []
      JSONWriter.append(.array(calls.map(JSONValue.object)), to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test(
    arguments: [
      ("assert f(1) == 2", #"[{"arguments":[{"i":"1"}],"expected":{"i":"2"}}]"#),
      ("assert 2 == f(1)", #"[{"arguments":[{"i":"1"}],"expected":{"i":"2"}}]"#),
      ("assert f() is None", #"[{"arguments":[],"comparison":"exact","expected":null}]"#),
      ("assert f('a')", #"[{"arguments":["a"],"truth":true}]"#),
      ("assert not f(\"a\")", #"[{"arguments":["a"],"truth":false}]"#),
      (
        "assert (f(1) == 2), 'message' + str(f(1))",
        #"[{"arguments":[{"i":"1"}],"expected":{"i":"2"}}]"#
      ),
      (
        "assert abs(f(1) - 0.5) < 1e-6",
        #"[{"arguments":[{"i":"1"}],"expected":{"f":"0.5"},"tolerance":1e-06}]"#
      ),
      ("assert f([1, -2.5, (3,), {'k': {4}}], *()) == 1", nil),
      (
        "assert f([1, -2.5, (3,), {'k': {4}}], True) == {}",
        #"[{"arguments":[[{"i":"1"},{"f":"-2.5"},{"t":[{"i":"3"}]},{"d":[["k",{"s":[{"i":"4"}]}]]}],true],"expected":{"d":[]}}]"#
      ),
      ("assert f(P(1, ')')) == 1", #"[{"arguments":[{"e":"P(1, ')')"}],"expected":{"i":"1"}}]"#),
      (
        "assert f(3 * 19, 'a' 'b') == (3 + 5, 2 ** 10, 1 / 4)",
        #"[{"arguments":[{"i":"57"},"ab"],"expected":{"t":[{"i":"8"},{"i":"1024"},{"f":"0.25"}]}}]"#
      ),
      (
        "  # why\n\n  assert f(1) == 1 # so\n  assert True\n  assert f(\n    2,\n  ) == 2",
        #"[{"arguments":[{"i":"1"}],"expected":{"i":"1"}},{"arguments":[{"i":"2"}],"expected":{"i":"2"}}]"#
      ),
      (
        #"assert f("\n\t\\\"\x41\u00e9\q") == '''a"b'''"#,
        #"[{"arguments":["\n\u0009\\\"Aé\\q"],"expected":"a\"b"}]"#
      ),
      (
        "assert f(123456789012345678901234567890) == 1_000",
        #"[{"arguments":[{"i":"123456789012345678901234567890"}],"expected":{"i":"1000"}}]"#
      ),
      // What stays code.
      ("x = 1\nassert f(x) == 1", nil), ("for i in [1]:\n  assert f(i) == 1", nil),
      ("assert f(1) == g(1)", nil), ("assert f(1) != 2", nil), ("assert f(1) in [1]", nil),
      ("assert f(1) == 1 and f(2) == 2", nil), ("assert f(1) is 5", nil), ("assert g(1) == 1", nil),
      ("assert f(1) == 1 if True else 2", nil), ("assert f(1) == 0x10", nil),
      ("assert f(k=1) == 1", nil),
      ("assert f(1) == 2 == 2", nil), ("assert tuple(f(1)) == (1,)", nil),
      ("assert f(1)[0] == 1", nil),
      ("assert f(1) == 07", nil), ("assert f(1) == 'unended", nil), ("assert True", nil), ("", nil),
      ("assert f(1) == 9999999999 * 9999999999", nil), ("assert f(1) == 1 / 0", nil),
    ])
  func `an assertion becomes data, or stays code`(source: String, expected: String?) {
    #expect(calls(source) == expected)
  }

  @Test func `brackets without end are refused rather than followed`() {
    #expect(calls("assert f(" + String(repeating: "[", count: 100_000)) == nil)
    #expect(calls("assert f(1) == " + String(repeating: "-", count: 100_000) + "1") == nil)
  }
}
