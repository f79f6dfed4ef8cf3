// The supervisor's side: starting and ending a server. Swift shows neither fork nor personality.

#define _GNU_SOURCE
#include "cell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// A host without standard streams would otherwise see its channels in their place.
static int make_channel(int ends[2]) {
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
  for (int end = 0; end < 2; end++) {
    if (ends[end] > 2) continue;
    int higher = fcntl(ends[end], F_DUPFD_CLOEXEC, 3);
    close(ends[end]);
    ends[end] = higher;
    if (higher < 0) return -1;
  }
  return 0;
}

pid_t cell_start(char *const words[], int *requests, int *replies) {
  // Hashes of strings are the same in every server, so that a program that prints a set prints the
  // same each time. Python's cache of bytecode could not be written anyway.
  static char *const environment[] = {
    "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/work", "TMPDIR=/tmp", "PYTHONHASHSEED=0",
    "PYTHONSAFEPATH=1", "PYTHONDONTWRITEBYTECODE=1", NULL,
  };
  int to[2] = {-1, -1}, from[2] = {-1, -1};
  if (make_channel(to) != 0 || make_channel(from) != 0) {
    int ends[4] = {to[0], to[1], from[0], from[1]};
    for (int at = 0; at < 4; at++)
      if (ends[at] >= 0) close(ends[at]);
    return -1;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  // A group of its own, which the first processes of its cells are in too.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t server;
  // Equal addresses make a set of objects print in the same order too. A jail may refuse it.
  int former = personality(0xFFFFFFFF);
  if (former >= 0) personality((unsigned long)former | ADDR_NO_RANDOMIZE);
  int code = posix_spawn(&server, words[0], &actions, &attributes, words, environment);
  if (former >= 0) personality((unsigned long)former);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(to[0]);
  close(from[1]);
  if (code != 0) {
    close(to[1]);
    close(from[0]);
    return errno = code, -1;
  }
  *requests = to[1];
  *replies = from[0];
  return server;
}

int cell_stop(pid_t server) {
  int status = 0;
  // The server was not waited for, so its number is surely its own, and its group's.
  kill(-server, SIGKILL);
  kill(server, SIGKILL);
  while (waitpid(server, &status, 0) < 0 && errno == EINTR) {}
  // A supervisor that adopts orphans has got the cell that waited; it would stay a zombie.
  pid_t orphan;
  while ((orphan = waitpid(-server, NULL, 0)) > 0 || (orphan < 0 && errno == EINTR)) {}
  return status;
}

int cell_send(int requests, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t sent = send(requests, next, count, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return -1;
    next += sent;
    count -= (size_t)sent;
  }
  return 0;
}

int cell_receive(int replies, void *bytes, size_t count, uint64_t deadline) {
  char *next = bytes;
  while (count > 0) {
    uint64_t moment = cell_clock();
    if (moment >= deadline) return errno = ETIMEDOUT, -1;
    struct pollfd wait = {replies, POLLIN, 0};
    uint64_t milliseconds = (deadline - moment + 999) / 1000;
    int ready = poll(&wait, 1, milliseconds < 1 << 30 ? (int)milliseconds : 1 << 30);
    if (ready < 0 && errno != EINTR) return -1;
    if (ready <= 0) continue;
    ssize_t taken = recv(replies, next, count, 0);
    if (taken < 0 && errno == EINTR) continue;
    if (taken == 0) errno = 0;
    if (taken <= 0) return -1;
    next += taken;
    count -= (size_t)taken;
  }
  return 0;
}

uint64_t cell_clock(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}
