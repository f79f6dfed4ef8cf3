/// A proof script, from `Proof.` to `Qed.`, with tactics alone between them.
///
/// Commands of Coq begin with a capital letter or an attribute, and tactics do not. So nothing is
/// declared, assumed, required, redefined or switched off: what is not a tactic is refused before Coq
/// reads it.
struct CoqScript: Equatable {
  /// The script as Coq gets it.
  let text: String

  /// A script that nobody looked at: what judges it must hold against one, too.
  init(unchecked text: String) { self.text = text }

  /// Reads the script of an answer.
  ///
  /// - Throws: ``Refusal`` that names what does not belong there.
  init(_ answer: String) throws(Refusal) {
    let script: CoqText
    do throws(CoqText.Malformed) {
      script = try CoqText(answer)
    } catch {
      throw Refusal("the script cannot be read: \(error)")
    }
    if let odd = script.text.unicodeScalars.first(where: { !Self.isAllowed($0) }) {
      throw Refusal(
        "outside comments a script is of ASCII characters, not '\(String(odd).shown())'")
    }
    let heads = script.sentences.map(Self.withoutStructure)
    guard heads.first.map(Self.string) == "Proof" else {
      throw Refusal("a script begins with 'Proof.'")
    }
    for head in heads.dropFirst().dropLast() { try Self.checkTactic(head) }
    guard heads.count > 1, heads.last.map(Self.string) == "Qed" else {
      throw Refusal("a script ends with 'Qed.'")
    }
    guard script.rest.isEmpty else {
      throw Refusal("there is something after 'Qed.'")
    }
    for word in script.words.map(Self.string) {
      if let why = Self.refusedWords[word] { throw Refusal("'\(word)' \(why)") }
    }
    text = script.text
  }

  /// Words that are refused wherever they stand, outside comments and strings.
  private static let refusedWords: [String: String] = {
    let gap = "leaves a gap in the proof"
    return [
      "admit": gap, "give_up": gap, "Admitted": gap, "Abort": "gives the proof up",
      "sorry": "is not of this system, and leaves a gap", "Axiom": "adds what is not proved",
      "Conjecture": "adds what is not proved",
    ]
  }()

  /// What commands do for which there is a better word than that they are none of a script's.
  private static let commands: [String: String] = {
    let assumption = "adds what is not proved"
    let second = "begins another proof or definition"
    let reading = "reads another file"
    let switching = "changes how Coq reads or checks"
    var commands = ["Qed": "ends the proof before the script's end"]
    for (words, why) in [
      (
        "Axiom Axioms Parameter Parameters Hypothesis Hypotheses Variable Variables Conjecture "
          + "Context Declare Primitive", assumption
      ),
      ("Admitted Abort Defined Save", "ends the proof otherwise than with 'Qed.'"),
      (
        "Theorem Lemma Fact Remark Corollary Proposition Property Example Goal Definition Fixpoint "
          + "CoFixpoint Inductive CoInductive Record Structure Class Instance Program Let Function "
          + "Next Obligation Proof Scheme Equations Derive", second
      ),
      ("Require From Load Import Export Include Add", reading),
      (
        "Set Unset Local Global Polymorphic Monomorphic Notation Infix Reserved Open Close Delimit "
          + "Bind Arguments Coercion Canonical Opaque Transparent Strategy Ltac Tactic Hint Create "
          + "Remove Existing Implicit Generalizable Typeclasses Obligations", switching
      ),
      ("Section Module End", "opens or ends a part of the file"),
      (
        "Extraction Recursive Separate Redirect Drop Quit Back BackTo Undo Restart Reset Cd Time "
          + "Timeout Fail Succeed", "does something else than to prove"
      ),
      ("Check Print Search Eval Compute About Locate Show Test Info", "only asks"),
    ] {
      for word in words.split(separator: " ") { commands[String(word)] = why }
    }
    return commands
  }()

  /// Refuses a sentence that is no tactic.
  private static func checkTactic(_ sentence: ArraySlice<UInt8>) throws(Refusal) {
    guard let first = sentence.first else {
      throw Refusal("there is a sentence without a tactic")
    }
    switch first {
    case 0x61...0x7A, UInt8(ascii: "("), UInt8(ascii: "["): return
    case UInt8(ascii: "#"): throw Refusal("there is an attribute, '#['")
    default:
      let word = string(sentence.prefix(while: CoqText.isWord))
      if let why = commands[word] { throw Refusal("the command '\(word)' \(why)") }
      throw Refusal("'\(string(sentence).shown(40))' is no tactic")
    }
  }

  /// A sentence without the bullets, braces and selectors of goals before its tactic.
  private static func withoutStructure(_ sentence: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = sentence
    while let first = rest.first {
      if CoqText.isBlank(first) || "-+*{}".utf8.contains(first) {
        rest = rest.dropFirst()
      } else if let colon = endOfSelector(rest) {
        rest = rest[colon...].dropFirst()
      } else {
        break
      }
    }
    return rest
  }

  /// The colon of `2:`, `1-3, 5:`, `[name]:`, `all:`, `par:` or `!:` at the front.
  private static func endOfSelector(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      colon + 1 == bytes.endIndex
        || bytes[colon + 1] != UInt8(ascii: "=")
    else { return nil }
    let selector = string(bytes[..<colon]).filter { $0 != " " && $0 != "\n" && $0 != "\t" }
    if ["all", "par", "!"].contains(selector) { return colon }
    let isNumbers = selector.utf8.allSatisfy {
      (0x30...0x39).contains($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "-")
    }
    let inner = selector.dropFirst().dropLast()
    let isName =
      selector.first == "[" && selector.last == "]" && inner.utf8.allSatisfy(CoqText.isWord)
    return isNumbers || isName ? colon : nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    (0x20...0x7E).contains(scalar.value) || [0x09, 0x0A, 0x0D].contains(scalar.value)
  }

  private static func string(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
