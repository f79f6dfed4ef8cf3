import Foundation

extension ProgramAttack {
  /// What must be held.
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
    .held("p_write_shm_vartmp", "open('/dev/shm/x', 'w')\nreturn True"),
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
    .held("p_pivot_chroot_fchdir", "return call(155, b'.', b'.') == 0"),
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
    .held(
      "p_symlink_result",
      """
      for name in os.listdir('/work') + ['main.py', 'result', 'program']:
          if os.path.lexists('/work/' + name): os.unlink('/work/' + name)
          os.symlink(@CANARY@, '/work/' + name)
      # A path that there is here, too; the file outside stays what it is.
      open('/work/program', 'w').write('overwritten')
      """),
    .held(
      "p_symlink_race",
      """
      end = time.monotonic() + 0.1
      while time.monotonic() < end:
          for target in ('/tmp', os.path.dirname(@CANARY@)):
              os.symlink(target, '/work/new')
              os.replace('/work/new', '/work/folder')
              try: os.write(os.open('/work/folder/' + os.path.basename(@CANARY@), os.O_WRONLY), b'overwritten')
              except FileNotFoundError: pass
              else: return True
      """),
    .held("p_hard_link", "os.link('/etc/passwd', '/work/l')\nreturn True"),
    .held("h_network_oracle", "return socket.create_connection(('127.0.0.1', 8080), 1)"),
  ]
}
