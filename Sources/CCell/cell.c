// One cell: namespaces, a scratch folder, limits, and a pid 1 that reaps and ends with the program.

#define _GNU_SOURCE
#include "cell.h"

#include "CJail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_map(const char *path, unsigned id) {
  char text[32];
  int length = snprintf(text, sizeof text, "%u %u 1", id, id);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int result = cell_write(file, text, (size_t)length);
  close(file);
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

// Everything that needs the rights of the new namespaces, in pid 1. Returns NULL, or what failed.
static const char *furnish(const struct cell_limits *limits, unsigned user, unsigned group) {
  // The server's death is the cell's.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return "PDEATHSIG";
  if (write_map("/proc/self/uid_map", user) != 0) return "uid_map";
  if (write_map("/proc/self/gid_map", group) != 0) return "gid_map";
  if (mount_scratch(limits) != 0) return "scratch";
  // Shows this cell's processes only, and nothing of the kernel's settings.
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid") != 0) return "proc";
  if (chdir("/work") != 0) return "work folder";
  if (set_limits(limits) != 0) return "limits";
  if (jail_drop_capabilities() != 0) return "capabilities";
  if (jail_install_filter(JAIL_PROGRAM) != 0) return "filter";
  return NULL;
}

// Processes and threads of the cell, pid 1 included.
static uint32_t count_threads(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) return 0;
  uint32_t threads = 0;
  for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    char path[300];
    struct stat status;
    snprintf(path, sizeof path, "%s/task", entry->d_name);
    if (fstatat(dirfd(processes), path, &status, 0) == 0 && status.st_nlink > 2)
      threads += (uint32_t)status.st_nlink - 2;
  }
  closedir(processes);
  return threads;
}

__attribute__((noreturn)) static void report(int status_pipe, const struct cell_ending *ending) {
  // A server that is gone needs no report.
  (void)!write(status_pipe, ending, sizeof *ending);
  _exit(0);
}

// pid 1 after the fork: reaps, and ends everything once the program ended or the server says so.
__attribute__((noreturn)) static void reap(
    pid_t program, int status_pipe, const struct cell_limits *limits, const sigset_t *watched) {
  struct cell_ending ending = {.is_made = 1, .status = SIGKILL};
  int is_over = 0;
  while (!is_over) {
    int arrived = sigwaitinfo(watched, NULL);
    if (arrived == SIGTERM) {
      ending.reached_limit = count_threads() > limits->processes;
      is_over = 1;
    }
    int status;
    for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;)
      if (ended == program) ending.status = status, is_over = 1;
  }
  // Whatever the program left running ends here, and its time is counted since it is waited for.
  kill(-1, SIGKILL);
  int status;
  for (pid_t ended; (ended = waitpid(-1, &status, 0)) > 0 || (ended < 0 && errno == EINTR);)
    if (ended == program) ending.status = status;
  report(status_pipe, &ending);
}

// The program's own process: its four descriptors, and the fence that pid 1 stays outside of.
static const char *enter_program(const int ends[4]) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int at = 0; at < 4; at++)
    if (dup2(ends[at], at) != at) return "descriptors";
  if (jail_close_descriptors(4) != 0) return "close_range";
  static const char *const readable[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/proc", NULL};
  static const char *const writable[] = {CELL_SCRATCH, NULL};
  static const char *const devices[] = {
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  const struct jail_paths paths = {readable, writable, devices};
  return jail_restrict_files(&paths) < 0 ? "fence" : NULL;
}

static void close_both(int pipes[5][2]) {
  for (int at = 0; at < 5; at++)
    for (int end = 0; end < 2; end++)
      if (pipes[at][end] >= 0) close(pipes[at][end]);
}

// Above the standard numbers, so that putting them there overwrites none.
static int make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  for (int end = 0; end < 2; end++) {
    if (ends[end] > 3) continue;
    int higher = fcntl(ends[end], F_DUPFD_CLOEXEC, 4);
    close(ends[end]);
    ends[end] = higher;
    if (higher < 0) return -1;
  }
  return 0;
}

enum cell_side cell_make(struct cell *cell, const struct cell_limits *limits) {
  enum { JOB, OUTPUT, ERRORS, RECORDS, STATUS };
  int pipes[5][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  for (int at = 0; at < 5; at++)
    if (make_pipe(pipes[at]) != 0) {
      close_both(pipes);
      return CELL_FAILED;
    }
  unsigned user = geteuid(), group = getegid();
  struct clone_args arguments = {
    .flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC,
    .exit_signal = SIGCHLD,
  };
  pid_t first = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  if (first < 0) {
    int code = errno;
    close_both(pipes);
    errno = code;
    return CELL_FAILED;
  }
  if (first > 0) {
    int theirs[5] = {pipes[JOB][0], pipes[OUTPUT][1], pipes[ERRORS][1], pipes[RECORDS][1], pipes[STATUS][1]};
    for (int at = 0; at < 5; at++) close(theirs[at]);
    *cell = (struct cell){first, pipes[JOB][1], pipes[OUTPUT][0], pipes[ERRORS][0], pipes[RECORDS][0], pipes[STATUS][0]};
    int ours[4] = {cell->job, cell->output, cell->errors, cell->records};
    for (int at = 0; at < 4; at++) fcntl(ours[at], F_SETFL, O_NONBLOCK);
    return CELL_IN_SERVER;
  }

  // pid 1 of the cell. Waiting for the signals, rather than handling them, has no race.
  int status_pipe = pipes[STATUS][1];
  struct cell_ending failure = {0};
  sigset_t watched;
  sigemptyset(&watched);
  sigaddset(&watched, SIGTERM);
  sigaddset(&watched, SIGCHLD);
  sigprocmask(SIG_BLOCK, &watched, NULL);
  signal(SIGCHLD, SIG_DFL);
  const char *step = furnish(limits, user, group);
  pid_t program = step ? 0 : fork();  // libc's own fork, so that the thread's id in libc is right
  if (program < 0) step = "fork";
  if (!step && program == 0) {
    int ends[4] = {pipes[JOB][0], pipes[OUTPUT][1], pipes[ERRORS][1], pipes[RECORDS][1]};
    step = enter_program(ends);
    if (!step) return CELL_IN_PROGRAM;
    dprintf(2, "the cell's program could not be set up: %s: %s\n", step, strerror(errno));
    _exit(127);
  }
  if (step) {
    failure.status = errno;
    snprintf(failure.step, sizeof failure.step, "%s", step);
    report(status_pipe, &failure);
  }
  if (dup2(status_pipe, 0) != 0 || jail_close_descriptors(1) != 0) _exit(1);
  reap(program, 0, limits, &watched);
}
