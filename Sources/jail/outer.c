// The outer half: from the host's child to the first program inside the jail.

#define _GNU_SOURCE
#include "CJail.h"
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

// Only where root owns the path: one that the user could put first in a search path is never run.
static const char *const bubblewraps[] = {"/usr/bin/bwrap", "/bin/bwrap"};

// MARK: - Before anything else

/// The kernel kills this process when the host's thread that started it ends. A host that ended
/// before this call would never be noticed, hence the comparison.
static void die_with_host(const struct options *options) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(NO_LIMIT, "PDEATHSIG: %s", strerror(errno));
  if (getppid() != options->parent) give_up(HOST_GONE, "the host is gone");
}

/// Nothing of the host's is inherited: no descriptor, through which its files would be open; no
/// terminal, into which a program could type; no ignored or blocked signal, with which it could
/// outlive its limits.
static void forget_host(const struct options *options) {
  if (jail_close_descriptors(options->report ? 4 : 3) != 0)
    give_up(NO_LIMIT, "close_range: %s", strerror(errno));
  if (setsid() < 0) give_up(NO_LIMIT, "setsid: %s", strerror(errno));
  for (int signal_number = 1; signal_number < NSIG; signal_number++) signal(signal_number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  if (sigprocmask(SIG_SETMASK, &none, NULL) != 0) give_up(NO_LIMIT, "signals: %s", strerror(errno));
  umask(077);
}

/// Memory and processes are then counted for the whole jail, which no limit of a process can do.
static void join_cgroup(const char *cgroup) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/cgroup.procs", cgroup) >= (int)sizeof path)
    give_up(BAD_USAGE, "--cgroup is too long");
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0 || write(file, "0", 1) != 1) give_up(NO_LIMIT, "%s: %s", path, strerror(errno));
  close(file);
}

// MARK: - Root

/// As root, limits on processes do not count and read-only mounts can be made writable.
void drop_root(void) {
  if (geteuid() != 0 && getuid() != 0) return;
  if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0
      || setresuid(NOBODY, NOBODY, NOBODY) != 0)
    give_up(NO_LIMIT, "root cannot be dropped: %s", strerror(errno));
  if (setuid(0) == 0) give_up(NO_LIMIT, "root came back");
}

/// Binds a path into the private folder as `/tmp/NUMBER`, and returns that name.
static const char *stage(int opened, int number) {
  char *target, source[64];
  struct stat status;
  if (asprintf(&target, "/tmp/%d", number) < 0) give_up(NO_LIMIT, "no memory");
  snprintf(source, sizeof source, "/proc/self/fd/%d", opened);
  if (fstat(opened, &status) != 0) give_up(NO_LIMIT, "%s: %s", source, strerror(errno));
  int code = S_ISDIR(status.st_mode) ? mkdir(target, 0755) : mknod(target, S_IFREG | 0644, 0);
  if (code != 0 || mount(source, target, NULL, MS_BIND | MS_REC, NULL) != 0)
    give_up(NO_LIMIT, "%s: %s", target, strerror(errno));
  close(opened);
  return target;
}

/// Makes the paths reachable for an unprivileged user: the checkout may lie in root's home, which
/// nobody else can enter. Only root needs this, and only here are mounts made as root: in a mount
/// namespace of its own, so that the host's mounts stay as they are.
static void stage_for_nobody(struct options *options) {
  if (geteuid() != 0) return;
  // A root without the right to mount, as in a plain container, has nobody's view from here on.
  if (unshare(CLONE_NEWNS) != 0) return;
  const char **all[2 * MOST_PATHS + 1];
  int opened[2 * MOST_PATHS + 1], count = 0;
  all[count++] = &options->folder;
  for (int index = 0; index < options->house_count; index++) all[count++] = &options->house[index];
  for (int index = 0; index < options->library_count; index++)
    all[count++] = &options->libraries[index];
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    give_up(NO_LIMIT, "private mounts: %s", strerror(errno));
  // All are opened before the private folder covers what lies below /tmp.
  for (int index = 0; index < count; index++)
    if ((opened[index] = open(*all[index], O_PATH | O_CLOEXEC)) < 0)
      give_up(NO_COMMAND, "%s: %s", *all[index], strerror(errno));
  if (mount("none", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k") != 0)
    give_up(NO_LIMIT, "a private folder: %s", strerror(errno));
  umask(0);
  for (int index = 0; index < count; index++) *all[index] = stage(opened[index], index);
  umask(077);
}

// MARK: - What is visible

/// Words for bubblewrap, each ended by a NUL, in a file without a name: on its command line the
/// jailed command could read the host's paths.
static FILE *words;

static void say(const char *word) {
  if (fputs(word, words) < 0 || fputc(0, words) < 0)
    give_up(NO_LIMIT, "arguments: %s", strerror(errno));
}

static void say2(const char *one, const char *two) { say(one), say(two); }

static void say3(const char *one, const char *two, const char *three) {
  say(one), say(two), say(three);
}

static int unnamed_file(const char *name) {
  int file = memfd_create(name, 0);
  if (file < 0) give_up(NO_LIMIT, "memfd_create: %s", strerror(errno));
  return file;
}

static void say_file(const char *path, const char *contents) {
  char number[16];
  int file = unnamed_file("contents");
  ssize_t length = (ssize_t)strlen(contents);
  if (write(file, contents, (size_t)length) != length || lseek(file, 0, SEEK_SET) != 0)
    give_up(NO_LIMIT, "%s: %s", path, strerror(errno));
  snprintf(number, sizeof number, "%d", file);
  say("--perms"), say("0444");
  say3("--ro-bind-data", number, path);
}

/// The system's programs and libraries, and nothing of the host's own: no home, no /etc, no /run
/// with its sockets, no /sys, no /var.
static void say_system(void) {
  say3("--ro-bind", "/usr", "/usr");
  const char *const folders[] = {"/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"};
  for (size_t index = 0; index < sizeof folders / sizeof *folders; index++) {
    char target[PATH_MAX];
    struct stat status;
    if (lstat(folders[index], &status) != 0) continue;
    ssize_t length = S_ISLNK(status.st_mode) ? readlink(folders[index], target, sizeof target - 1) : 0;
    if (length < 0) continue;
    target[length] = 0;
    if (length > 0) say3("--symlink", target, folders[index]);
    else say3("--ro-bind", folders[index], folders[index]);
  }
  say3("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache");
  say3("--ro-bind-try", "/etc/alternatives", "/etc/alternatives");
  say_file("/etc/passwd", "nobody:x:65534:65534:nobody:/tmp:/usr/sbin/nologin\n");
  say_file("/etc/group", "nogroup:x:65534:\n");
}

/// Devices without effect, and no terminal. Shared memory is scratch like all else.
static void say_devices(void) {
  const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
  for (size_t index = 0; index < sizeof devices / sizeof *devices; index++)
    say3("--dev-bind", devices[index], devices[index]);
  say3("--symlink", "/proc/self/fd", "/dev/fd");
  say3("--symlink", "/proc/self/fd/0", "/dev/stdin");
  say3("--symlink", "/proc/self/fd/1", "/dev/stdout");
  say3("--symlink", "/proc/self/fd/2", "/dev/stderr");
  say3("--symlink", "/tmp", "/dev/shm");
}

static void say_view(const struct options *options, char *const names[]) {
  // Every namespace, so that no process, address, queue or host name is shared; without a network,
  // not even the host's loopback.
  say("--unshare-user"), say("--unshare-ipc"), say("--unshare-pid"), say("--unshare-net");
  say("--unshare-uts"), say("--unshare-cgroup-try");
  say2("--uid", "65534"), say2("--gid", "65534"), say2("--hostname", "hone");
  // With a capability, a read-only bind can be made writable.
  say2("--cap-drop", "ALL");
  say("--die-with-parent"), say("--new-session");
  if (options->report) say2("--info-fd", "3");
  say_system();
  say2("--proc", "/proc");
  say_devices();
  say2("--dir", "/tmp");
  say3("--ro-bind", options->folder, "/plugin");
  for (int index = 0; index < options->house_count; index++) {
    char *seen;
    if (asprintf(&seen, "/hone/%s", names[index]) < 0) give_up(NO_LIMIT, "no memory");
    say3("--ro-bind", options->house[index], seen);
  }
  for (int index = 0; index < options->library_count; index++)
    say3("--ro-bind", options->libraries[index], names[options->house_count + index]);
  // Last, so that what was made above is made: the root itself is a writable tmpfs until now.
  say2("--remount-ro", "/");
  say2("--chdir", "/plugin");
}

// MARK: - Into the jail

static char *copy(const char *text) {
  char *copied = strdup(text);
  if (copied == NULL) give_up(NO_LIMIT, "no memory");
  return copied;
}

static void need_readable(const char *path, int how, const char *name) {
  if (access(path, how) == 0) return;
  give_up(
      NO_COMMAND, "%s cannot be read by the unprivileged user that runs it: %s; `chmod -R go+rX` it",
      name, strerror(errno));
}

/// The words of `jail --inner`, which repeat the limits and the command.
static void inner_words(const struct options *options, char **inner) {
  const struct {
    const char *option;
    uint64_t value;
    int is_given;
  } limits[] = {
      {"--cpu-seconds", options->cpu_seconds, options->cpu_seconds > 0},
      {"--memory-mib", options->memory_mib, options->memory_mib > 0},
      {"--processes", options->processes, options->processes > 0},
      {"--open-files", options->open_files, options->open_files > 0},
      {"--scratch-mib", options->scratch_mib, options->scratch_mib > 0},
      {"--file-kib", options->file_kib, options->has_file_limit},
  };
  *inner++ = copy("/hone/jail");
  *inner++ = copy("--inner");
  *inner++ = copy("--level"), *inner++ = copy("jail");
  if (options->is_nesting) *inner++ = copy("--nesting");
  for (size_t index = 0; index < sizeof limits / sizeof *limits; index++) {
    if (!limits[index].is_given) continue;
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limits[index].value);
    *inner++ = copy(limits[index].option), *inner++ = copy(text);
  }
  *inner++ = copy("--");
  for (char **word = options->command; *word != NULL; word++) *inner++ = *word;
  *inner = NULL;
}

static __attribute__((noreturn)) void become_bubblewrap(struct options *options) {
  char own[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
  if (length < 0) give_up(NO_LIMIT, "/proc/self/exe: %s", strerror(errno));
  own[length] = 0;
  if (options->house_count == MOST_PATHS) give_up(BAD_USAGE, "--house too often");
  options->house[options->house_count++] = own;

  // What they are called inside; staging changes the paths.
  char *names[2 * MOST_PATHS + 1];
  char *folder = copy(options->folder);
  for (int index = 0; index < options->house_count; index++) {
    const char *slash = strrchr(options->house[index], '/');
    names[index] = copy(options->house[index] == own ? "jail" : slash + 1);
  }
  for (int index = 0; index < options->library_count; index++)
    names[options->house_count + index] = copy(options->libraries[index]);

  stage_for_nobody(options);
  drop_root();
  // The kernel forgets the wish to die with the host where a process changes its user.
  die_with_host(options);
  need_readable(options->folder, R_OK | X_OK, folder);
  for (int index = 0; index < options->house_count; index++)
    need_readable(options->house[index], R_OK, names[index]);

  int arguments = unnamed_file("arguments");
  words = fdopen(arguments, "w");
  if (words == NULL) give_up(NO_LIMIT, "arguments: %s", strerror(errno));
  say_view(options, names);
  if (fflush(words) != 0 || lseek(arguments, 0, SEEK_SET) != 0)
    give_up(NO_LIMIT, "arguments: %s", strerror(errno));

  int count = 0;
  while (options->command[count] != NULL) count++;
  char **line = calloc((size_t)count + 32, sizeof *line);
  char number[16];
  if (line == NULL) give_up(NO_LIMIT, "no memory");
  snprintf(number, sizeof number, "%d", arguments);
  line[0] = copy("bwrap"), line[1] = copy("--args"), line[2] = number, line[3] = copy("--");
  inner_words(options, line + 4);

  // A set-uid bubblewrap would bring root back; without new privileges it is an ordinary program.
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    give_up(NO_LIMIT, "NO_NEW_PRIVS: %s", strerror(errno));
  char *nothing[] = {NULL};
  for (size_t index = 0; index < sizeof bubblewraps / sizeof *bubblewraps; index++)
    execve(bubblewraps[index], line, nothing);
  give_up(NO_COMMAND, "%s: %s; install bubblewrap", bubblewraps[0], strerror(errno));
}

void enter(struct options *options) {
  die_with_host(options);
  forget_host(options);
  if (options->cgroup != NULL) join_cgroup(options->cgroup);
  if (options->level == LEVEL_JAIL) become_bubblewrap(options);
  if (chdir(options->folder) != 0)
    give_up(NO_COMMAND, "%s: %s", options->folder, strerror(errno));
  if (options->level == LEVEL_FENCE) drop_root(), die_with_host(options);
  become_command(options);
}
