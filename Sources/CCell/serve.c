// The server: one cell after the other, each made before it is asked for.

#define _GNU_SOURCE
#include "cell.h"
#include "work.h"

#include "CJail.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static struct server server = {
  .limits = {
    .memory_mib = 512, .processes = 16, .file_kib = 16384, .output_kib = 256, .errors_kib = 4,
    .records_kib = 1024, .scratch_mib = 32, .inodes = 1024, .open_files = 64,
  },
};

static int64_t give_up(const char *step) {
  char text[160];
  int length = snprintf(text, sizeof text, "%s: %s", step, strerror(errno));
  struct cell_reply head = {.kind = CELL_BROKEN, .status = errno, .error_bytes = (uint32_t)length};
  work_reply(&server, &head, NULL, text);
  return -1;
}

// Reads the next request to run something; 0 at the supervisor's end.
static int next(struct work *work) {
  if (cell_read(server.requests, &work->request, sizeof work->request) != 0) return 0;
  // Input for a cell that has ended meanwhile is of no use.
  while (work->request.kind != CELL_RUN) {
    static char nothing[1 << 12];
    for (size_t left = work->request.bytes; left > 0;) {
      size_t count = left < sizeof nothing ? left : sizeof nothing;
      if (cell_read(server.requests, nothing, count) != 0) return 0;
      left -= count;
    }
    explicit_bzero(nothing, sizeof nothing);
    if (cell_read(server.requests, &work->request, sizeof work->request) != 0) return 0;
  }
  if (work->request.bytes > LARGEST_REQUEST || work->request.job_bytes > work->request.bytes) return 0;
  // The program learns its CPU limit and the length of its job before anything else.
  size_t head = sizeof work->request;
  work->payload = malloc(head + work->request.bytes);
  if (work->payload == NULL) return 0;
  memcpy(work->payload, &work->request, head);
  if (cell_read(server.requests, work->payload + head, work->request.bytes) != 0) return 0;
  work->held = head + work->request.bytes;
  work->ends_input = !work->request.is_interactive;
  work->started = cell_clock();
  work->deadline = work->started + (uint64_t)work->request.wall_milliseconds * 1000;
  return 1;
}

// Where programs may run; the server and each pid 1, which share memory, keep to one processor: else
// every fork would have to interrupt another, and wait for it.
static cpu_set_t processors;

static void settle(void) {
  int here = sched_getcpu();
  // Where there are more than a set holds, all may run everywhere.
  if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(here, &one);
  sched_setaffinity(0, sizeof one, &one);
}

// In the program: waits for the job.
static int64_t begin_program(void) {
  if (CPU_COUNT(&processors) > 0) sched_setaffinity(0, sizeof processors, &processors);
  struct cell_request request;
  if (cell_read(0, &request, sizeof request) != 0) _exit(127);
  if (jail_limit(RLIMIT_CPU, request.cpu_seconds) != 0) _exit(127);
  return request.job_bytes;
}

// Standard input and output become harmless, so that the host cannot disturb the conversation.
static int take_over(int *descriptor, int replacement, int flags) {
  int higher = fcntl(*descriptor, F_DUPFD_CLOEXEC, 10);
  int harmless = open("/dev/null", flags | O_CLOEXEC);
  if (higher < 0 || harmless < 0 || dup2(harmless, replacement) < 0) return -1;
  close(harmless);
  *descriptor = higher;
  return 0;
}

// Wipes the server's command line, which a program could otherwise read from /proc/1/cmdline: it
// names paths of the machine.
static void forget_words(void) {
  FILE *file = fopen("/proc/self/stat", "re");
  if (file == NULL) return;
  char line[2048];
  size_t length = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[length] = 0;
  // The name in brackets may hold anything; fields are counted behind it, from 3 on.
  char *field = strrchr(line, ')');
  enum { ARGUMENTS_START = 48 };
  for (int number = 2; field != NULL && number < ARGUMENTS_START; number++) field = strchr(field + 1, ' ');
  unsigned long start, end;
  if (field == NULL || sscanf(field, "%lu %lu", &start, &end) != 2 || end <= start) return;
  memset((void *)start, 0, end - start);
}

int64_t cell_serve(int requests, int replies, const char *options) {
  server.requests = requests;
  server.replies = replies;
  if (take_over(&server.requests, 0, O_RDONLY) != 0 || take_over(&server.replies, 1, O_WRONLY) != 0) return -1;
  if (cell_read_options(options, &server.limits) != 0) return errno = EINVAL, give_up("options");
  signal(SIGPIPE, SIG_IGN);
  forget_words();
  const char *step = cell_prepare_stage();
  if (step) return give_up(step);
  if (jail_prepare_filter(JAIL_PROGRAM) != 0) return give_up("filter");
  settle();
  // Free pieces that a program would else sort, and so copy, at its first large allocation.
  malloc_trim(0);
  struct cell_reply ready = {.kind = CELL_READY};
  if (work_reply(&server, &ready, NULL, NULL) != 0) return -1;
  while (1) {
    struct work work = {.server = &server};
    enum cell_side side = cell_make(&work.cell, &server.limits);
    if (side == CELL_IN_PROGRAM) return begin_program();
    if (side == CELL_FAILED) return give_up("clone3");
    if (!next(&work)) {
      work_discard(&work.cell);
      _exit(0);
    }
    if (work_run(&work) != 0) _exit(0);
    work_forget(&work);
  }
}
