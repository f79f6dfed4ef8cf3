// Calls that Swift's Glibc module does not show.

#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
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

int sandbox_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

static int listening(int family, const void *address, socklen_t length) {
  int one = above_standard_streams(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (one < 0) return -1;
  if (bind(one, address, length) == 0 && listen(one, 4) == 0) return one;
  int code = errno;
  close(one);
  errno = code;
  return -1;
}

int sandbox_listen_abstract(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  if (length >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address.sun_path + 1, name, length);
  length += offsetof(struct sockaddr_un, sun_path) + 1;
  return listening(AF_UNIX, &address, (socklen_t)length);
}

int sandbox_listen_loopback(unsigned short *port) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = listening(AF_INET, &address, sizeof address);
  socklen_t length = sizeof address;
  if (one < 0 || getsockname(one, (struct sockaddr *)&address, &length) != 0) return one;
  *port = ntohs(address.sin_port);
  return one;
}
