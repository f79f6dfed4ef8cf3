// The first process of a cell: makes the jail, forks the program into it, reaps, and ends with it.
//
// It shares its memory with the server, which saves one of two copies of a whole Python. Until the
// program is there the server waits; from then on pid 1 makes bare system calls only. The program
// comes no nearer to the server by this: it has a copy, as before, and what it is a copy of cannot be
// reached through /proc, since the server is not dumpable while a program runs.

#define _GNU_SOURCE
#include "first.h"

#include "CJail.h"
#include "bare.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// MARK: - Before the program

static int write_map(const char *path, unsigned id) {
  char text[32];
  int length = snprintf(text, sizeof text, "%u %u 1", id, id);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int result = cell_write(file, text, (size_t)length);
  int code = errno;
  close(file);
  errno = code;
  return result;
}

static int set_limits(const struct cell_limits *limits) {
  return jail_limit_the_rest() |
         jail_limit(limits->data_only ? RLIMIT_DATA : RLIMIT_AS, (uint64_t)limits->memory_mib << 20) |
         // Counted for each user namespace, so this cell's processes only; pid 1 is one of them.
         jail_limit(RLIMIT_NPROC, limits->processes + 1) |
         jail_limit(RLIMIT_FSIZE, (uint64_t)limits->file_kib << 10) |
         jail_limit(RLIMIT_NOFILE, limits->open_files);
}

static int mount_scratch(const struct cell_limits *limits) {
  char options[64];
  snprintf(options, sizeof options, "size=%um,nr_inodes=%u,mode=0755", limits->scratch_mib, limits->inodes);
  return mount("scratch", CELL_SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0 ||
                 mkdir(CELL_SCRATCH "/work", 0700) != 0 || mkdir(CELL_SCRATCH "/tmp", 0700) != 0
             ? -1
             : 0;
}

// Everything that needs the rights of the new namespaces. Returns NULL, or what failed, with errno.
static const char *furnish(const struct making *making) {
  // The server's death is the cell's.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "PDEATHSIG";
  if (write_map("/proc/self/uid_map", making->user) != 0) return "uid_map";
  if (write_map("/proc/self/gid_map", making->group) != 0) return "gid_map";
  if (mount_scratch(making->limits) != 0) return "scratch";
  // Shows this cell's processes only, and nothing of the kernel's settings.
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid") != 0) return "proc";
  if (chdir("/work") != 0) return "work folder";
  if (set_limits(making->limits) != 0) return "limits";
  if (jail_drop_capabilities() != 0) return "capabilities";
  if (jail_install_filter(JAIL_PROGRAM) != 0) return "filter";
  return NULL;
}

static void tell(int status, const struct cell_news *news) {
  // A server that is gone needs no news.
  bare_call(SYS_write, status, (long)news, sizeof *news, 0);
}

__attribute__((noreturn)) static void end(void) {
  while (1) bare_call(SYS_exit_group, 0, 0, 0, 0);
}

__attribute__((noreturn)) static void fail(int status, const char *step) {
  struct cell_news news = {.kind = CELL_FAILURE, .code = errno};
  strncpy(news.step, step, sizeof news.step - 1);
  tell(status, &news);
  end();
}

// MARK: - The program's process

// Its four descriptors, and the fence that pid 1 stays outside of. Returns NULL, or what failed.
static const char *enter(const struct making *making) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int at = 0; at < 4; at++)
    if (dup2(making->ends[at], at) != at) return "descriptors";
  static const char *const readable[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/proc", NULL};
  static const char *const writable[] = {CELL_SCRATCH, NULL};
  static const char *const devices[] = {
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  const struct jail_paths paths = {readable, writable, devices};
  return jail_restrict_files(&paths) < 0 ? "fence" : NULL;
}

// Goes on in the server's frames, which lie in the program's copy as they were: the server waits in them.
__attribute__((noreturn)) static void begin(struct making *making) {
  const char *step = enter(making);
  if (step) fail(making->status, step);
  const struct cell_news entered = {.kind = CELL_ENTERED};
  tell(making->status, &entered);
  if (jail_close_descriptors(4) != 0) _exit(127);
  longjmp(making->program, 1);
}

// MARK: - Beside the program: bare system calls only

// Joins `name` and "/task" at `path`, which has room for it.
static void name_task(char *path, const char *name) {
  while (*name) *path++ = *name++;
  for (const char *rest = "/task"; (*path++ = *rest++);) {}
}

// Processes and threads of the cell, pid 1 included.
static uint32_t count_threads(void) {
  int processes = (int)bare_call(SYS_openat, AT_FDCWD, (long)"/proc", O_RDONLY | O_DIRECTORY, 0);
  if (processes < 0) return 0;
  uint32_t threads = 0;
  _Alignas(struct dirent64) char entries[4096];
  for (long count; (count = bare_call(SYS_getdents64, processes, (long)entries, sizeof entries, 0)) > 0;)
    for (long at = 0; at < count;) {
      const struct dirent64 *entry = (const struct dirent64 *)(entries + at);
      at += entry->d_reclen;
      if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
      char path[sizeof entry->d_name + sizeof "/task"];
      struct stat task;
      name_task(path, entry->d_name);
      if (bare_call(SYS_newfstatat, processes, (long)path, (long)&task, 0) == 0 && task.st_nlink > 2)
        threads += (uint32_t)task.st_nlink - 2;
    }
  bare_call(SYS_close, processes, 0, 0, 0);
  return threads;
}

// The kernel's set of signals, which is not libc's.
static uint64_t only(int signal) { return (uint64_t)1 << (signal - 1); }

// Reaps, and ends everything once the program ended or the server says so.
__attribute__((noreturn)) static void reap(pid_t program, int status_pipe, const struct cell_limits *limits) {
  struct cell_news ending = {.kind = CELL_ENDED, .code = SIGKILL};
  // Waiting for the signals, rather than handling them, has no race.
  const uint64_t watched = only(SIGTERM) | only(SIGCHLD);
  int status = 0;
  for (int is_over = 0; !is_over;) {
    long arrived = bare_call(SYS_rt_sigtimedwait, (long)&watched, 0, 0, sizeof watched);
    if (arrived == SIGTERM) {
      ending.reached_limit = count_threads() > limits->processes;
      is_over = 1;
    }
    for (long ended; (ended = bare_call(SYS_wait4, -1, (long)&status, WNOHANG, 0)) > 0;)
      if (ended == program) ending.code = status, is_over = 1;
  }
  // Whatever the program left running ends here, and its time is counted since it is waited for.
  bare_call(SYS_kill, -1, SIGKILL, 0, 0);
  for (long ended; (ended = bare_call(SYS_wait4, -1, (long)&status, 0, 0)) > 0 || ended == -EINTR;)
    if (ended == program) ending.code = status;
  tell(status_pipe, &ending);
  end();
}

int cell_first(void *given) {
  struct making *making = given;
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, NULL);
  signal(SIGCHLD, SIG_DFL);
  const char *step = furnish(making);
  if (step) fail(making->status, step);
  // What the server may change once it goes on.
  const struct cell_limits limits = *making->limits;
  int status = making->status;
  pid_t program = fork();  // libc's own fork, so that the thread's id in libc is right
  if (program < 0) fail(status, "fork");
  if (program == 0) begin(making);
  // Keeps the status pipe alone, before a program may begin.
  if (bare_call(SYS_dup3, status, 0, 0, 0) != 0 || bare_call(SYS_close_range, 1, ~0U, 0, 0) != 0) end();
  const struct cell_news forked = {.kind = CELL_FORKED};
  tell(0, &forked);
  reap(program, 0, &limits);
}
