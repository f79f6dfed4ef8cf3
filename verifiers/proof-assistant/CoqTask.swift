/// A task whose answer is a proof script of a theorem in Coq.
///
/// Three files keep the answer from what judges it:
///
///     hone_preamble.v   the task's definitions
///     hone_proof.v      imports the preamble, states the theorem, and has the script
///     hone_check.v      imports the preamble alone, states the theorem again, takes the proof for it,
///                       and prints what it assumes
///
/// No notation, option or hint of the script reaches the third file, and nothing that the second one
/// prints is read.
struct CoqTask: Equatable {
  static let preambleName = "hone_preamble"
  static let proofName = "hone_proof"
  static let checkName = "hone_check"
  static let statementName = "hone_statement"

  /// The preamble as it is compiled, with every `Require Import` and `Import` an export.
  let preamble: String
  /// The statement, without comments.
  let statement: String
  /// Axioms that the proof may use, as `Print Assumptions` names them.
  let axioms: [String]

  /// - Throws: ``Unjudged`` where a text cannot be read, or the statement is more than one.
  init(preamble: String, theorem: String, axioms: [String]) throws(Unjudged) {
    let (preambleText, theoremText): (CoqText, CoqText)
    do throws(CoqText.Malformed) {
      (preambleText, theoremText) = (try CoqText(preamble), try CoqText(theorem))
    } catch {
      throw Unjudged("the task's text cannot be read: \(error)")
    }
    guard theoremText.sentences.isEmpty, !theoremText.rest.isEmpty else {
      throw Unjudged("the task's 'theorem' is a statement alone, without a name and a period")
    }
    guard preambleText.rest.isEmpty else {
      throw Unjudged("the task's 'preamble' does not end with a period")
    }
    self.preamble = preambleText.sentences.map { Self.exported($0) + ".\n" }.joined()
    statement = theoremText.text
    self.axioms = axioms
  }

  /// The file that says whether the statement is one.
  var statementFile: String {
    """
    Require Import \(Self.preambleName).
    Theorem \(Self.statementName) : (\(statement)).
    Abort.

    """
  }

  func proofFile(_ script: CoqScript) -> String {
    """
    Require Import \(Self.preambleName).
    Theorem hone_theorem : (\(statement)).
    \(script.text)

    """
  }

  var checkFile: String {
    """
    Require Import \(Self.preambleName).
    Require \(Self.proofName).
    Definition hone_checked : (\(statement)) := @\(Self.proofName).hone_theorem.
    Print Assumptions hone_checked.

    """
  }

  /// Why what `Print Assumptions` wrote is not acceptable; nil where it is.
  func objection(to output: String) -> Refusal? {
    let lines = output.split(separator: "\n")
    if lines == ["Closed under the global context"] { return nil }
    guard lines.first == "Axioms:", lines.count > 1 else {
      return Refusal("what the proof assumes could not be found out", message: output)
    }
    // An axiom's type may go on in lines that are indented.
    for line in lines.dropFirst() where line.first != " " {
      let name = line.prefix { $0 != " " }
      guard axioms.contains(String(name)),
        line.dropFirst(name.count).hasPrefix(" :")
          || line.count == name.count
      else {
        return Refusal("the proof rests on '\(line.shown(80))', which the task does not allow")
      }
    }
    return nil
  }

  /// A sentence of the preamble, so that what it imports is there for those who import it.
  private static func exported(_ sentence: ArraySlice<UInt8>) -> String {
    var words = String(decoding: sentence, as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).map(String.init)
    let place: Int? =
      switch words.first {
      case "Require", "Import": words.firstIndex(of: "Import")
      // From LIBRARY Require Import NAMES
      case "From": words.count > 3 && words[2] == "Require" && words[3] == "Import" ? 3 : nil
      default: nil
      }
    guard let place, place <= 3 else { return String(decoding: sentence, as: UTF8.self) }
    words[place] = "Export"
    return words.joined(separator: " ")
  }
}
