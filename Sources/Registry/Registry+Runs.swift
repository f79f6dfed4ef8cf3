package import Foundation
import GRDB
import Runs

extension Registry {
  /// A folder that looks like a run, and why it is not listed.
  package struct Unlisted: Equatable, Sendable {
    package let name: String
    package let reason: String
  }

  /// Makes the rows of runs say what their folders say.
  ///
  /// Folders that are new, or whose `run.json` was written again, are read; a run whose folder is
  /// gone goes, unless another table refers to it: then it is kept as one that is not present.
  ///
  /// - Returns: Folders that could not be read.
  package func refresh() throws -> [Unlisted] {
    let names = try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
      .filter { !$0.hasPrefix(".") }
    let known = try read { database in
      try RunEntry.filter(sql: "isPresent").fetchAll(database)
    }
    let stamps = Dictionary(known.map { ($0.name, $0.stamp) }) { _, last in last }
    var unlisted: [Unlisted] = []
    var present: Set<String> = []
    for name in names {
      let folder = runs.appending(path: name)
      guard let stamp = RunFolder.stamp(of: folder) else { continue }
      present.insert(name)
      guard stamp != stamps[name] else { continue }
      do {
        try refresh(folder)
      } catch let error as RegistryError {
        throw error
      } catch {
        unlisted.append(Unlisted(name: name, reason: "\(error)"))
      }
    }
    for run in known where !present.contains(run.name) { try remove(run) }
    return unlisted
  }

  /// The row of one run, made anew where its `run.json` was written again.
  ///
  /// - Throws: As ``refresh(_:)``.
  package func current(_ folder: URL) throws -> RunEntry {
    if let known = try run(named: folder.lastPathComponent),
      known.stamp == RunFolder.stamp(of: folder)
    {
      return known
    }
    return try refresh(folder)
  }

  /// Makes the rows of one run say what its folder says, with the number that it has or a new one.
  ///
  /// - Throws: ``RunError`` or `SettingsError` where the folder is no run that can be read;
  ///   ``RegistryError``.
  @discardableResult
  package func refresh(_ folder: URL) throws -> RunEntry {
    let survey = try RunSurvey(folder)
    return try write { database in
      let before = try RunEntry.filter(sql: "name = ? AND isPresent", arguments: [survey.run.name])
        .fetchOne(database)
      var run = survey.run
      if let before, before.created == run.created {
        run.id = before.id
        try run.update(database)
        for table in ["stage", "checkpoint", "evaluation"] {
          try database.execute(sql: "DELETE FROM \(table) WHERE run = ?", arguments: [run.id])
        }
      } else {
        // Another run has the name now.
        if let before { try Self.remove(before, database) }
        try run.insert(database)
      }
      guard let id = run.id else { preconditionFailure("a row that was inserted has no number") }
      for var stage in survey.stages {
        stage.run = id
        try stage.insert(database)
      }
      for var checkpoint in survey.checkpoints {
        checkpoint.run = id
        try checkpoint.insert(database)
      }
      for var evaluation in survey.evaluations {
        evaluation.run = id
        try evaluation.insert(database)
      }
      return run
    }
  }

  /// Takes a run out whose folder is gone.
  package func remove(_ run: RunEntry) throws {
    try write { try Self.remove(run, $0) }
  }

  private static func remove(_ run: RunEntry, _ database: Database) throws {
    if try referringTables(to: run, database).isEmpty {
      _ = try run.delete(database)
    } else {
      try database.execute(
        sql: "UPDATE run SET isPresent = 0 WHERE id = ?", arguments: [run.id])
    }
  }

  // MARK: - Who needs a run

  /// The tables with rows that refer to a run and do not go with it: policies, jobs, promotions.
  package func referringTables(to run: RunEntry) throws -> [String] {
    try read { try Self.referringTables(to: run, $0) }
  }

  private static func referringTables(
    to run: RunEntry, _ database: Database
  ) throws -> [String] {
    let references = try Row.fetchAll(
      database,
      sql: """
        SELECT tables.name AS tableName, keys."from" AS columnName
        FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.type = 'table' AND keys."table" = 'run' AND keys.on_delete <> 'CASCADE'
        ORDER BY tables.name
        """)
    return try references.compactMap { row in
      let (table, column): (String, String) = (row["tableName"], row["columnName"])
      let found = try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM \(table.quotedDatabaseIdentifier)
            WHERE \(column.quotedDatabaseIdentifier) = ?)
          """, arguments: [run.id])
      return found == true ? table : nil
    }
  }
}
