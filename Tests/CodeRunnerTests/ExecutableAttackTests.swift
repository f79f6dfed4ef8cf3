import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

/// Attacks by programs that are compiled or interpreted, and on the compiler.
@Suite(.serialized) struct ExecutableAttackTests {
  private func run(
    _ language: String, _ source: String, output: String = "held\n",
    settings: [String: JSONValue] = [:]
  ) throws -> (ProgramOutcome?, Verdict) {
    try RunnerBench(
      settings.merging(["wallFactor": .number(RunnerBench.longWall), "compileSeconds": .number(2)])
      { own, _ in own },
      cpuSeconds: 1
    ).outcome(program([("", output)], language: language), source)
  }

  private static let raw = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <sys/syscall.h>
    #include <sys/wait.h>
    #include <unistd.h>

    """

  @Test(
    arguments: [
      // p_int80: getpid of the 32-bit table; p_x32: getpid of x32's.
      (
        "p_int80",
        "int r; __asm__ volatile(\"int $0x80\" : \"=a\"(r) : \"a\"(20)); puts(\"ESCAPED\");"
      ),
      ("p_x32", "syscall(0x40000000 + 39); puts(\"ESCAPED\");"),
    ])
  func `a call of a foreign kind ends the program`(name: String, body: String) throws {
    #if arch(x86_64)
      let (outcome, verdict) = try run("c", Self.raw + "int main(void) { \(body) }")
      #expect(outcome == .killedByPolicy, "\(name): \(verdict.reason)")
    #endif
  }

  @Test(
    arguments: [
      (
        "p_kill_parent_asm",
        "syscall(SYS_kill, getppid(), SIGKILL); syscall(SYS_kill, 1, SIGTERM); usleep(200000); puts(\"held\");"
      ),
      (
        "p_proc1_status",
        "int f = open(\"/proc/1/fd/0\", O_WRONLY); puts(f < 0 ? \"held\" : \"ESCAPED\");"
      ),
      (
        "p_proc1_mem",
        "int f = open(\"/proc/1/mem\", O_RDWR); puts(f < 0 ? \"held\" : \"ESCAPED\");"
      ),
      (
        "p_inherited_fds",
        "for (int d = 3; d < 1024; d++) if (fcntl(d, F_GETFD) >= 0) return puts(\"ESCAPED\"); puts(\"held\");"
      ),
      ("p_ptrace", "puts(syscall(SYS_ptrace, 16, 1, 0, 0) < 0 ? \"held\" : \"ESCAPED\");"),
      ("p_unshare", "puts(syscall(SYS_unshare, 0x10000000) < 0 ? \"held\" : \"ESCAPED\");"),
      (
        "p_socket",
        "puts(socket(AF_INET, SOCK_STREAM, 0) < 0 && socket(40, SOCK_STREAM, 0) < 0 ? \"held\" : \"ESCAPED\");"
      ),
      (
        "p_socket_upper_half",
        "puts(syscall(SYS_socket, 0x100000002UL, SOCK_STREAM, 0) < 0 ? \"held\" : \"ESCAPED\");"
      ),
      (
        "p_write_usr",
        "puts(open(\"/usr/x\", O_CREAT | O_WRONLY, 0600) < 0 ? \"held\" : \"ESCAPED\");"
      ),
      ("p_shadow", "puts(open(\"/etc/shadow\", O_RDONLY) < 0 ? \"held\" : \"ESCAPED\");"),
    ])
  func `a compiled program stays in its cell`(name: String, body: String) throws {
    let (outcome, verdict) = try run("c", Self.raw + "int main(void) { \(body) return 0; }")
    #expect(outcome == .passed, "\(name): \(verdict.reason) \(verdict.details)")
  }

  @Test(
    arguments: [
      ("p_compile_bomb_c: a large object", "int main[1 << 28] = {1};"),
      ("endless include", "#include \"/dev/zero\"\n"),
      ("endless output", "#include \"main.c\"\n"), ("a device", "#include \"/dev/urandom\"\n"),
      ("p_compile_time_exec: a secret", "#include \"/etc/shadow\"\nint main(void) { return 0; }"),
      (
        "a secret in assembly",
        "__asm__(\".incbin \\\"/etc/shadow\\\"\"); int main(void) { return 0; }"
      ),
      (
        "macros that double",
        (0..<40).map { "#define A\($0 + 1) A\($0) A\($0)\n" }.joined() + "int A40;"
      ),
    ])
  func `a compiler cannot be turned against the machine`(name: String, source: String) throws {
    let (outcome, verdict) = try run("c", source, settings: ["wallFactor": .number(3)])
    // A server that is not done in time is no outcome among these.
    let expected: [ProgramOutcome] = [
      .runtimeError, .timeoutCPU, .timeoutWall, .fileLimit, .outputLimit, .memory,
    ]
    #expect(outcome.map(expected.contains) == true, "\(name): \(verdict.reason)")
    #expect(!"\(verdict.details)".contains("root:"), "\(name)")
  }

  @Test(
    arguments: [
      ("c", "#include <stdlib.h>\nint main(void) { for (;;); }", ProgramOutcome.timeoutCPU),
      ("c", "#include <unistd.h>\nint main(void) { for (;;) fork(); }", .processLimit),
      ("c", "int main(void) { return 3; }", .runtimeError),
      (
        "c", "int f(int n) { return f(n + 1) + n; }\nint main(void) { return f(0); }", .runtimeError
      ),
      (
        "c",
        "#include <stdio.h>\nint main(void) { FILE *f = fopen(\"x\", \"w\"); for (;;) if (fputs(\"xxxxxxxxxxxxxxxx\", f) < 0) return 1; }",
        .fileLimit
      ),
      ("c", "#include <stdio.h>\nint main(void) { for (;;) puts(\"x\"); }", .outputLimit),
      ("shell", "sleep 1000", .timeoutWall), ("shell", "exit 3", .runtimeError),
      ("shell", "PATH=/work:$PATH; while :; do :; done", .timeoutCPU),
      ("shell", "kill -9 $$", .runtimeError), ("shell", "sleep 1000 & echo started", .wrong),
      ("shell", "true", .noResult),
    ] as [(String, String, ProgramOutcome)])
  func `an executable's end is told apart`(
    language: String, source: String, outcome: ProgramOutcome
  ) throws {
    // Short where it ends by the clock; else enough that a busy machine gives it its CPU time.
    let wall = outcome == .timeoutWall ? 3 : RunnerBench.longWall
    let (found, verdict) = try run(
      language, source, output: "expected\n", settings: ["wallFactor": .number(wall)])
    // A program that forks and catches nothing may use up its CPU time before the limit is seen.
    let expected = outcome == .processLimit ? [outcome, .timeoutCPU, .timeoutWall] : [outcome]
    #expect(found.map(expected.contains) == true, "\(source): \(verdict.reason) \(verdict.details)")
  }

  @Test func `a planted compiler is not run`() throws {
    let source = """
      printf '#!/bin/sh\\necho held\\n' > gcc; cp gcc python3; cp gcc diff; chmod +x *
      PATH=/work:$PATH; export PATH
      """
    #expect(try run("shell", source).0 == .noResult)
    let bench = try RunnerBench()
    let (next, _) = bench.outcome(
      program([("", "1\n")], language: "c"), "#include <stdio.h>\nint main(void) { puts(\"1\"); }")
    #expect(next == .passed)
  }

  @Test(
    .enabled(
      if: Language.javascript.places.contains(where: FileManager.default.isExecutableFile),
      "SKIPPED: there is no node"))
  func `node runs what is right, and is held`() throws {
    let right = try run("javascript", "console.log([3, 1, 2].sort().join(''))", output: "123\n")
    #expect(right.0 == .passed, "\(right.1.reason) \(right.1.details)")
    let held = """
      const fs = require('fs');
      for (const path of ['/etc/shadow', '/root', '/home', '/proc/1/mem'])
        try { fs.readFileSync(path); console.log('ESCAPED') } catch (e) {}
      console.log('held')
      """
    #expect(try run("javascript", held).0 == .passed)
    #expect(try run("javascript", "throw new Error('no')").0 == .runtimeError)
    #expect(try run("javascript", "for (;;);").0 == .timeoutCPU)
  }
}
