package import ArgumentParser
import Runs

/// The command line: one subcommand a file.
package struct HoneCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hone",
    abstract: "Sharpens a language model against what can be checked.",
    discussion: """
      A policy writes answers, verifiers score them, and the policy learns from the scores. Each
      stage of a pipeline is also a command of its own that reads and writes plain files.

        hone run pipelines/arithmetic-tiny.yaml       train an embedded policy from random weights
        hone ask --policy runs/arithmetic-tiny-1 "3+8+5+9+2="
      """,
    version: HoneVersion.current,
    subcommands: [RunCommand.self])

  package init() {}
}
