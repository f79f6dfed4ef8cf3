// The server: one cell after the other, each made before it is asked for.

#define _GNU_SOURCE
#include "cell.h"

#include "CJail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  // How long a cell's pid 1 may take to end it before it is killed itself.
  GRACE_MILLISECONDS = 100,
  LARGEST_REQUEST = 64 << 20,
};

/// Bytes of a stream, up to a limit; beyond it only the end is kept, or nothing.
struct store {
  char *bytes;
  size_t count;
  size_t room;
  size_t total;
};

/// A cell at work.
struct work {
  struct cell cell;
  struct cell_request request;
  char *payload;
  size_t sent;
  size_t held;  // bytes at `payload`
  int ends_input;
  struct store output, errors, records;
  uint64_t started;   // microseconds
  uint64_t deadline;  // microseconds
  int was_told;       // to stop
  uint32_t flags;
};

static int requests, replies;
static struct cell_limits limits = {
  .memory_mib = 512, .processes = 16, .file_kib = 16384, .output_kib = 256, .errors_kib = 4,
  .records_kib = 1024, .scratch_mib = 32, .inodes = 1024, .open_files = 64,
};

// MARK: - Streams

// The next cell is a copy of this process: bytes of one program must be gone before it is made.
static void forget(void *bytes, size_t count) {
  if (bytes != NULL) explicit_bzero(bytes, count);
  free(bytes);
}

static int append(struct store *store, const char *bytes, size_t count) {
  if (store->count + count > store->room) {
    size_t room = (store->count + count) * 2;
    char *larger = malloc(room);  // not realloc, which may leave a copy behind
    if (larger == NULL) return -1;
    if (store->count > 0) memcpy(larger, store->bytes, store->count);
    forget(store->bytes, store->room);
    store->bytes = larger;
    store->room = room;
  }
  memcpy(store->bytes + store->count, bytes, count);
  store->count += count;
  return 0;
}

// Keeps the last `most` bytes.
static void keep_end(struct store *store, size_t most) {
  if (store->count <= most) return;
  memmove(store->bytes, store->bytes + store->count - most, most);
  store->count = most;
}

enum arrival { NOTHING, SOMETHING, THE_END };

// Reads what is there, at most `most` bytes and one more in all, which tells that there were too many.
static enum arrival take(int descriptor, struct store *store, size_t most) {
  static char chunk[1 << 16];
  ssize_t count = read(descriptor, chunk, sizeof chunk);
  if (count == 0) return THE_END;
  if (count < 0) return errno == EAGAIN || errno == EINTR ? NOTHING : THE_END;
  store->total += (size_t)count;
  int code = store->total > most ? 0 : append(store, chunk, (size_t)count);
  explicit_bzero(chunk, (size_t)count);
  return code == 0 ? SOMETHING : THE_END;
}

// MARK: - Replies

static int take_input(struct work *work);

// Writes to the supervisor. It may itself be writing input at this moment, and reads only then: what
// it sends is taken meanwhile, or both would wait for each other.
static int tell(struct work *work, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    int takes = work != NULL && work->request.is_interactive;
    struct pollfd waits[2] = {{replies, POLLOUT, 0}, {takes ? requests : -1, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return -1;
    if (waits[1].revents && take_input(work) != 0) return -1;
    if (!waits[0].revents) continue;
    ssize_t sent = send(replies, next, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (sent <= 0) continue;
    next += sent;
    count -= (size_t)sent;
  }
  return 0;
}

static int reply(const struct cell_reply *head, struct work *work, const char *text) {
  if (tell(work, head, sizeof *head) != 0) return -1;
  if (text) return tell(work, text, head->error_bytes);
  if (work == NULL) return 0;
  return tell(work, work->output.bytes, head->output_bytes) != 0 ||
                 tell(work, work->errors.bytes, head->error_bytes) != 0
             ? -1
             : tell(work, work->records.bytes, head->record_bytes);
}

static int64_t give_up(const char *step) {
  char text[160];
  int length = snprintf(text, sizeof text, "%s: %s", step, strerror(errno));
  struct cell_reply head = {.kind = CELL_BROKEN, .status = errno, .error_bytes = (uint32_t)length};
  reply(&head, NULL, text);
  return -1;
}

// MARK: - One cell

// pid 1 ends everything in order, so that its time is counted; one that does not is killed. The
// process is a child that was not waited for, so its number is surely its own.
static void tell_to_stop(struct work *work, uint32_t flag) {
  work->flags |= flag;
  if (work->was_told) return;
  work->was_told = 1;
  kill(work->cell.first, SIGTERM);
  uint64_t last = cell_clock() + GRACE_MILLISECONDS * 1000;
  work->deadline = last;
}

static void close_end(int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

static void discard(struct cell *cell) {
  kill(cell->first, SIGKILL);
  while (waitpid(cell->first, NULL, 0) < 0 && errno == EINTR) {}
  int *ends[5] = {&cell->job, &cell->output, &cell->errors, &cell->records, &cell->status};
  for (int at = 0; at < 5; at++) close_end(ends[at]);
}

static void send_job(struct work *work) {
  while (work->cell.job >= 0 && work->sent < work->held) {
    ssize_t count = write(work->cell.job, work->payload + work->sent, work->held - work->sent);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    // A program that reads no more says so by its end.
    if (count < 0) return close_end(&work->cell.job);
    work->sent += (size_t)count;
  }
  if (work->ends_input) close_end(&work->cell.job);
}

// Takes one request about the running cell. Returns 0, or -1 at the supervisor's end.
static int take_input(struct work *work) {
  struct cell_request more;
  if (cell_read(requests, &more, sizeof more) != 0 || more.bytes > LARGEST_REQUEST) return -1;
  if (more.kind == CELL_END_INPUT) {
    work->ends_input = 1;
  } else if (more.kind == CELL_INPUT) {
    size_t waiting = work->held - work->sent;
    char *joined = malloc(waiting + more.bytes + 1);
    if (joined == NULL) return -1;
    memcpy(joined, work->payload + work->sent, waiting);
    forget(work->payload, work->held);
    work->payload = joined;
    work->sent = 0;
    work->held = waiting + more.bytes;
    if (cell_read(requests, joined + waiting, more.bytes) != 0) return -1;
  } else {
    return -1;
  }
  send_job(work);
  return 0;
}

static int forward_records(struct work *work) {
  struct cell_reply head = {.kind = CELL_RECORDS, .record_bytes = (uint32_t)work->records.count};
  if (reply(&head, work, NULL) != 0) return -1;
  work->records.count = 0;
  return 0;
}

// Reads one of the three streams; returns -1 where the supervisor is gone.
static int take_stream(struct work *work, int *descriptor, struct store *store, size_t most, uint32_t flag) {
  enum arrival arrival = take(*descriptor, store, most);
  if (arrival == THE_END) close_end(descriptor);
  if (store->total > most) tell_to_stop(work, flag);
  if (store == &work->errors) keep_end(store, (size_t)limits.errors_kib << 10);
  if (store == &work->records && work->request.is_interactive && store->count > 0)
    return forward_records(work);
  return 0;
}

// Serves the cell until its pid 1 is gone. Returns -1 where the supervisor is gone.
static int attend(struct work *work) {
  struct cell *cell = &work->cell;
  size_t output_limit = (size_t)limits.output_kib << 10, record_limit = (size_t)limits.records_kib << 10;
  while (cell->status >= 0) {
    uint64_t moment = cell_clock();
    if (moment >= work->deadline) {
      if (work->was_told) kill(cell->first, SIGKILL);
      else tell_to_stop(work, CELL_TIMED_OUT);
      if (work->deadline <= moment) work->deadline = moment + 1000000;
    }
    struct pollfd waits[6] = {
      {cell->output, POLLIN, 0},
      {cell->errors, POLLIN, 0},
      {cell->records, POLLIN, 0},
      {cell->status, 0, 0},  // only its end counts
      {work->sent < work->held ? cell->job : -1, POLLOUT, 0},
      {requests, work->request.is_interactive ? POLLIN : 0, 0},
    };
    int milliseconds = (int)((work->deadline - moment + 999) / 1000);
    if (poll(waits, 6, milliseconds) < 0 && errno != EINTR) return -1;
    // First: what follows may tell the supervisor something, and takes what it sends meanwhile.
    if (waits[5].revents & POLLIN) {
      if (take_input(work) != 0) return -1;
      work->records.total = 0;  // the limit is one answer's
    } else if (waits[5].revents) {
      return -1;
    }
    if (waits[0].revents && take_stream(work, &cell->output, &work->output, output_limit, CELL_OUTPUT_LIMIT) != 0) return -1;
    if (waits[1].revents && take_stream(work, &cell->errors, &work->errors, output_limit, CELL_OUTPUT_LIMIT) != 0) return -1;
    if (waits[2].revents && take_stream(work, &cell->records, &work->records, record_limit, CELL_RECORD_LIMIT) != 0) return -1;
    if (waits[4].revents) send_job(work);
    if (waits[3].revents) return 0;
  }
  return 0;
}

// What was written before the end and not read yet. All processes are gone, so all of it is there; the
// end itself need not come, since a socket that was sent through itself keeps a descriptor open.
static int drain_stream(struct work *work, int *descriptor, struct store *store, size_t most, uint32_t flag) {
  for (size_t before = ~(size_t)0; *descriptor >= 0 && store->total != before;) {
    before = store->total;
    if (take_stream(work, descriptor, store, most, flag) != 0) return -1;
  }
  close_end(descriptor);
  return 0;
}

static int drain(struct work *work) {
  struct cell *cell = &work->cell;
  size_t output_limit = (size_t)limits.output_kib << 10, record_limit = (size_t)limits.records_kib << 10;
  return drain_stream(work, &cell->output, &work->output, output_limit, CELL_OUTPUT_LIMIT) != 0 ||
                 drain_stream(work, &cell->errors, &work->errors, output_limit, CELL_OUTPUT_LIMIT) != 0
             ? -1
             : drain_stream(work, &cell->records, &work->records, record_limit, CELL_RECORD_LIMIT);
}

// Sockets in flight through each other are garbage that the kernel looks for only when some socket is
// closed; until then they hold descriptors, and count for the user, of whom the next program is one.
static void collect_sockets(void) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return;
  close(pair[0]);
  close(pair[1]);
}

static uint64_t microseconds(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

// Runs one request in the cell that waits. Returns -1 where the supervisor is gone.
static int run(struct work *work) {
  send_job(work);
  if (attend(work) != 0) return discard(&work->cell), -1;
  struct cell_ending ending;
  int has_ending = cell_read(work->cell.status, &ending, sizeof ending) == 0;
  struct rusage usage;
  while (wait4(work->cell.first, NULL, 0, &usage) < 0 && errno == EINTR) {}
  work->was_told = 1;  // there is nobody left to tell
  if (drain(work) != 0) return -1;
  collect_sockets();
  close_end(&work->cell.job);
  close_end(&work->cell.status);
  struct cell_reply head = {
    .kind = CELL_DONE,
    .flags = work->flags,
    .status = has_ending ? ending.status : SIGKILL,
    .output_bytes = (uint32_t)work->output.count,
    .error_bytes = (uint32_t)work->errors.count,
    .record_bytes = (uint32_t)work->records.count,
    .cpu_microseconds = microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
    .wall_microseconds = cell_clock() - work->started,
  };
  if (has_ending && ending.is_made && ending.reached_limit) head.flags |= CELL_MANY_PROCESSES;
  if (!has_ending && work->flags == 0) {
    // Nobody told it to stop, and the program cannot end it: it was the machine.
    ending = (struct cell_ending){.status = EIO, .step = "the cell was ended"};
    has_ending = 1;
  }
  if (has_ending && !ending.is_made) {
    char text[160];
    ending.step[sizeof ending.step - 1] = 0;
    int length = snprintf(text, sizeof text, "%s: %s", ending.step, strerror(ending.status));
    head.flags |= CELL_NOT_MADE;
    head.output_bytes = head.record_bytes = 0;
    head.error_bytes = (uint32_t)length;
    return reply(&head, work, text);
  }
  return reply(&head, work, NULL);
}

// MARK: - The loop

// Reads the next request to run something; 0 at the supervisor's end.
static int next(struct work *work) {
  if (cell_read(requests, &work->request, sizeof work->request) != 0) return 0;
  // Input for a cell that has ended meanwhile is of no use.
  while (work->request.kind != CELL_RUN) {
    static char nothing[1 << 12];
    for (size_t left = work->request.bytes; left > 0;) {
      size_t count = left < sizeof nothing ? left : sizeof nothing;
      if (cell_read(requests, nothing, count) != 0) return 0;
      left -= count;
    }
    explicit_bzero(nothing, sizeof nothing);
    if (cell_read(requests, &work->request, sizeof work->request) != 0) return 0;
  }
  if (work->request.bytes > LARGEST_REQUEST || work->request.job_bytes > work->request.bytes) return 0;
  // The program learns its CPU limit and the length of its job before anything else.
  size_t head = sizeof work->request;
  work->payload = malloc(head + work->request.bytes);
  if (work->payload == NULL) return 0;
  memcpy(work->payload, &work->request, head);
  if (cell_read(requests, work->payload + head, work->request.bytes) != 0) return 0;
  work->held = head + work->request.bytes;
  work->ends_input = !work->request.is_interactive;
  work->started = cell_clock();
  work->deadline = work->started + (uint64_t)work->request.wall_milliseconds * 1000;
  return 1;
}

// In the program: waits for the job.
static int64_t begin_program(void) {
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

int64_t cell_serve(int given_requests, int given_replies, const char *options) {
  requests = given_requests;
  replies = given_replies;
  if (take_over(&requests, 0, O_RDONLY) != 0 || take_over(&replies, 1, O_WRONLY) != 0) return -1;
  if (cell_read_options(options, &limits) != 0) return errno = EINVAL, give_up("options");
  signal(SIGPIPE, SIG_IGN);
  forget_words();
  const char *step = cell_prepare_stage();
  if (step) return give_up(step);
  if (jail_prepare_filter(JAIL_PROGRAM) != 0) return give_up("filter");
  struct cell_reply ready = {.kind = CELL_READY};
  if (reply(&ready, NULL, NULL) != 0) return -1;
  while (1) {
    struct work work = {0};
    enum cell_side side = cell_make(&work.cell, &limits);
    if (side == CELL_IN_PROGRAM) return begin_program();
    if (side == CELL_FAILED) return give_up("clone3");
    if (!next(&work)) {
      discard(&work.cell);
      _exit(0);
    }
    if (run(&work) != 0) _exit(0);
    forget(work.payload, work.held);
    forget(work.output.bytes, work.output.room);
    forget(work.errors.bytes, work.errors.room);
    forget(work.records.bytes, work.records.room);
  }
}
