import FactTables
import Foundation
import TestSupport
import Testing
import VerifierKit

@testable import hone_verifier_fact_table

/// Tables and questions that others wrote.
@Suite(.enabled(if: SharedFiles.areHere, Comment(rawValue: SharedFiles.absence)))
struct SharedTableTests {
  private static let folder = SharedFiles.root.appending(path: "data/tasks/facts")

  private struct Question: Decodable {
    let qId: String
    let answers: [String]
    let qText: String

    var problem: Problem {
      Problem(
        id: qId, prompt: qText, metadata: ["answers": .array(answers.map(JSONValue.string))])
    }

    var forms: Set<String> { Set(answers.map { FoldedText($0).text }) }
  }

  private func questions(_ name: String) throws -> [Question] {
    try JSONDecoder().decode(
      [Question].self, from: Data(contentsOf: Self.folder.appending(path: name)))
  }

  @Test(arguments: [("devtest.json", 189), ("trainmodel.json", 2834)])
  func `answers of WebQuestions pass against themselves`(name: String, count: Int) throws {
    let questions = try questions(name)
    #expect(questions.count == count)
    let one = try FactTableVerifier(settings: [:])
    let all = try FactTableVerifier(settings: ["list": .string("all")])
    for question in questions {
      for answer in question.answers {
        let verdict = one.judge(question.problem, answer)
        #expect(verdict.outcome == .passed, "\(question.qText) \(answer): \(verdict.reason)")
      }
      // Two spellings of one value are one; a list says each once.
      var distinct: [String: String] = [:]
      for answer in question.answers { distinct[FoldedText(answer).text] = answer }
      let list = distinct.values.sorted().joined(separator: ", ")
      let verdict = all.judge(question.problem, list)
      #expect(verdict.outcome == .passed, "\(question.qText) \(list): \(verdict.reason)")
    }
  }

  @Test func `answers of WebQuestions fail when they are shuffled`() throws {
    let questions = try questions("devtest.json")
    let verifier = try FactTableVerifier(settings: [:])
    var (failed, equal) = (0, 0)
    for shift in stride(from: 1, to: questions.count, by: 8) {
      for (place, question) in questions.enumerated() {
        let other = questions[(place + shift) % questions.count]
        for answer in other.answers {
          if question.forms.contains(FoldedText(answer).text) {
            equal += 1
            continue
          }
          let verdict = verifier.judge(question.problem, answer)
          #expect(verdict.outcome == .wrong, "\(question.qText) \(answer)")
          failed += 1
        }
      }
    }
    #expect(failed > 9_000 && equal < failed / 50, "\(failed) failed, \(equal) were equal")
  }

  // MARK: - Tables

  @Test func `each disagreement about capitals is in the cases`() throws {
    struct Country: Decodable {
      let name: String
      let capital: String
    }
    struct File: Decodable { let countries: [Country] }
    let file = try JSONDecoder().decode(
      File.self,
      from: Data(contentsOf: Self.folder.appending(path: "corpora_countries_with_capitals.json")))
    var differing: Set<String> = []
    let rows = try rows("capitals").filter(\.asOf.isOpen)
    for country in file.countries {
      let name = FoldedText(country.name)
      let known = rows.filter { $0.keyForms.contains(name.text) }
      #expect(!known.isEmpty, "\(country.name)")
      let isSame =
        known.allSatisfy {
          FoldedText($0.value) == FoldedText(country.capital) && FoldedText($0.key) == name
        }
      if !isSame { differing.insert("corpora/\(country.name)") }
    }
    #expect(file.countries.count == 197)
    #expect(try differing.isSubset(of: explained()), "\(differing.sorted())")
    #expect(differing.count > 15)
    #expect(Set(rows.map(\.key)).count == 197)
  }

  @Test func `each disagreement about elements is in the cases`() throws {
    struct Element: Decodable {
      let atomic_number: Int
      let name: String
      let symbol: String
    }
    struct File: Decodable { let elements: [Element] }
    let file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: Self.folder.appending(path: "corpora_elements.json")))
    let rows = try rows("elements")
    var differing: Set<String> = []
    for element in file.elements {
      let key = try #require(
        rows.first { $0.relation == "number" && $0.value == "\(element.atomic_number)" }?.key)
      let symbol = try #require(rows.first { $0.relation == "symbol" && $0.key == key }?.value)
      if FoldedText(key) != FoldedText(element.name) || symbol != element.symbol {
        differing.insert("corpora/\(element.name)")
      }
    }
    #expect(file.elements.count == 118)
    #expect(try explained().isSuperset(of: differing))
    #expect(
      differing
        == ["corpora/Aluminum", "corpora/Cesium", "corpora/Wolfram", "corpora/Moscovium"])
  }

  private func explained() throws -> Set<String> {
    Set(try VerifierCase.all.get().map(\.problem.id).filter { $0.hasPrefix("corpora/") })
  }

  private func rows(_ task: String) throws -> [FactRow] {
    var rows: [FactRow] = []
    try FactTableFile(VerifierCase.root.appending(path: "tasks/\(task)/\(task).csv")).read {
      row, _ in
      rows.append(row)
    }
    return rows
  }
}
