// Starts one command with little: limited resources, no environment, no open files but the
// standard three, a session of its own, and no life beyond the thread that started it.
//
//   jail --parent PID --folder PATH [--cpu-seconds N] [--memory-mib N] [--processes N]
//        [--file-kib N] [--open-files N] -- /absolute/command [argument...]
//
// It replaces itself by the command, so the command's process is the one that the host started.
// Exit codes of its own: 120 for bad usage, 121 where the host is gone, 122 where a limit cannot
// be set, 123 where the command cannot be started. The reason is on standard error.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BAD_USAGE = 120, HOST_GONE = 121, NO_LIMIT = 122, NO_COMMAND = 123 };

__attribute__((noreturn, format(printf, 2, 3))) static void give_up(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("jail: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _exit(code);
}

// A whole number without sign, at most 2^40.
static rlim_t number(const char *option, const char *text) {
  rlim_t value = 0;
  if (*text == 0) give_up(BAD_USAGE, "%s needs a number", option);
  for (const char *digit = text; *digit; digit++) {
    if (*digit < '0' || *digit > '9') give_up(BAD_USAGE, "%s needs a number, not '%s'", option, text);
    value = value * 10 + (rlim_t)(*digit - '0');
    if (value > (rlim_t)1 << 40) give_up(BAD_USAGE, "%s: %s is too large", option, text);
  }
  return value;
}

static void limit(const char *name, __rlimit_resource_t resource, rlim_t value) {
  struct rlimit current;
  if (getrlimit(resource, &current) != 0) give_up(NO_LIMIT, "%s: %s", name, strerror(errno));
  // Never above what the host itself was given.
  if (current.rlim_max != RLIM_INFINITY && value > current.rlim_max) value = current.rlim_max;
  struct rlimit lower = {value, value};
  if (setrlimit(resource, &lower) != 0) give_up(NO_LIMIT, "%s: %s", name, strerror(errno));
}

// Threads of this user, the kernel's unit of RLIMIT_NPROC: a folder in /proc/PID/task for each.
static rlim_t threads_of_user(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) give_up(NO_LIMIT, "/proc: %s", strerror(errno));
  rlim_t threads = 0;
  uid_t user = getuid();
  for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    char path[300];
    struct stat status;
    snprintf(path, sizeof path, "%s/task", entry->d_name);
    if (fstatat(dirfd(processes), path, &status, 0) == 0 && status.st_uid == user && status.st_nlink > 2)
      threads += status.st_nlink - 2;
  }
  closedir(processes);
  return threads;
}

int main(int count, char **words) {
  const char *folder = NULL;
  rlim_t parent = 0, cpu_seconds = 0, memory_mib = 0, processes = 0, file_kib = 0, open_files = 0;
  int has_file_limit = 0, at = 1;
  for (; at < count && strcmp(words[at], "--") != 0; at += 2) {
    const char *option = words[at];
    if (at + 1 >= count) give_up(BAD_USAGE, "%s needs a value", option);
    const char *value = words[at + 1];
    if (strcmp(option, "--folder") == 0) folder = value;
    else if (strcmp(option, "--parent") == 0) parent = number(option, value);
    else if (strcmp(option, "--cpu-seconds") == 0) cpu_seconds = number(option, value);
    else if (strcmp(option, "--memory-mib") == 0) memory_mib = number(option, value);
    else if (strcmp(option, "--processes") == 0) processes = number(option, value);
    else if (strcmp(option, "--file-kib") == 0) file_kib = number(option, value), has_file_limit = 1;
    else if (strcmp(option, "--open-files") == 0) open_files = number(option, value);
    else give_up(BAD_USAGE, "'%s' is no option", option);
  }
  char **command = words + at + 1;
  if (at + 1 >= count || command[0][0] != '/') give_up(BAD_USAGE, "-- /absolute/command is missing");
  if (folder == NULL || parent == 0) give_up(BAD_USAGE, "--folder and --parent are needed");

  // The kernel kills this process when the host's thread that started it ends. A host that ended
  // before this call would never be noticed, hence the comparison.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(NO_LIMIT, "PDEATHSIG: %s", strerror(errno));
  if ((rlim_t)getppid() != parent) give_up(HOST_GONE, "the host is gone");

  if (close_range(3, ~0U, 0) != 0) give_up(NO_LIMIT, "close_range: %s", strerror(errno));
  if (setsid() < 0) give_up(NO_LIMIT, "setsid: %s", strerror(errno));
  for (int signal_number = 1; signal_number < NSIG; signal_number++) signal(signal_number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) give_up(NO_LIMIT, "signals: %s", strerror(errno));
  umask(077);
  if (chdir(folder) != 0) give_up(NO_COMMAND, "%s: %s", folder, strerror(errno));

  if (processes > 0) limit("processes", RLIMIT_NPROC, threads_of_user() + processes - 1);
  if (open_files > 0) limit("open files", RLIMIT_NOFILE, open_files);
  if (has_file_limit) limit("file size", RLIMIT_FSIZE, file_kib << 10);
  if (cpu_seconds > 0) limit("CPU seconds", RLIMIT_CPU, cpu_seconds);
  limit("core", RLIMIT_CORE, 0);
  if (memory_mib > 0) limit("memory", RLIMIT_AS, memory_mib << 20);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    give_up(NO_LIMIT, "NO_NEW_PRIVS: %s", strerror(errno));

  char *nothing[] = {NULL};
  execve(command[0], command, nothing);
  give_up(NO_COMMAND, "%s: %s", command[0], strerror(errno));
}
