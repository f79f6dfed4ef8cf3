// One cell, as the server makes it: pipes, namespaces, and a first process that does the rest.

#define _GNU_SOURCE
#include "cell.h"
#include "first.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOB, OUTPUT, ERRORS, RECORDS, STATUS, PIPES };

static void close_both(int pipes[PIPES][2]) {
  for (int at = 0; at < PIPES; at++)
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

// Waits until the first process and the program are at their places, or say what failed. No program
// runs yet, so what comes here is the house's own.
static void await(struct cell *cell) {
  for (uint32_t missing = CELL_FORKED | CELL_ENTERED; missing != 0;) {
    struct cell_news news;
    if (cell_read(cell->status, &news, sizeof news) != 0)
      news = (struct cell_news){.kind = CELL_FAILURE, .code = EIO, .step = "first process"};
    if (news.kind == CELL_FAILURE) {
      cell->failure = news;
      return;
    }
    missing &= ~news.kind;
  }
}

enum cell_side cell_make(struct cell *cell, const struct cell_limits *limits) {
  // The first process runs here until it has forked, beside nothing: the server waits.
  static _Alignas(16) char stack[64 << 10];
  static struct making making;
  int pipes[PIPES][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  for (int at = 0; at < PIPES; at++)
    if (make_pipe(pipes[at]) != 0) {
      close_both(pipes);
      return CELL_FAILED;
    }
  making = (struct making){
    .limits = limits,
    .user = geteuid(),
    .group = getegid(),
    .ends = {pipes[JOB][0], pipes[OUTPUT][1], pipes[ERRORS][1], pipes[RECORDS][1]},
    .status = pipes[STATUS][1],
  };
  if (setjmp(making.program) != 0) return CELL_IN_PROGRAM;
  // The maps of users are written through /proc, which belongs to a dumpable process only; the
  // program inherits this, and may read what is its own.
  prctl(PR_SET_DUMPABLE, 1);
  pid_t first = clone(
      cell_first, stack + sizeof stack,
      CLONE_VM | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, &making);
  if (first < 0) {
    int code = errno;
    close_both(pipes);
    errno = code;
    return CELL_FAILED;
  }
  int theirs[PIPES] = {pipes[JOB][0], pipes[OUTPUT][1], pipes[ERRORS][1], pipes[RECORDS][1], pipes[STATUS][1]};
  for (int at = 0; at < PIPES; at++) close(theirs[at]);
  *cell = (struct cell){
    .first = first, .job = pipes[JOB][1], .output = pipes[OUTPUT][0], .errors = pipes[ERRORS][0],
    .records = pipes[RECORDS][0], .status = pipes[STATUS][0]};
  int ours[4] = {cell->job, cell->output, cell->errors, cell->records};
  for (int at = 0; at < 4; at++) fcntl(ours[at], F_SETFL, O_NONBLOCK);
  await(cell);
  // From now on a program runs: nobody may look into the memory that pid 1 shares.
  prctl(PR_SET_DUMPABLE, 0);
  return CELL_IN_SERVER;
}
