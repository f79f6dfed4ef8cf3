// The inner half: what limits a process that stands where it will run, just before it becomes the
// command.

#define _GNU_SOURCE
#include "CJail.h"
#include "jail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/// Files of scratch for each MiB of it: an empty file takes the kernel's memory, but no size.
enum { FILES_PER_MIB = 256 };

/// Writes a file of /proc in one piece.
static int put(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = (ssize_t)strlen(text);
  int code = write(file, text, (size_t)length) == length ? 0 : -1;
  int reason = errno;
  close(file);
  return errno = reason, code;
}

/// One more namespace of users and mounts inside bubblewrap's.
///
/// Process 1 of the jail, which is bubblewrap's, stays outside of it: whoever traces it or opens
/// its memory could forge how the command ended. Mounts of the namespace outside are locked
/// together. And processes are counted in it from zero, so that RLIMIT_NPROC means this jail's.
static void step_inside(const struct options *options) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    give_up(NO_LIMIT, "a namespace of users: %s", strerror(errno));
  if (put("/proc/self/setgroups", "deny") != 0 || put("/proc/self/uid_map", "65534 65534 1") != 0
      || put("/proc/self/gid_map", "65534 65534 1") != 0)
    give_up(NO_LIMIT, "users of the namespace: %s", strerror(errno));
  if (options->scratch_mib > 0) {
    // The only place that can be written, bounded in bytes and in files.
    char limits[100];
    snprintf(
        limits, sizeof limits, "mode=0700,size=%lluM,nr_inodes=%llu",
        (unsigned long long)options->scratch_mib,
        (unsigned long long)options->scratch_mib * FILES_PER_MIB + 16);
    if (mount("scratch", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, limits) != 0)
      give_up(NO_LIMIT, "scratch: %s", strerror(errno));
  }
  // The filter forbids further namespaces, and so does this; where /proc/sys cannot be written,
  // the filter stands alone.
  if (!options->is_nesting && put("/proc/sys/user/max_user_namespaces", "0") != 0) errno = 0;
}

static void limit(const char *name, int resource, uint64_t value) {
  if (jail_limit(resource, value) != 0) give_up(NO_LIMIT, "%s: %s", name, strerror(errno));
}

/// Threads of this user, the kernel's unit of RLIMIT_NPROC: a folder in /proc/PID/task for each.
static uint64_t threads_of_user(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) give_up(NO_LIMIT, "/proc: %s", strerror(errno));
  uint64_t threads = 0;
  uid_t user = getuid();
  for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    char path[300];
    struct stat status;
    snprintf(path, sizeof path, "%s/task", entry->d_name);
    if (fstatat(dirfd(processes), path, &status, 0) == 0 && status.st_uid == user && status.st_nlink > 2)
      threads += (uint64_t)status.st_nlink - 2;
  }
  closedir(processes);
  return threads;
}

/// Floods of processes, files, memory, CPU time; core dumps, for which the host starts a helper.
static void limit_resources(const struct options *options) {
  uint64_t others = options->level == LEVEL_JAIL || options->processes == 0 ? 0 : threads_of_user() - 1;
  if (options->processes > 0) limit("processes", RLIMIT_NPROC, others + options->processes);
  if (options->open_files > 0) limit("open files", RLIMIT_NOFILE, options->open_files);
  if (options->has_file_limit) limit("file size", RLIMIT_FSIZE, options->file_kib << 10);
  if (options->cpu_seconds > 0) limit("CPU seconds", RLIMIT_CPU, options->cpu_seconds);
  if (options->memory_mib > 0) limit("memory", RLIMIT_AS, options->memory_mib << 20);
  if (jail_limit_the_rest() != 0) give_up(NO_LIMIT, "limits: %s", strerror(errno));
}

/// The second fence. Inside the jail all that is visible may be read, and scratch be written; what
/// the fence adds is that /proc cannot be written, and that no process outside can be traced.
/// Without a jail it is the only wall around files. /proc then shows the host's processes, so the
/// process sees its own folder of it alone.
static void fence(const struct options *options) {
  const char *const devices[] = {
      "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  const char *const everything[] = {"/", NULL};
  const char *const scratch[] = {options->scratch_mib > 0 ? "/tmp" : NULL, NULL};
  const char *parts[2 * MOST_PATHS + 16] = {
      "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/etc/ld.so.cache",
      "/etc/alternatives", "/proc/self"};
  int count = 10;
  if (options->folder != NULL) parts[count++] = options->folder;
  for (int index = 0; index < options->house_count; index++) parts[count++] = options->house[index];
  for (int index = 0; index < options->library_count; index++)
    parts[count++] = options->libraries[index];

  const struct jail_paths inside = {everything, scratch, devices}, outside = {parts, NULL, devices};
  // A fence around files forbids mounts, which are what a cell is made of.
  int builds_cells = options->level == LEVEL_JAIL && options->is_nesting;
  int fenced = jail_restrict_files(
      builds_cells ? NULL : options->level == LEVEL_JAIL ? &inside : &outside);
  if (fenced < 0) give_up(NO_LIMIT, "Landlock: %s", strerror(errno));
  if (options->level == LEVEL_FENCE && !(fenced & JAIL_FENCE_FILES))
    give_up(NO_LIMIT, "this kernel has no Landlock");
}

void become_command(const struct options *options) {
  if (options->is_inner) {
    // Descriptors of bubblewrap's.
    if (jail_close_descriptors(3) != 0) give_up(NO_LIMIT, "close_range: %s", strerror(errno));
    step_inside(options);
  }
  limit_resources(options);
  if (options->level != LEVEL_LIMITS) {
    fence(options);
    // With a capability over its namespaces a command could mount, trace and leave them.
    if (jail_drop_capabilities() != 0) give_up(NO_LIMIT, "capabilities: %s", strerror(errno));
    enum jail_profile profile =
        options->level == LEVEL_JAIL && options->is_nesting ? JAIL_NESTING : JAIL_PROGRAM;
    if (jail_install_filter(profile) != 0) give_up(NO_LIMIT, "seccomp: %s", strerror(errno));
  }
  // A set-uid program must not give back what was taken.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    give_up(NO_LIMIT, "NO_NEW_PRIVS: %s", strerror(errno));
  char *nothing[] = {NULL};
  execve(options->command[0], options->command, nothing);
  give_up(NO_COMMAND, "%s: %s", options->command[0], strerror(errno));
}
