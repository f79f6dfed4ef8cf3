// Calls that Swift's Glibc module does not show.

#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

// A host without standard streams would otherwise see its pipes in their place.
static int above_standard_streams(int descriptor) {
  if (descriptor < 0 || descriptor > 2) return descriptor;
  int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  int code = errno;
  close(descriptor);
  errno = code;
  return higher;
}

int sandbox_pipe(int ends[2], int nonblocking) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  ends[0] = above_standard_streams(ends[0]);
  ends[1] = above_standard_streams(ends[1]);
  if (ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[nonblocking], F_SETFL, O_NONBLOCK) == 0) return 0;
  int code = errno;
  if (ends[0] >= 0) close(ends[0]);
  if (ends[1] >= 0) close(ends[1]);
  errno = code;
  return -1;
}

int sandbox_event(void) {
  return above_standard_streams(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}
