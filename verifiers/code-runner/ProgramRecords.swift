import VerifierKit

/// The records that a Python program's cell wrote, read strictly.
struct ProgramRecords {
  /// What one call came to.
  enum Answer {
    case value(TypedValue)
    /// It raised an exception of this type.
    case raised(String)
    /// It returned what is not plain data.
    case odd(type: String)
  }

  /// The program itself failed.
  struct Failure {
    let how: String
    let type: String

    /// What that means for the verdict; nil where an honest cell says nothing of the kind.
    var finding: Finding? {
      switch how {
      case "source": Finding(.runtimeError, "it is no program: \(type)")
      case "raised": Finding(.runtimeError, "it raised \(type)")
      case "memory": Finding(.memory, "it ran out of memory")
      case "processes": Finding(.processLimit, "it may not start as many processes or threads")
      case "files": Finding(.fileLimit, "its files are larger or more than the limit")
      case "missing": Finding(.noResult, "it has no function of the task's name")
      case "notCallable": Finding(.noResult, "what has the task's name is no function")
      case "arguments": Finding(.noResult, "the function does not take the arguments")
      case "output": Finding(.noResult, "its output was closed")
      case "exit": Finding(.noResult, "it left before it answered")
      default: nil
      }
    }
  }

  /// Records that no honest cell writes.
  struct Forged: Error {
    let problem: String
  }

  private(set) var answers: [Answer] = []
  private(set) var failure: Failure?

  /// Reads all records of a cell.
  ///
  /// - Parameters:
  ///   - bytes: What came.
  ///   - calls: How many answers there may be.
  ///   - isCut: Whether the cell was stopped, so that the last line may lack its end.
  /// - Throws: ``Forged`` at the first record that no honest cell writes.
  init(_ bytes: [UInt8], calls: Int, isCut: Bool) throws(Forged) {
    var start = 0
    while start < bytes.count {
      guard let end = bytes[start...].firstIndex(of: 0x0A) else {
        if isCut { return }
        throw Forged(problem: "a record does not end")
      }
      guard failure == nil else { throw Forged(problem: "a record follows the last one") }
      switch try Self.record(in: bytes, start..<end) {
      case .failure(let failure): self.failure = failure
      case .answer(let index, let answer):
        guard index == answers.count, index < calls else {
          throw Forged(problem: "a record is not the one whose turn it is")
        }
        answers.append(answer)
      }
      start = end + 1
    }
  }

  /// One record.
  enum Record {
    case answer(index: Int, Answer)
    case failure(Failure)
  }

  /// Reads one line.
  static func record(in bytes: [UInt8], _ line: Range<Int>) throws(Forged) -> Record {
    let members = try members(bytes, line)
    guard members.count == 2 else { throw Forged(problem: "a record has other keys") }
    if case .string(let how)? = members["failed"], case .string(let type)? = members["type"] {
      let failure = Failure(how: how, type: try name(type))
      guard failure.finding != nil else { throw Forged(problem: "an unknown failure") }
      return .failure(failure)
    }
    guard case .number(let number)? = members["index"], let index = Int(exactly: number) else {
      throw Forged(problem: "a record has no index")
    }
    if let value = members["value"] {
      do throws(TypedValue.Malformed) {
        return .answer(index: index, .value(try TypedValue(value)))
      } catch {
        throw Forged(problem: "a record's value is none: \(error.problem)")
      }
    }
    if case .string(let type)? = members["raised"] {
      return .answer(index: index, .raised(try name(type)))
    }
    guard case .string(let type)? = members["type"] else {
      throw Forged(problem: "a record has other keys")
    }
    return .answer(index: index, .odd(type: String(type.prefix(60))))
  }

  /// The members of a line's object.
  static func members(
    _ bytes: [UInt8], _ line: Range<Int>
  ) throws(Forged) -> [String: JSONValue] {
    let value: JSONValue
    do throws(JSONSyntaxError) {
      value = try JSONReader.value(in: bytes, line)
    } catch {
      throw Forged(problem: "a record is \(error)")
    }
    guard case .object(let members) = value else {
      throw Forged(problem: "a record is no object")
    }
    return members
  }

  /// A type's name, which goes into a reason: nothing else may get there through it.
  private static func name(_ text: String) throws(Forged) -> String {
    let isName =
      text.utf8.count <= 60
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar == "_" || scalar.properties.isAlphabetic
            || scalar.properties.numericType != nil)
      }
    guard isName else { throw Forged(problem: "a type's name is none") }
    return text
  }
}
