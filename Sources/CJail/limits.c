// Limits on resources, descriptors and capabilities.

#define _GNU_SOURCE
#include "CJail.h"

#include <errno.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int jail_limit(int resource, unsigned long long value) {
  struct rlimit current;
  if (getrlimit((__rlimit_resource_t)resource, &current) != 0) return -1;
  rlim_t wanted = value;
  if (current.rlim_max != RLIM_INFINITY && wanted > current.rlim_max) wanted = current.rlim_max;
  struct rlimit lower = {wanted, wanted};
  return setrlimit((__rlimit_resource_t)resource, &lower);
}

int jail_limit_the_rest(void) {
  const struct {
    int resource;
    unsigned long long value;
  } all[] = {
      // A core file, or the helper that the host starts for one as root. One byte and not none: the
      // kernel starts no helper at 1, which it takes for its own mark, and writes no file that short.
      {RLIMIT_CORE, 1},
      {RLIMIT_RTPRIO, 0},
      {RLIMIT_NICE, 0},
      {RLIMIT_MSGQUEUE, 0},
      {RLIMIT_MEMLOCK, 64 << 10},
      // Each pending signal and timer is memory of the kernel's.
      {RLIMIT_SIGPENDING, 1024},
  };
  for (size_t index = 0; index < sizeof all / sizeof *all; index++)
    if (jail_limit(all[index].resource, all[index].value) != 0) return -1;
  return 0;
}

int jail_close_descriptors(unsigned int first) {
#ifdef SYS_close_range
  return (int)syscall(SYS_close_range, first, ~0U, 0);
#else
  return errno = ENOSYS, -1;
#endif
}

int jail_drop_capabilities(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  // The bounding set can be lowered only with CAP_SETPCAP; who lacks it has, under no_new_privs,
  // nothing that an exec could add.
  for (int capability = 0; capability < 64; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
      if (errno == EINVAL || errno == EPERM) break;
      return -1;
    }
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return -1;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return (int)syscall(SYS_capset, &header, none);
}
