import Foundation
import Testing
import VerifierKit

@testable import hone_verifier_code_runner

/// A program that attacks its cell, and what must come of it.
///
/// A program that tries to get out prints `held` where it was refused and `ESCAPED` where not, so
/// that it passes exactly when it was held.
struct ProgramAttack: Sendable, CustomTestStringConvertible {
  let name: String
  let source: String
  let expected: Set<ProgramOutcome>
  let input: String
  let output: String

  var testDescription: String { name }

  init(
    _ name: String, _ expected: Set<ProgramOutcome>, input: String = "", output: String = "x\n",
    _ source: String
  ) {
    (self.name, self.expected, self.source) = (name, expected, source)
    (self.input, self.output) = (input, output)
  }

  /// A program that tries `body`, statements that raise or leave `escaped` false where they are held.
  static func held(_ name: String, _ body: String) -> ProgramAttack {
    let source = """
      import os, sys, socket, ctypes, errno, time, signal, struct, subprocess
      libc = ctypes.CDLL(None, use_errno=True)
      def call(number, *words):
          libc.syscall.restype = ctypes.c_long
          result = libc.syscall(number, *words)
          if result == -1:
              raise OSError(ctypes.get_errno(), "syscall")
          return result
      def attack():
      \(body.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
      try:
          result = attack()
      except (OSError, ValueError, RuntimeError, subprocess.SubprocessError) as error:
          print(type(error).__name__, error, file=sys.stderr)
          result = None
      print("ESCAPED", repr(result)[:200]) if result else print("held")
      """
    return ProgramAttack(name, [.passed], output: "held\n", source)
  }

  // MARK: - What goes wrong in one program

  static let broken: [ProgramAttack] = [
    .init("p_empty", [.noResult], ""),
    .init("p_blank", [.noResult], " \n\n"),
    .init("p_syntax_error", [.runtimeError], "print('x'"),
    .init("p_nul_bytes", [.runtimeError], "print('x')\u{0}"),
    .init("p_bad_utf8", [.runtimeError], "exec(b'print(\"\\xff\")')"),
    .init("p_nul_only", [.runtimeError], "\u{0}\u{0}"),
    .init("p_deep_source", [.runtimeError, .memory], String(repeating: "(", count: 60_000)),
    .init("p_deep_unary", [.runtimeError, .memory], String(repeating: "-", count: 100_000) + "1"),
    .init("p_segfault", [.runtimeError], "import ctypes; ctypes.string_at(0)"),
    .init("p_abort", [.runtimeError], "import os; os.abort()"),
    .init(
      "p_recursion", [.runtimeError],
      """
      import sys
      sys.setrecursionlimit(1 << 30)
      class A:
          def __repr__(self): return repr(self)
      repr(A())
      """),
    .init("p_raises_expected_empty", [.runtimeError], output: "", "raise ValueError('no')"),
    .init("p_exit_3_expected_empty", [.runtimeError], output: "", "import sys; sys.exit(3)"),
    .init(
      "p_closes_stdout_then_works", [.noResult],
      "import os\nfor d in (0, 1, 2): os.close(d)\nprint('x')"),
    .init("p_prints_nothing", [.noResult], "pass"),
    .init("p_reads_beyond_input", [.runtimeError], input: "1\n", "input(); input()"),
    .init("p_kills_itself", [.runtimeError], "import os; os.kill(os.getpid(), 9)"),
    .init("p_kill_all", [.runtimeError], "import os; os.kill(-1, 9); os.kill(os.getpid(), 9)"),
    .init(
      "p_zygote_poison", [.passed],
      """
      import builtins, json, os, sys, random
      print('x', flush=True)
      builtins.print = builtins.input = builtins.len = None
      json.loads = json.dumps = os.write = os._exit
      del sys.modules['json'], sys.modules['random']
      random.seed(1)
      """),
    .init("p_exec_true", [.noResult], "import os; os.execv('/bin/true', ['true'])"),
  ]

  // MARK: - What takes too much

  static let greedy: [ProgramAttack] = [
    .init("p_spin", [.timeoutCPU], "while True: pass"),
    .init("p_sleep", [.timeoutWall], "import time; time.sleep(1e9)"),
    .init(
      "p_spin_threads", [.timeoutCPU, .timeoutWall],
      """
      import threading
      def spin():
          while True: pass
      for _ in range(6): threading.Thread(target=spin).start()
      """),
    .init(
      "p_spin_children", [.timeoutCPU, .timeoutWall],
      """
      import os
      for _ in range(6):
          if os.fork() == 0:
              while True: pass
      while True: os.wait()
      """),
    .init(
      "p_catch_sigxcpu", [.timeoutCPU],
      "import signal\nsignal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True: pass"),
    .init(
      "p_catch_base_exception", [.timeoutCPU],
      "while True:\n  try:\n    while True: pass\n  except BaseException: pass"),
    .init(
      "p_ignores_all_signals", [.timeoutWall],
      """
      import signal, time
      for s in range(1, 65):
          try: signal.signal(s, signal.SIG_IGN)
          except (OSError, ValueError): pass
      while True: time.sleep(1)
      """),
    .init("p_zip_bomb_regex", [.timeoutCPU], "import re; re.match('(a+)+$', 'a' * 60 + 'b')"),
    .init("p_big_int", [.timeoutCPU, .memory], "x = 10 ** 10 ** 8"),
    .init("p_fork_bomb", [.processLimit], "import os\nwhile True: os.fork()"),
    .init(
      "p_fork_bomb_that_catches", [.processLimit, .timeoutCPU, .timeoutWall],
      "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass"),
    .init(
      "p_thread_bomb", [.processLimit],
      """
      import threading, time
      for _ in range(10000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
      """),
    .init(
      "p_mem_list", [.memory],
      "kept = []\nwhile True: kept.append(bytearray(10 << 20))"),
    .init(
      "p_mem_children", [.memory, .processLimit, .runtimeError, .timeoutWall],
      """
      import os, time
      for _ in range(8):
          if os.fork() == 0:
              kept = bytearray(1 << 30)
              time.sleep(9)
      raise MemoryError
      """),
    .init(
      "p_mem_tmpfs", [.fileLimit],
      "for n in range(99):\n  open(f'/work/{n}', 'wb').write(bytes(4 << 20))"),
    .init("p_disk_one_big", [.fileLimit], "open('/work/big', 'wb').write(bytes(80 << 20))"),
    .init(
      "p_disk_many_small", [.fileLimit], "for n in range(10**6): open(f'/tmp/{n}', 'w').close()"),
    .init(
      "p_fallocate", [.fileLimit],
      "import os\nf = os.open('/work/f', os.O_CREAT | os.O_RDWR)\nos.posix_fallocate(f, 0, 1 << 30)"
    ),
    .init("p_stdout_flood", [.outputLimit], "while True: print('x' * 1000)"),
    .init(
      "p_stderr_flood", [.outputLimit], "import sys\nwhile True: print('x' * 1000, file=sys.stderr)"
    ),
    .init("p_fd_bomb", [.runtimeError], "kept = [open('/dev/null') for _ in range(10**6)]"),
    .init(
      "p_records_flood", [.outputLimit], "import os\nwhile True: os.write(3, b'x' * 4096)"),
    .init(
      "p_daemon_double_fork", [.noResult],
      """
      import os, signal, time
      if os.fork() == 0:
          os.setsid()
          if os.fork() == 0:
              os.setsid()
              for s in (signal.SIGHUP, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)
              time.sleep(60)
              print("late")
          os._exit(0)
      """),
  ]
}
