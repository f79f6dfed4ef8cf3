// Landlock by its system calls, which the C library does not wrap. The kernel's header may be older
// than the kernel, so what is needed of it stands here.

#define _GNU_SOURCE
#include "CJail.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

/// As of ABI 6; an older kernel is given fewer bytes.
struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scope;
};

struct path_rule {
  uint64_t allowed;
  int32_t folder;
} __attribute__((packed));

enum { VERSION_FLAG = 1, PATH_RULE = 1 };

// Rights to files, in the kernel's order.
enum {
  EXECUTE = 1 << 0,
  WRITE_FILE = 1 << 1,
  READ_FILE = 1 << 2,
  READ_DIR = 1 << 3,
  REMOVE_DIR = 1 << 4,
  REMOVE_FILE = 1 << 5,
  MAKE_CHAR = 1 << 6,
  MAKE_DIR = 1 << 7,
  MAKE_REG = 1 << 8,
  MAKE_SOCK = 1 << 9,
  MAKE_FIFO = 1 << 10,
  MAKE_BLOCK = 1 << 11,
  MAKE_SYM = 1 << 12,
  REFER = 1 << 13,      // ABI 2
  TRUNCATE = 1 << 14,   // ABI 3
  IOCTL_DEVICE = 1 << 15,  // ABI 5

  READ = EXECUTE | READ_FILE | READ_DIR,
  // No device may be made.
  WRITE = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_SOCK | MAKE_FIFO
          | MAKE_SYM | REFER | TRUNCATE,
  OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEVICE,
  DEVICE = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEVICE,
};

/// Allows what is below each path; rights of folders alone are left out for files.
static int allow(int ruleset, const char *const *paths, uint64_t rights) {
  for (; paths != NULL && *paths != NULL; paths++) {
    int place = open(*paths, O_PATH | O_CLOEXEC);
    if (place < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) continue;
    if (place < 0) return -1;
    struct stat status;
    int code = fstat(place, &status);
    if (code == 0) {
      uint64_t fitting = S_ISDIR(status.st_mode) ? rights : rights & OF_FILES;
      struct path_rule rule = {fitting, place};
      code = (int)syscall(__NR_landlock_add_rule, ruleset, PATH_RULE, &rule, 0);
    }
    int reason = errno;
    close(place);
    if (code != 0) return errno = reason, -1;
  }
  return 0;
}

int jail_restrict_files(const struct jail_paths *paths) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  long version = syscall(__NR_landlock_create_ruleset, NULL, 0, VERSION_FLAG);
  if (version < 0) return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
  if (version == 0) return 0;

  struct ruleset handled = {0, 0, 0};
  size_t size = offsetof(struct ruleset, network);
  if (paths != NULL) {
    handled.files = IOCTL_DEVICE * 2 - 1;
    if (version < 5) handled.files &= ~(uint64_t)IOCTL_DEVICE;
    if (version < 3) handled.files &= ~(uint64_t)TRUNCATE;
    if (version < 2) handled.files &= ~(uint64_t)REFER;
  }
  // Binding and connecting TCP; abstract sockets and signals.
  if (version >= 4) handled.network = 3, size = offsetof(struct ruleset, scope);
  if (version >= 6) handled.scope = 3, size = sizeof handled;
  // An older kernel refuses a fence around nothing.
  if (handled.files == 0 && handled.network == 0) return 0;

  int ruleset = (int)syscall(__NR_landlock_create_ruleset, &handled, size, 0);
  if (ruleset < 0) return -1;
  int code = 0;
  if (paths != NULL) {
    code = allow(ruleset, paths->readable, READ & handled.files);
    if (code == 0) code = allow(ruleset, paths->writable, WRITE & handled.files);
    if (code == 0) code = allow(ruleset, paths->devices, DEVICE & handled.files);
  }
  if (code == 0) code = (int)syscall(__NR_landlock_restrict_self, ruleset, 0);
  int reason = errno;
  close(ruleset);
  if (code != 0) return errno = reason, -1;
  return (handled.files ? JAIL_FENCE_FILES : 0) | (handled.network ? JAIL_FENCE_TCP : 0)
         | (handled.scope ? JAIL_FENCE_SCOPE : 0);
}
