import GRDB

extension Ledger {
  /// How many rollouts each round has; evaluations have round 0.
  func rolloutCounts() throws -> [DeletionPlan.RoundPlace: Int] {
    let rows = try read { database in
      try Row.fetchAll(
        database, sql: "SELECT stage, round, count(*) FROM rollout GROUP BY stage, round")
    }
    var counts: [DeletionPlan.RoundPlace: Int] = [:]
    for row in rows {
      guard let stage = Int.fromDatabaseValue(row[0]), let round = Int.fromDatabaseValue(row[1])
      else { continue }
      counts[DeletionPlan.RoundPlace(stage: stage, round: round)] = Int.fromDatabaseValue(row[2])
    }
    return counts
  }

  /// Deletes the rollouts of rounds, and gives their pages back.
  func deleteRollouts(of places: [DeletionPlan.RoundPlace]) throws {
    try write { database in
      let statement = try database.cachedStatement(
        sql: "DELETE FROM rollout WHERE stage = ? AND round = ?")
      for place in places { try statement.execute(arguments: [place.stage, place.round]) }
    }
    try file.giveBack()
  }
}
