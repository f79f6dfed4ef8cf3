package import Foundation

/// A model that lies beside a repository's files, and so in no checkout of them.
package enum ModelElsewhere {
  /// What must be set otherwise, so that a pipeline finds its model from another folder.
  ///
  /// - Parameters:
  ///   - pipeline: What is run.
  ///   - folder: Where it is run, such as a checkout.
  ///   - elsewhere: Where its model is looked for, if it is not there.
  /// - Returns: Overrides as for `--set`; none where nothing must be.
  package static func overrides(
    for pipeline: Pipeline, in folder: URL, else elsewhere: URL
  ) -> [String] {
    guard let path = pipeline.settings.policy.path, !path.hasPrefix("/"),
      !FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    else { return [] }
    let there = elsewhere.appending(path: path).standardizedFileURL.path
    return ["policy.path='\(there.replacing("'", with: "''"))'"]
  }
}
