import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import Tasks

/// Rows of each format as they are published, and what becomes of them.
@Suite struct ImportFormatTests {
  /// A row and the problem that it is.
  struct Case: CustomTestStringConvertible {
    let format: ImportFormat
    let row: String
    let prompt: String
    var answer: String?
    let verifier: String
    /// Members that the metadata must have, as JSON.
    var metadata = "{}"
    var id: String?
    var completion: String?

    var testDescription: String { "\(format.rawValue): \(row.prefix(60))" }
  }

  static let cases: [Case] = [
    Case(
      format: .gsm8k,
      row: #"{"question": "How many?", "answer": "2 * 3 = <<2*3=6>>6\n#### 1,006"}"#,
      prompt: "How many?", answer: "1,006", verifier: "arithmetic",
      completion: "2 * 3 = <<2*3=6>>6\n#### 1,006"),
    Case(
      format: .trl,
      row: #"{"prompt": [{"role": "user", "content": "1+1?"}], "solution": "$\\frac{1}{2}$"}"#,
      prompt: "1+1?", answer: #"\frac{1}{2}"#, verifier: "arithmetic"),
    Case(
      format: .trl,
      row: #"{"problem": "Find x.", "solution": "So \\boxed{42}.", "level": "Level 1"}"#,
      prompt: "Find x.", answer: "42", verifier: "arithmetic", completion: #"So \boxed{42}."#),
    Case(
      format: .trl, row: #"{"problem": "Capital of France?", "answer": "Paris", "source": "x"}"#,
      prompt: "Capital of France?", answer: "Paris", verifier: "exact-text",
      metadata: #"{"answerForm": "text"}"#),
    Case(
      format: .trl, row: #"{"target": 98, "nums": [44, 19, 35]}"#,
      prompt: """
        Using the numbers [44,19,35], create an equation that equals 98. Use each number once, and +, \
        -, * and /.
        """, verifier: "arithmetic", metadata: #"{"numbers": [44, 19, 35], "target": 98}"#),
    Case(
      format: .verl,
      row: #"""
        {"data_source": "openai/gsm8k", "prompt": [{"role": "system", "content": "Think."},
         {"role": "user", "content": "1+1?"}], "ability": "math",
         "reward_model": {"style": "rule", "ground_truth": "2"}, "extra_info": {"index": 0}}
        """#,
      prompt: "Think.\n\n1+1?", answer: "2", verifier: "arithmetic",
      metadata: #"{"family": "openai/gsm8k"}"#),
    Case(
      format: .verl,
      row: #"""
        {"data_source": "countdown", "prompt": [{"role": "user", "content": "Make 98."}],
         "reward_model": {"style": "rule", "ground_truth": {"target": 98, "numbers": [44, 19, 35]}}}
        """#,
      prompt: "Make 98.", verifier: "arithmetic",
      metadata: #"{"numbers": [44, 19, 35], "target": 98}"#),
    Case(
      format: .verl,
      row: #"""
        {"data_source": "codecontests", "prompt": [{"role": "user", "content": "Double."}],
         "reward_model": {"style": "rule",
          "ground_truth": "{\"inputs\": [\"2\\n\"], \"outputs\": [\"4\\n\"]}"}}
        """#,
      prompt: "Double.", verifier: "code-runner",
      metadata: #"""
        {"kind": "stdio", "language": "python", "cases": [{"input": "2\n", "output": "4\n"}]}
        """#),
    Case(
      format: .verl,
      row: #"""
        {"data_source": "taco", "prompt": "Double.", "reward_model": {"style": "rule", "ground_truth":
         "{\"fn_name\": \"twice\", \"inputs\": [[2], [{\"a\": 1.5}]], \"outputs\": [[4], [3]]}"}}
        """#,
      prompt: "Double.", verifier: "code-runner",
      metadata: #"""
        {"kind": "function", "entry": "twice", "comparison": "python", "calls": [
         {"arguments": [2], "expected": 4, "alternative": [4]},
         {"arguments": [{"d": [["a", {"f": "1.5"}]]}], "expected": 3, "alternative": [3]}]}
        """#),
    Case(
      format: .verl,
      row: #"""
        {"data_source": "taco", "prompt": "List.", "reward_model": {"style": "rule", "ground_truth":
         "{\"fn_name\": \"all\", \"inputs\": [[2], [3]], \"outputs\": [[4], [3, 5]]}"}}
        """#,
      prompt: "List.", verifier: "code-runner",
      metadata: #"""
        {"calls": [{"arguments": [2], "expected": [4]}, {"arguments": [3], "expected": [3, 5]}]}
        """#),
    Case(
      format: .openInstruct,
      row: #"""
        {"messages": [{"role": "user", "content": "1+1?"}], "ground_truth": "2", "dataset": "gsm8k"}
        """#,
      prompt: "1+1?", answer: "2", verifier: "arithmetic", metadata: #"{"family": "gsm8k"}"#),
    Case(
      format: .openInstruct,
      row: #"""
        {"messages": [{"role": "user", "content": "Add."}], "dataset": ["code"], "id": "c1",
         "ground_truth": ["[\"assert add(1, 2) == 3\", \"assert add([]) is None\"]"]}
        """#,
      prompt: "Add.", verifier: "code-runner",
      metadata: #"""
        {"kind": "function", "entry": "add", "calls": [
         {"arguments": [{"i": "1"}, {"i": "2"}], "expected": {"i": "3"}},
         {"arguments": [[]], "expected": null, "comparison": "exact"}]}
        """#, id: "c1"),
    Case(
      format: .openInstruct,
      row: #"""
        {"messages": [{"role": "user", "content": "Echo."}], "dataset": "code_stdio",
         "ground_truth": "[{\"input\": \"a\", \"output\": \"a\"}]"}
        """#,
      prompt: "Echo.", verifier: "code-runner",
      metadata: #"{"kind": "stdio", "cases": [{"input": "a", "output": "a"}]}"#),
    Case(
      format: .openInstruct,
      row: #"""
        {"id": "oss_1", "source": "oss", "question": "Sort.", "inferences": "[]",
         "test_cases": "[\"assert first([(1, 'a')]) == 'a'\", 'assert sorted(first([])) == []']"}
        """#,
      prompt: "Sort.", verifier: "code-runner",
      metadata: #"""
        {"kind": "tests", "entry": "first",
         "tests": ["", "assert first([(1, 'a')]) == 'a'\nassert sorted(first([])) == []"]}
        """#, id: "oss_1"),
    Case(
      format: .prime,
      row: #"""
        {"problem_id": "vfm_1", "task_type": "verifiable_math", "prompt": "1+1?",
         "verification_info": "{\"ground_truth\": \"2\"}", "metadata": "{}"}
        """#,
      prompt: "1+1?", answer: "2", verifier: "arithmetic",
      metadata: #"{"family": "verifiable_math"}"#, id: "vfm_1"),
    Case(
      format: .prime,
      row: #"""
        {"problem_id": 7, "task_type": "verifiable_code", "prompt": "Echo.", "verification_info":
         "{'language': 'python', 'test_cases': [{'type': 'stdin_stdout', 'input': 'a', 'output': 'a'}]}"}
        """#,
      prompt: "Echo.", verifier: "code-runner",
      metadata: #"{"kind": "stdio", "cases": [{"input": "a", "output": "a"}]}"#, id: "7"),
    Case(
      format: .prime,
      row: #"""
        {"prompt": [{"role": "user", "content": "1+1?"}], "answer": "2", "task": "gsm8k", "info": {}}
        """#,
      prompt: "1+1?", answer: "2", verifier: "arithmetic", metadata: #"{"family": "gsm8k"}"#),
    Case(
      format: .reasoningGym,
      row: #"""
        {"question": "4 + 3 =", "answer": "7", "metadata": {"source_dataset": "chain_sum",
         "numbers": [4, 3]}}
        """#,
      prompt: "4 + 3 =", answer: "7", verifier: "arithmetic", metadata: #"{"family": "chain_sum"}"#),
    Case(
      format: .reasoningGym,
      row: #"""
        {"question": "Make 9.", "answer": "4 + 5",
         "metadata": "{'source_dataset': 'countdown', 'numbers': [4, 5], 'target': 9}"}
        """#,
      prompt: "Make 9.", answer: "4 + 5", verifier: "arithmetic",
      metadata: #"{"family": "countdown", "numbers": [4, 5], "target": 9}"#),
    Case(
      format: .humanEval,
      row: #"""
        {"task_id": "test/0", "prompt": "def one():\n", "canonical_solution": "    return 1",
         "entry_point": "one", "test": "def check(candidate):\n    assert candidate() == 1\n"}
        """#,
      prompt: "def one():\n", verifier: "code-runner",
      metadata: #"""
        {"kind": "function", "entry": "one", "prefix": "def one():\n",
         "calls": [{"arguments": [], "expected": {"i": "1"}}]}
        """#, id: "test/0", completion: "    return 1"),
    Case(
      format: .mbpp,
      row: #"""
        {"task_id": 2, "prompt": "Write one.", "code": "def one(x):\n  return 1", "test_imports": [],
         "test_list": ["assert one(0) == 1", "assert one(2) == 1"]}
        """#,
      prompt: "Write one.\nYour code should pass this test:\nassert one(0) == 1\n",
      verifier: "code-runner",
      metadata: #"""
        {"kind": "function", "entry": "one", "calls": [
         {"arguments": [{"i": "0"}], "expected": {"i": "1"}, "visible": true},
         {"arguments": [{"i": "2"}], "expected": {"i": "1"}}]}
        """#, id: "mbpp-2", completion: "def one(x):\n  return 1"),
    Case(
      format: .hone,
      row:
        #"{"id": "a", "prompt": "Q", "answer": "x y", "metadata": {"verifier": "mine", "n": 1}}"#,
      prompt: "Q", answer: "x y", verifier: "mine", metadata: #"{"n": 1}"#, id: "a"),
    Case(
      format: .hone, row: #"{"prompt": "2+2=", "answer": "4"}"#, prompt: "2+2=", answer: "4",
      verifier: "arithmetic"),
  ]

  @Test(arguments: cases)
  func `a row is recognised, and goes to the verifier that can judge it`(_ one: Case) throws {
    let row = try importRow(one.row)
    #expect(ImportFormat(of: row) == one.format)
    let placed = try one.format.place(row, grader: nil)
    #expect(placed.prompt == one.prompt)
    #expect(placed.answer == one.answer)
    #expect(placed.verifier == one.verifier)
    #expect(placed.id == one.id)
    #expect(placed.completion == one.completion)
    for (name, value) in try importRow(one.metadata).members {
      #expect(placed.metadata[name] == value, "\(name)")
    }
  }

  /// Rows that no verifier can judge, and what is said.
  static let refused: [(ImportFormat, String, String)] = [
    (.gsm8k, #"{"question": "Q", "answer": "6"}"#, "no result behind '####'"),
    (.gsm8k, #####"{"answer": "#### 6"}"#####, "there is no 'question'"),
    (.gsm8k, #####"{"question": "Q", "answer": "#### six"}"#####, "no plain number or fraction"),
    (.trl, #"{"prompt": "Q"}"#, "there is no 'answer', 'solution' or 'ground_truth'"),
    (.trl, #"{"prompt": "Q", "answer": "x^2 + 1"}"#, "neither a number nor a few words"),
    (.trl, #"{"prompt": "Q", "answer": ["a", "b"]}"#, "'answer' is a list"),
    (.trl, #"{"prompt": "Q", "answer": 12345678901234567890}"#, "a number from 2^53 on"),
    (
      .verl,
      #"""
      {"data_source": "taco", "prompt": "Q", "reward_model": {"ground_truth":
       {"fn_name": "f", "inputs": [[9007199254740993]], "outputs": [[1]]}}}
      """#, "a number from 2^53 on"
    ),
    (
      .verl,
      #"""
      {"data_source": "taco", "prompt": "Q", "reward_model": {"ground_truth":
       "{'fn_name': 'f', 'inputs': [[1]], 'outputs': [[12345678901234567890123]]}"}}
      """#, "a number from 2^53 on"
    ),
    (.trl, #"{"prompt": "Q", "solution": "\\boxed{1"}"#, "the box of the reference does not end"),
    (.trl, #"{"prompt": "Q", "answer": "1", "images": ["x"]}"#, "the row has 'images'"),
    (.trl, #"{"prompt": "", "answer": "1"}"#, "'prompt' is empty"),
    (.trl, #"{"prompt": [], "answer": "1"}"#, "neither a text nor a list of messages"),
    (
      .trl, #"{"prompt": [{"role": "system", "content": "x"}], "answer": "1"}"#,
      "is not the user's"
    ),
    (
      .trl,
      #"""
      {"prompt": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"},
       {"role": "user", "content": "c"}], "answer": "1"}
      """#, "a conversation of several turns"
    ),
    (
      .trl, #"{"prompt": [{"role": "user", "content": [{"type": "image"}]}], "answer": "1"}"#,
      "parts that are no text"
    ),
    (
      .verl,
      #"{"data_source": "x", "prompt": "Q", "reward_model": {"style": "model", "ground_truth": "1"}}"#,
      "'reward_model.style' is 'model'"
    ),
    (
      .verl,
      #"{"data_source": "searchR1_nq", "prompt": "Q", "reward_model": {"ground_truth": "1"}}"#,
      "no verifier here judges rows of the data_source 'searchR1_nq'"
    ),
    (
      .verl, #"{"data_source": "math_dapo", "prompt": "Q", "reward_model": {"ground_truth": "x"}}"#,
      "no plain number"
    ),
    (
      .verl,
      #"{"data_source": "apps", "prompt": "Q", "reward_model": {"ground_truth": "import os"}}"#,
      "neither JSON nor a constant of Python"
    ),
    (
      .openInstruct,
      #"{"messages": [{"role": "user", "content": "Q"}], "ground_truth": "{}", "dataset": "ifeval"}"#,
      "the dataset 'ifeval': constraints of instructions"
    ),
    (
      .openInstruct,
      #"{"messages": [{"role": "user", "content": "Q"}], "ground_truth": "a", "dataset": ["a", "b"]}"#,
      "names several verifiers"
    ),
    (
      .openInstruct, #"{"question": "Q", "test_cases": ["assert 1 == 1"]}"#,
      "the tests call no common function"
    ),
    (
      .prime, #"{"prompt": "Q", "task_type": "llm_judgeable", "verification_info": "{}"}"#,
      "a model judges it"
    ),
    (.prime, #"{"prompt": "Q", "info": {}}"#, "neither an 'answer' nor a 'ground_truth'"),
    (
      .reasoningGym,
      #"{"question": "Q", "answer": "x", "metadata": {"source_dataset": "n_queens"}}"#,
      "the family 'n_queens': another board"
    ),
    (
      .reasoningGym, #"{"question": "Q", "answer": "x", "metadata": {"source_dataset": "golf"}}"#,
      "the family 'golf' is in no table of verifiers"
    ),
    (.openAI, #"{"messages": [{"role": "user", "content": "Q"}]}"#, "the row needs a grader"),
    (
      .mbpp, #"{"task_id": 1, "text": "Q", "code": "x = 1", "test_list": ["assert f(1)"]}"#,
      "'code' defines no function"
    ),
    (
      .humanEval,
      #"{"task_id": "a", "prompt": "p", "entry_point": "f", "test": "assert f() == 1"}"#,
      "'test' defines no 'check(candidate)'"
    ),
    (.hone, #"{"prompt": "Q"}"#, "neither an 'answer' nor a 'verifier'"),
    (.hone, #"{"prompt": "Q", "anwser": "1"}"#, "nothing reads the key 'anwser'"),
  ]

  @Test(arguments: refused)
  func `a row that no verifier judges says why`(
    format: ImportFormat, row: String, reason: String
  ) throws {
    let row = try importRow(row)
    let error = try #require(throws: Unplaced.self) { try format.place(row, grader: nil) }
    #expect(error.reason.contains(reason), "\(error)")
  }

  @Test func `the names that a source calls are found in one pass`() {
    #expect(
      CodeTests.calledNames(in: "assert f(x1, g_2 (3)) == (4) and 5(6) + a b(7)")
        == ["f", "g_2", "b"])
    let long = String(repeating: "a", count: 1 << 20)
    let seconds = processorSeconds { #expect(CodeTests.calledNames(in: long).isEmpty) }
    #expect(seconds < 5)
  }

  @Test func `what is shown of a row has no control characters, and an end`() {
    let unplaced = Unplaced("a\u{1B}[31m\u{202E}b", detail: String(repeating: "x", count: 500))
    #expect(unplaced.reason == "a\u{FFFD}[31m\u{FFFD}b")
    #expect(unplaced.detail == String(repeating: "x", count: 120) + "…")
  }

  @Test(arguments: [
    "18", "-3", "+5", "1,234", "3.50", "1e6", "50%", "$18", "\\$1,000", "3/4", "-3 / 4",
    "\\frac{3}{4}", "−2", "-\\dfrac{1}{2}",
  ])
  func `a number in its usual spellings is one`(text: String) {
    #expect(ReferenceAnswer.isNumber(text))
  }

  @Test(arguments: [
    "", "18 apples", "1,23", "x = 3", "1 2", "3/4/5", "\\sqrt{2}", "1..2", "٣", "2^10", "(1, 2)",
    String(repeating: "9", count: 500),
  ])
  func `what is more than a number, or less, is none`(text: String) {
    #expect(!ReferenceAnswer.isNumber(text))
  }
}

/// A row from its JSON.
func importRow(_ json: String) throws -> ImportRow {
  guard case .object(let members) = try JSONReader.value(in: json) else {
    throw Unplaced("the row is no JSON object")
  }
  return ImportRow(members)
}
