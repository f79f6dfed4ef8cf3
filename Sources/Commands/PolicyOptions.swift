import ArgumentParser
import Foundation
import Pipelines
import Policies
import Tokenizers

/// Which policy a command works with.
struct PolicyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A model folder, a .gguf file, a run or its folder, a name such as champion, or 'tiny' or \
      'small'.
      """, valueName: "model"))
  var policy: String

  @Option(help: "The system text of every prompt. [default: what the model brings]")
  var system: String?

  @Option(help: "The frame of prompts. [default: the one that the model names]")
  var template: ChatTemplate?

  /// The policy, with all its weights.
  func load() throws -> Policy {
    try Policy.load(reference, template: template, system: system)
  }

  /// The embedded policy, the model or the run's folder that is named.
  var reference: String { get throws { try NamedPolicies(URL(filePath: "runs")).resolved(policy) } }

  /// Where its files lie, so that no output is written over them.
  var path: String { get throws { try Policy.modelPath(reference) } }
}

extension ChatTemplate: ExpressibleByArgument {}
