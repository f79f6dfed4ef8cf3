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
    .init("p_regex_bomb", [.timeoutCPU], "import re; re.match('(a+)+$', 'a' * 60 + 'b')"),
    .init("p_big_int", [.timeoutCPU, .memory], "x = 10 ** 10 ** 8"),
    .init("p_fork_bomb", [.processLimit], "import os\nwhile True: os.fork()"),
    .init(
      "p_fork_bomb_that_catches", [.processLimit, .timeoutCPU],
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

  // MARK: - What must be held

  static let escapes: [ProgramAttack] = [
    .held("p_net_tcp", "s = socket.socket()\ns.connect(('127.0.0.1', 22))\nreturn s"),
    .held("p_net_udp", "return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"),
    .held("p_net_ipv6", "return socket.socket(socket.AF_INET6)"),
    .held("p_net_dns", "return socket.getaddrinfo('example.com', 80)"),
    .held("p_net_raw", "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)"),
    .held("p_net_packet", "return socket.socket(17, socket.SOCK_RAW)"),
    .held("p_net_vsock", "return socket.socket(40, socket.SOCK_STREAM)"),
    .held("p_net_netlink", "return socket.socket(16, socket.SOCK_RAW)"),
    .held("p_read_etc_shadow", "return open('/etc/shadow').read()"),
    .held("p_read_home", "return os.listdir('/root') + os.listdir('/home')"),
    .held("p_read_ssh", "return open('/root/.ssh/id_rsa').read()"),
    .held("p_read_run", "return os.listdir('/run')"),
    .held("p_read_canary", "return open(@CANARY@).read()"),
    .held(
      "p_write_canary", "os.write(os.open(@CANARY@, os.O_WRONLY), b'overwritten')\nreturn True"),
    .held("p_stat_canary", "return os.path.exists(@CANARY@)"),
    .held(
      "p_read_env_secret",
      """
      import glob
      text = b''
      for path in glob.glob('/proc/*/environ'):
          try: text += open(path, 'rb').read()
          except OSError: pass
      return b'HONE_TEST_CANARY' in text or 'HONE_TEST_CANARY' in os.environ
      """),
    .held(
      "p_read_tests_walk",
      """
      for top in ('/', '/work', '/tmp', '/scratch', '/etc', '/proc/self'):
          for folder, _, files in os.walk(top):
              for name in files:
                  path = os.path.join(folder, name)
                  if os.path.isfile(path) and os.path.getsize(path) < 1 << 16:
                      try:
                          if b'HIDDEN' + b'-EXPECTED' in open(path, 'rb').read(): return path
                      except OSError: pass
      """),
    .held(
      "p_read_proc1_cmdline",
      """
      return any(word in open('/proc/1/cmdline').read()
                 for word in ('\(RunnerBench.root.path)', '.build'))
      """
    ),
    .held("p_proc1_mem", "return os.open('/proc/1/mem', os.O_RDWR)"),
    .held("p_proc1_root", "return os.listdir('/proc/1/root/')"),
    .held(
      "p_proc1_fd",
      """
      for name in os.listdir('/proc/1/fd'):
          try: return os.open('/proc/1/fd/' + name, os.O_RDWR)
          except OSError: pass
      """),
    .held(
      "p_host_pids", "return [p for p in os.listdir('/proc') if p.isdigit() and int(p) > 3]"),
    .held("p_write_usr", "open('/usr/x', 'w')\nreturn True"),
    .held("p_write_etc", "open('/etc/x', 'w')\nreturn True"),
    .held("p_write_root", "os.mkdir('/x')\nreturn True"),
    .held("p_write_shm", "open('/dev/shm/x', 'w')\nreturn True"),
    .held("p_write_var_tmp", "open('/var/tmp/x', 'w')\nreturn True"),
    .held("p_remount_rw", "return call(165, b'none', b'/usr', None, 32 | 4096, None) == 0"),
    .held("p_mount_tmpfs", "return call(165, b'none', b'/tmp', b'tmpfs', 0, None) == 0"),
    .held("p_umount_proc", "return call(166, b'/proc', 2) == 0"),
    .held("p_userns_again", "return call(272, 0x10000000) == 0"),
    .held("p_userns_clone", "return call(56, 0x10000000 | 17, 0, 0, 0, 0) > 0"),
    .held(
      "p_userns_clone3",
      "return call(435, ctypes.create_string_buffer(struct.pack('QQQQQQQQ', 0x10000000, 0, 0, 0, 17, 0, 0, 0)), 64) > 0"
    ),
    .held("p_chroot", "os.chroot('/tmp')\nreturn True"),
    .held("p_pivot_root", "return call(155, b'.', b'.') == 0"),
    .held("p_setns", "return call(308, os.open('/proc/self/ns/user', 0), 0) == 0"),
    .held(
      "p_inherited_fds",
      """
      found = []
      for d in range(4, 1024):
          try: found.append((d, os.fstat(d)))
          except OSError: pass
      return found
      """),
    .held("p_ptrace_pid1", "return call(101, 16, 1, 0, 0) == 0"),
    .held("p_process_vm_readv", "return call(310, 1, None, 0, None, 0, 0) == 0"),
    .held("p_pidfd_open", "return call(434, 1, 0) > 0"),
    .held("p_pidfd_getfd", "return call(438, 3, 0, 0) > 0"),
    .held("p_kill_parent", "os.kill(1, signal.SIGKILL)\ntime.sleep(0.1)\nreturn os.getppid() != 1"),
    .held("p_term_parent", "os.kill(1, signal.SIGTERM)\ntime.sleep(0.2)\nreturn False"),
    .held(
      "p_prlimit_parent",
      "return call(302, 1, 0, ctypes.create_string_buffer(struct.pack('QQ', 1, 1)), None) == 0"),
    .held("p_prio_parent", "os.setpriority(os.PRIO_PROCESS, 1, 19)\nreturn True"),
    .held(
      "p_raise_limits",
      """
      import resource
      resource.setrlimit(resource.RLIMIT_NPROC, (10000, 10000))
      return True
      """),
    .held("p_mem_shm_sysv", "return call(29, 0, 32 << 20, 0o1600) >= 0"),
    .held("p_mem_memfd", "return os.memfd_create('x')"),
    .held("p_msgget", "return call(68, 0, 0o1600) >= 0"),
    .held("p_mq_open", "return call(240, b'x', 0o102, 0o600, None) >= 0"),
    .held("p_io_uring", "return call(425, 8, ctypes.create_string_buffer(256)) >= 0"),
    .held("p_bpf", "return call(321, 0, ctypes.create_string_buffer(128), 128) >= 0"),
    .held("p_perf", "return call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0) >= 0"),
    .held("p_userfaultfd", "return call(323, 0) >= 0"),
    .held("p_keyctl", "return call(248, b'user', b'x', b'y', 1, -2) >= 0"),
    .held("p_personality", "return call(135, 0x0040000) >= 0"),
    .held("p_open_by_handle", "return call(304, -100, ctypes.create_string_buffer(128), 0) >= 0"),
    .held("p_mknod", "os.mknod('/work/d', 0o20666, os.makedev(1, 1))\nreturn True"),
    .held(
      "p_core_pattern", "open('/proc/sys/kernel/core_pattern', 'w').write('|/work/x')\nreturn True"),
    .held("p_sysrq", "open('/proc/sysrq-trigger', 'w').write('b')\nreturn True"),
    .held("p_proc_sys_write", "open('/proc/sys/kernel/hostname', 'w').write('x')\nreturn True"),
    .held("p_oom_score", "open('/proc/1/oom_score_adj', 'w').write('-1000')\nreturn True"),
    .held("p_setuid", "os.setuid(0)\nreturn os.getuid() == 0"),
    .held(
      "p_sudo", "return b'root' in subprocess.run(['/usr/bin/id'], capture_output=True).stdout"),
    .held("p_hostname", "socket.sethostname('x')\nreturn True"),
    .held(
      "p_symlink_to_outside",
      "os.symlink('/etc/shadow', '/work/s')\nreturn open('/work/s').read()"),
    .held("p_hard_link", "os.link('/etc/passwd', '/work/l')\nreturn True"),
    .held("h_network_oracle", "return socket.create_connection(('127.0.0.1', 8080), 1)"),
  ]
}
