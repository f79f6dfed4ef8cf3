// The filter of system calls: what the kernel offers that no judged program needs.
//
// A list of what is refused, and not of what is allowed: threads, fork, pipes, files, subprocess
// and multiprocessing of any language must work. What is younger than the list is refused whole.

#define _GNU_SOURCE
#include "CJail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "the filter knows x86-64 and arm64"
#endif

enum {
  /// The youngest system call that the list below was read against, set_mempolicy_home_node; from
  /// 424 on, numbers are the same on every architecture.
  YOUNGEST = 450,
  /// Numbers from here on are x32's, on x86-64.
  X32 = 0x40000000,
  /// Instructions that the kernel takes in one filter.
  LONGEST = BPF_MAXINSNS,
};

/// A program for the kernel, made once.
struct program {
  unsigned short length;
  struct sock_filter instructions[LONGEST];
};
static struct program programs[2];

// Each group names the attack that it stops.
static const char *const refused[] = {
    // Memory and state of other processes: forging pid 1's exit status, reading a secret.
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease",
    "pidfd_getfd", "kcmp",
    // Ways around this filter: what io_uring does is not filtered; keyrings outlive a process.
    "io_uring_setup", "io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key",
    // Large attack surface of the kernel.
    "bpf", "perf_event_open", "userfaultfd", "uselib", "modify_ldt", "vm86", "vm86old",
    "lookup_dcookie", "nfsservctl", "_sysctl", "sysfs", "ustat", "remap_file_pages",
    // Memory beyond RLIMIT_AS, and what outlives its process.
    "shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semctl", "semtimedop", "msgget",
    "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive",
    "mq_notify", "mq_getsetattr", "memfd_create", "memfd_secret",
    // Pages of others, and where they lie.
    "mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node",
    // Files by handle pass every mount; watching whole file systems; quotas.
    "open_by_handle_at", "name_to_handle_at", "fanotify_init", "fanotify_mark", "quotactl",
    "quotactl_fd", "acct", "swapon", "swapoff",
    // The machine itself.
    "reboot", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
    "create_module", "get_kernel_syms", "query_module", "syslog", "vhangup", "iopl", "ioperm",
    "settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime",
    "clock_adjtime64", "adjtimex",
};

// Stays possible only for who builds cells.
static const char *const refused_to_programs[] = {
    // New namespaces give capabilities over them, and with these far more of the kernel.
    "unshare", "setns",
    // Remounting a read-only bind, hiding or uncovering files, leaving the root.
    "mount", "umount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "sethostname", "setdomainname",
    // A descriptor of pid 1 is the first step to its files.
    "pidfd_open", "pidfd_send_signal",
    // A filter that asks a process of the attacker's what the answer is.
    "seccomp",
};

static int refuse(scmp_filter_ctx filter, const char *name) {
  int call = seccomp_syscall_resolve_name(name);
  // A name that this architecture, or this libseccomp, does not have cannot be called either: what
  // libseccomp does not know is younger than YOUNGEST or older than this processor.
  if (call == __NR_SCMP_ERROR) return 0;
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
}

/// Refuses a call where an argument is not `value`, odd upper halves included.
static int refuse_unless(scmp_filter_ctx filter, int call, unsigned int argument, scmp_datum_t value) {
  const struct scmp_arg_cmp condition = {argument, SCMP_CMP_NE, value, 0};
  return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &condition);
}

/// Refuses a call where an argument has `value` under `mask`.
static int refuse_where(
    scmp_filter_ctx filter, int call, unsigned int argument, scmp_datum_t mask, scmp_datum_t value) {
  const struct scmp_arg_cmp condition = {argument, SCMP_CMP_MASKED_EQ, mask, value};
  return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), call, 1, &condition);
}

/// Adds the calls that are refused for some arguments.
static int add_conditions(scmp_filter_ctx filter, enum jail_profile profile) {
  int code = 0;
  // Other families than Unix sockets: AF_VSOCK and some more are not in a network namespace.
  code |= refuse_unless(filter, SCMP_SYS(socket), 0, AF_UNIX);
  code |= refuse_unless(filter, SCMP_SYS(socketpair), 0, AF_UNIX);
  // Limits and priorities of other processes, such as the one that waits for this one.
  code |= refuse_unless(filter, SCMP_SYS(prlimit64), 0, 0);
  code |= refuse_unless(filter, SCMP_SYS(setpriority), 0, 0);
  code |= refuse_unless(filter, SCMP_SYS(setpriority), 1, 0);
  code |= refuse_unless(filter, SCMP_SYS(ioprio_set), 0, 1);
  code |= refuse_unless(filter, SCMP_SYS(ioprio_set), 1, 0);
  const int scheduling[] = {
      SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam), SCMP_SYS(sched_setattr),
      SCMP_SYS(sched_setaffinity)};
  for (size_t index = 0; index < sizeof scheduling / sizeof *scheduling; index++)
    code |= refuse_unless(filter, scheduling[index], 0, 0);
  // Typing into a terminal that outlives the jail. The kernel looks at the lower half alone.
  const scmp_datum_t low = 0xFFFFFFFF;
  code |= refuse_where(filter, SCMP_SYS(ioctl), 1, low, TIOCSTI);
  code |= refuse_where(filter, SCMP_SYS(ioctl), 1, low, TIOCLINUX);
  code |= refuse_where(filter, SCMP_SYS(ioctl), 1, low, TIOCSCTTY);
  code |= refuse_where(filter, SCMP_SYS(ioctl), 1, low, TIOCCONS);
  // Address space layouts that switch protections off; asking is free.
  code |= refuse_unless(filter, SCMP_SYS(personality), 0, 0xFFFFFFFF);
  if (profile == JAIL_NESTING) return code;

  // New namespaces by clone; those of clone3 lie in memory, where no filter sees them.
  const unsigned long namespaces[] = {
      CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
      CLONE_NEWNET};
  for (size_t index = 0; index < sizeof namespaces / sizeof *namespaces; index++)
    code |= refuse_where(filter, SCMP_SYS(clone), 0, namespaces[index], namespaces[index]);
  code |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  return code;
}

/// Copies the filter's instructions behind those at `program`; -1 with errno where it fails.
static int append(scmp_filter_ctx filter, struct program *program) {
  // libseccomp writes to a descriptor only. A pipe holds 64 KiB, twice the longest filter, and is
  // possible where memfd_create is refused.
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  int code = seccomp_export_bpf(filter, ends[1]);
  close(ends[1]);
  size_t room = sizeof program->instructions - program->length * sizeof *program->instructions;
  ssize_t count = code == 0 ? read(ends[0], program->instructions + program->length, room) : -1;
  char more;
  // The whole filter must have come: one that is cut off would let through what follows.
  int is_whole = count > 0 && count % (ssize_t)sizeof *program->instructions == 0
                 && read(ends[0], &more, 1) == 0;
  close(ends[0]);
  if (!is_whole) return errno = code == 0 ? E2BIG : -code, -1;
  program->length += (unsigned short)((size_t)count / sizeof *program->instructions);
  return 0;
}

int jail_prepare_filter(enum jail_profile profile) {
  struct program *kept = &programs[profile == JAIL_NESTING];
  if (kept->length > 0) return 0;

  // First, calls that are younger than the list: they do not exist here. Foreign architectures and
  // x32 go on to libseccomp's part, which ends the process.
  const struct sock_filter youth[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, YOUNGEST, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
  static struct program making;
  memcpy(making.instructions, youth, sizeof youth);
  making.length = sizeof youth / sizeof *youth;

  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == NULL) return errno = ENOMEM, -1;
  int code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  // A tree instead of a list: each call of the filtered process passes a dozen instructions.
  if (code == 0) code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (size_t index = 0; code == 0 && index < sizeof refused / sizeof *refused; index++)
    code = refuse(filter, refused[index]);
  const size_t others = sizeof refused_to_programs / sizeof *refused_to_programs;
  for (size_t index = 0; code == 0 && profile == JAIL_PROGRAM && index < others; index++)
    code = refuse(filter, refused_to_programs[index]);
  if (code == 0 && add_conditions(filter, profile) != 0) code = -EINVAL;
  if (code == 0 && append(filter, &making) != 0) code = -errno;
  seccomp_release(filter);
  if (code != 0) return errno = -code, -1;
  *kept = making;
  return 0;
}

int jail_install_filter(enum jail_profile profile) {
  if (jail_prepare_filter(profile) != 0) return -1;
  struct program *program = &programs[profile == JAIL_NESTING];
  struct sock_fprog whole = {program->length, program->instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole);
}
