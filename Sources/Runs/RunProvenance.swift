/// What a run was made of, so that it can be explained and made again: a section of `run.json`.
///
/// A digest is SHA-256 in hexadecimal digits.
package struct RunProvenance: Codable, Equatable, Sendable {
  /// The file that keeps how the working tree differed from its commit.
  package static let patchFile = "provenance.patch"

  /// The repository that the run was started in.
  package struct Code: Codable, Equatable, Sendable {
    /// The address of its remote `origin`, without credentials; nil without one.
    package let remote: String?
    /// The folder that the run was started in, from the root of the working tree; `.` for the root.
    package let folder: String
    /// 40 hexadecimal digits; nil before the first commit.
    package let commit: String?
    /// nil where a commit alone was checked out.
    package let branch: String?
    /// Whether the working tree differed from the commit; nil where that could not be told.
    package let isDirty: Bool?
    /// The files that differed, the first 1,000.
    package let changedFiles: [String]
    /// How many differed.
    package let changedFileCount: Int
    /// The digest of `provenance.patch`; nil where nothing differed.
    package let patchDigest: String?
    /// Files that differed and are not in the patch: too large, or not to be read.
    package let leftOut: [String]

    package init(
      remote: String?, folder: String, commit: String?, branch: String?, changedFiles: [String]?,
      patchDigest: String?, leftOut: [String]
    ) {
      (self.remote, self.folder, self.commit, self.branch) = (remote, folder, commit, branch)
      isDirty = changedFiles.map { !$0.isEmpty }
      self.changedFiles = Array(changedFiles?.prefix(1_000) ?? [])
      changedFileCount = changedFiles?.count ?? 0
      (self.patchDigest, self.leftOut) = (patchDigest, leftOut)
    }
  }

  /// A file or folder that a run reads.
  package struct Source: Codable, Equatable, Sendable {
    /// As it was named.
    package let path: String
    package let digest: String?

    package init(path: String, digest: String?) { (self.path, self.digest) = (path, digest) }
  }

  /// A verifier of the reward, or a part of one.
  package struct Verifier: Codable, Equatable, Sendable {
    package let name: String
    package let version: String?
    /// Of its folder, the manifest included.
    package let folder: String
    /// Of its executable, where that lies beside hone's; nil for one in its folder or of the system.
    package let executable: String?
    /// The commit that `verifiers.lock` pins, where it does.
    package let pinnedCommit: String?

    package init(
      name: String, version: String?, folder: String, executable: String?, pinnedCommit: String?
    ) {
      (self.name, self.version, self.folder) = (name, version, folder)
      (self.executable, self.pinnedCommit) = (executable, pinnedCommit)
    }
  }

  /// What computed.
  package struct Machine: Codable, Equatable, Sendable {
    /// The processor's name as the system tells it.
    package let processor: String
    package let architecture: String
    package let cores: Int
    /// Threads that computed.
    package let threads: Int
    /// The widest vectors that the kernels use here: `avx512`, `avx2` or `baseline`.
    package let vectors: String
    /// The release of the system's kernel.
    package let kernel: String
    package let operatingSystem: String
    package let memoryBytes: Int

    package init(
      processor: String, architecture: String, cores: Int, threads: Int,
      vectors: String, kernel: String, operatingSystem: String, memoryBytes: Int
    ) {
      (self.processor, self.architecture) = (processor, architecture)
      (self.cores, self.threads) = (cores, threads)
      self.vectors = vectors
      (self.kernel, self.operatingSystem) = (kernel, operatingSystem)
      self.memoryBytes = memoryBytes
    }
  }

  /// nil where the run was started outside of any repository, or in one that cannot be read.
  package let code: Code?
  /// Why the repository, or how its working tree differs, could not be read, where it could not.
  package let codeProblem: String?
  /// The pipeline's file; nil where the pipeline did not come from one.
  package let pipeline: Source?
  /// The digest of `settings.yaml`.
  package let settings: String
  /// Digests of the problems and demonstrations, by the name of their set.
  package let taskSets: [String: String]
  /// In the order of the reward.
  package let verifiers: [Verifier]
  /// The policy that was trained; without a digest where it was drawn from the seed.
  package let policy: Source
  package let honeVersion: String
  package let machine: Machine

  package init(
    code: Code?, codeProblem: String?, pipeline: Source?, settings: String,
    taskSets: [String: String], verifiers: [Verifier], policy: Source, machine: Machine,
    honeVersion: String = HoneVersion.current
  ) {
    (self.code, self.codeProblem, self.pipeline) = (code, codeProblem, pipeline)
    (self.settings, self.taskSets, self.verifiers) = (settings, taskSets, verifiers)
    (self.policy, self.machine, self.honeVersion) = (policy, machine, honeVersion)
  }
}
