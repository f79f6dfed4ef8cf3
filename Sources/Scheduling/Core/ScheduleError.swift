/// A schedule or a job that cannot be: which part, its value, and what to write instead.
package enum ScheduleError: Error, Equatable, CustomStringConvertible {
  case unknownZone(name: String, nearest: String?)
  case notQuietHours(text: String)
  case notATime(option: String, text: String)
  case notASize(option: String, text: String)
  case invalid(key: String, value: String, rule: String)
  case exists(name: String)
  case unknown(name: String, nearest: String?)
  case unknownJob(id: Int)
  case notWaiting(id: Int, state: String)
  case unclosedQuote(text: String)
  case noRepository(folder: String)
  case outsideRepository(file: String, repository: String)
  case notInCommit(file: String, code: String)
  case noSuchCode(code: String, repository: String)
  case daemonAtWork(runs: String, processID: Int32?)

  package var description: String {
    switch self {
    case .unknownZone(let name, let nearest):
      """
      '\(name)' is no time zone that is known.\(nearest.map { " Did you mean '\($0)'?" } ?? "") \
      Name one as the tz database does: 'Europe/Paris', 'America/New_York', 'UTC'.
      """
    case .notQuietHours(let text):
      "'\(text)' are no quiet hours. Write two times of the day, like 08:00-18:00 or 22:30-06:00."
    case .notATime(let option, let text):
      "--\(option) is '\(text)', but is a time such as 90s, 15m, 6h or 1h30m, at most 365d."
    case .notASize(let option, let text):
      "--\(option) is '\(text)', but is a size such as 8GiB or 500MB."
    case .invalid(let key, let value, let rule):
      "'\(key)' is \(value), but \(rule)."
    case .exists(let name):
      """
      There is a schedule '\(name)' already. Remove it first (hone schedule remove \(name)), or \
      choose another name.
      """
    case .unknown(let name, let nearest):
      """
      There is no schedule '\(name)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "") See `hone \
      schedule list`.
      """
    case .unknownJob(let id): "There is no job \(id). See `hone queue list`."
    case .notWaiting(let id, let state):
      "Job \(id) is \(state) already, so there is nothing to cancel."
    case .unclosedQuote(let text):
      "'\(text)' has a quotation mark that is not closed. Close it, or write \\ before it."
    case .noRepository(let folder):
      """
      \(folder) lies in no git repository, so it has no commits and branches. Leave --at and --track \
      out, or change to a folder of a repository.
      """
    case .outsideRepository(let file, let repository):
      """
      '\(file)' lies outside of the repository \(repository), so no commit has it. Name a pipeline \
      of the repository, or leave --at and --track out.
      """
    case .notInCommit(let file, let code):
      "'\(file)' is not in \(code). Name a pipeline that was committed, or another commit."
    case .noSuchCode(let code, let repository): "\(repository) has no \(code)."
    case .daemonAtWork(let runs, let processID):
      """
      Another daemon has '\(runs)' already\(processID.map { ": process \($0)" } ?? ""). One is \
      enough: it sees what is added while it works.
      """
    }
  }
}
