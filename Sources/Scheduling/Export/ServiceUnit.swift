package import Foundation

/// The daemon as a service of systemd that belongs to a user.
package struct ServiceUnit: Sendable {
  /// The unit's name.
  package static let name = "hone-schedule.service"

  private let program: String
  private let arguments: [String]
  private let folder: String

  /// - Parameters:
  ///   - program: Hone's executable, as a whole path.
  ///   - arguments: Those of the daemon.
  ///   - folder: Where it works, as a whole path.
  package init(program: String, arguments: [String], folder: String) {
    (self.program, self.arguments, self.folder) = (program, arguments, folder)
  }

  /// Where the user's units are: below `XDG_CONFIG_HOME`, or else `~/.config`.
  package static func file(environment: [String: String], home: URL) -> URL {
    let given = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let base = given.map { URL(filePath: $0) } ?? home.appending(path: ".config")
    return base.appending(path: "systemd/user").appending(path: name)
  }

  /// The unit's file.
  ///
  /// A stop reaches the daemon alone (`KillMode=mixed`), which stops its jobs after a checkpoint;
  /// what is left after the grace is ended by force, and is resumed from its last checkpoint.
  package var text: String {
    """
    [Unit]
    Description=Hone: runs pipelines when their time has come
    Documentation=man:systemd.service(5)

    [Service]
    Type=exec
    ExecStart=\(Self.line([program] + arguments))
    ExecReload=/bin/kill -HUP $MAINPID
    WorkingDirectory=\(Self.escaped(folder))
    Restart=on-failure
    RestartSec=60
    KillMode=mixed
    TimeoutStopSec=900

    [Install]
    WantedBy=default.target

    """
  }

  // MARK: - Quoting

  /// Words as systemd reads them: in quotation marks, with `%` and `$` doubled.
  static func line(_ words: [String]) -> String {
    words.map { word in
      let escaped = escaped(word).replacing("$", with: "$$")
      let isPlain = !escaped.isEmpty && !escaped.contains { " \t\"'\\;".contains($0) }
      if isPlain { return escaped }
      let inner = escaped.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\"\(inner)\""
    }.joined(separator: " ")
  }

  /// A text without specifiers, on one line.
  static func escaped(_ text: String) -> String {
    text.replacing("%", with: "%%").replacing("\n", with: " ")
  }
}
