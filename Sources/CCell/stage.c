// The stage: what a server sees of the machine, made once. Every cell starts from a copy of it, so
// that a cell itself needs two mounts only.

#define _GNU_SOURCE
#include "cell.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

// A root user could undo read-only mounts, and RLIMIT_NPROC does not bind it: untrusted code never
// runs as root, not even as the root of a namespace.
static const char *drop_root(void) {
  if (geteuid() == 0) {
    if (setgroups(0, NULL) != 0) return "setgroups";
    if (setresgid(NOBODY, NOBODY, NOBODY) != 0) return "setresgid";
    if (setresuid(NOBODY, NOBODY, NOBODY) != 0) return "setresuid";
  }
  // A change of user hides /proc/self from the process itself, and the maps are written there.
  return prctl(PR_SET_DUMPABLE, 1) == 0 ? NULL : "PR_SET_DUMPABLE";
}

static int write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int result = cell_write(file, text, strlen(text));
  int code = errno;
  close(file);
  errno = code;
  return result;
}

static int bind_read_only(const char *source, const char *target, unsigned long recursive) {
  if (mount(source, target, NULL, MS_BIND | recursive, NULL) != 0) return -1;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
  return mount_setattr(
      AT_FDCWD, target, recursive ? AT_RECURSIVE : 0, &attributes, sizeof attributes);
}

// A folder of the machine, or the same symbolic link where it is one; one that is absent is left out.
static int show_folder(const char *path) {
  char target[64], link[64];
  struct stat status;
  if (lstat(path, &status) != 0) return errno == ENOENT ? 0 : -1;
  snprintf(target, sizeof target, "/tmp%s", path);
  if (S_ISLNK(status.st_mode)) {
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0) return -1;
    link[length] = 0;
    return symlink(link, target);
  }
  return mkdir(target, 0755) != 0 ? -1 : bind_read_only(path, target, MS_REC);
}

static int show_file(const char *path) {
  char target[64];
  struct stat status;
  if (stat(path, &status) != 0) return errno == ENOENT ? 0 : -1;
  snprintf(target, sizeof target, "/tmp%s", path);
  if (S_ISDIR(status.st_mode)) {
    if (mkdir(target, 0755) != 0) return -1;
  } else {
    int file = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0444);
    if (file < 0) return -1;
    close(file);
  }
  // Devices must stay usable, so MOUNT_ATTR_NODEV is not among what is set.
  return bind_read_only(path, target, 0);
}

static int make_file(const char *path, const char *text) {
  int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
  if (file < 0) return -1;
  int result = cell_write(file, text, strlen(text));
  close(file);
  return result;
}

static const char *build_root(void) {
  // Nothing that is mounted here reaches the machine, nor the other way round.
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return "private mounts";
  if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=256k,nr_inodes=128,mode=0755") != 0)
    return "tmpfs of the root";
  static const char *const folders[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
  for (size_t at = 0; at < sizeof folders / sizeof *folders; at++)
    if (show_folder(folders[at]) != 0) return folders[at];
  if (mkdir("/tmp/dev", 0755) != 0 || mkdir("/tmp/etc", 0755) != 0) return "folders of the root";
  // No terminals, no shared memory, no other devices.
  static const char *const files[] = {
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
    "/etc/ld.so.cache", "/etc/alternatives",
  };
  for (size_t at = 0; at < sizeof files / sizeof *files; at++)
    if (show_file(files[at]) != 0) return files[at];
  // Made up, so that no name of the machine's users shows.
  if (make_file("/tmp/etc/passwd", "nobody:x:65534:65534:nobody:/work:/bin/sh\n") != 0 ||
      make_file("/tmp/etc/group", "nogroup:x:65534:\n") != 0)
    return "users of the root";
  // A cell mounts a /proc of its own over this one, which the kernel allows only where a whole one
  // can be seen already.
  if (mkdir("/tmp/proc", 0755) != 0 || mount("/proc", "/tmp/proc", NULL, MS_BIND | MS_REC, NULL) != 0)
    return "proc of the root";
  if (mkdir("/tmp" CELL_SCRATCH, 0755) != 0 || symlink(CELL_SCRATCH "/work", "/tmp/work") != 0 ||
      symlink(CELL_SCRATCH "/tmp", "/tmp/tmp") != 0)
    return "scratch of the root";
  if (chdir("/tmp") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return "pivot_root";
  // The old root lies over the new one and goes; nothing of the machine's tree can be reached.
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return "leaving the old root";
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (mount_setattr(AT_FDCWD, "/", 0, &attributes, sizeof attributes) != 0) return "read-only root";
  return NULL;
}

const char *cell_prepare_stage(void) {
  const char *step = drop_root();
  if (step) return step;
  char users[64], groups[64];
  snprintf(users, sizeof users, "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
  snprintf(groups, sizeof groups, "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
  // The network namespace has no interface that is up, so nothing can be reached from here on.
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP) != 0)
    return "unshare";
  if (write_file("/proc/self/setgroups", "deny") != 0) return "setgroups map";
  if (write_file("/proc/self/uid_map", users) != 0) return "uid_map";
  if (write_file("/proc/self/gid_map", groups) != 0) return "gid_map";
  if (sethostname("cell", 4) != 0) return "sethostname";
  return build_root();
}
