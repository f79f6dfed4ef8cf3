package import Runs

extension Pipeline {
  /// The settings that another pipeline has otherwise, by the paths that `--set` takes.
  ///
  /// - Parameter later: The other one; its values are those after.
  /// - Returns: The settings, by the order of their paths.
  /// - Throws: What stops a setting from being encoded.
  package func differences(to later: Pipeline) throws -> [FieldDifference] {
    try FieldDifference.all(ByName(pipeline: self), ByName(pipeline: later))
  }

  /// The settings with each stage under its name in place of a list.
  private struct ByName: Encodable {
    let pipeline: Pipeline

    private struct StageName: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }

      init(stringValue: String) { self.stringValue = stringValue }

      init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
      try pipeline.settings.encode(to: encoder)
      var stages = encoder.container(keyedBy: StageName.self)
      for stage in pipeline.stages {
        try stages.encode(
          AnySection(stage.settings.section), forKey: StageName(stringValue: stage.name))
      }
    }
  }
}
