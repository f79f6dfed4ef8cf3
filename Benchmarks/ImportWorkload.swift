import Foundation
import Tasks

extension Workloads {
  /// The training set of GSM8K, from its file to the folder of a task set.
  static func importGSM8K(repeats: Int) throws -> Measurement {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let file = root.deletingLastPathComponent()
      .appending(path: "shared/data/tasks/gsm8k/train.jsonl")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw Absent(
        description: "'import-gsm8k' needs \(file.path), which is not there")
    }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "hone-import-\(UUID().uuidString)")
    var seconds: [Double] = []
    for run in 0...repeats {
      let start = ContinuousClock.now
      let report = try ImportedTaskFolder(TaskImport(file), split: "train", folder: folder).write()
      let time = (ContinuousClock.now - start) / .seconds(1)
      precondition(
        report.placed == 7473 && report.unplacedCount == 0, "\(report.placed) rows are placed")
      try FileManager.default.removeItem(at: folder)
      if run > 0 { seconds.append(time) }  // the first one finds the file
    }
    return Measurement("GSM8K's 7473 training rows made a task set", unit: "s", values: seconds)
  }
}
