// One cell at work: what goes in and out, and how it ends.

#define _GNU_SOURCE
#include "work.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// How long a cell's pid 1 may take to end it before it is killed itself.
enum { GRACE_MILLISECONDS = 100 };

// MARK: - Replies

static int take_input(struct work *work);

// Writes to the supervisor. It may itself be writing input at this moment, and reads only then: what
// it sends is taken meanwhile, or both would wait for each other.
static int tell(const struct server *server, struct work *work, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    int takes = work != NULL && work->request.is_interactive;
    struct pollfd waits[2] = {{server->replies, POLLOUT, 0}, {takes ? server->requests : -1, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return -1;
    if (waits[1].revents && take_input(work) != 0) return -1;
    if (!waits[0].revents) continue;
    ssize_t sent = send(server->replies, next, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (sent <= 0) continue;
    next += sent;
    count -= (size_t)sent;
  }
  return 0;
}

int work_reply(const struct server *server, const struct cell_reply *head, struct work *work, const char *text) {
  if (tell(server, work, head, sizeof *head) != 0) return -1;
  if (text) return tell(server, work, text, head->error_bytes);
  if (work == NULL) return 0;
  return tell(server, work, work->output.bytes, head->output_bytes) != 0 ||
                 tell(server, work, work->errors.bytes, head->error_bytes) != 0
             ? -1
             : tell(server, work, work->records.bytes, head->record_bytes);
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

void work_discard(struct cell *cell) {
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
  if (cell_read(work->server->requests, &more, sizeof more) != 0 || more.bytes > LARGEST_REQUEST) return -1;
  if (more.kind == CELL_END_INPUT) {
    work->ends_input = 1;
  } else if (more.kind == CELL_INPUT) {
    size_t waiting = work->held - work->sent;
    char *joined = malloc(waiting + more.bytes + 1);
    if (joined == NULL) return -1;
    memcpy(joined, work->payload + work->sent, waiting);
    store_forget(work->payload, work->held);
    work->payload = joined;
    work->sent = 0;
    work->held = waiting + more.bytes;
    if (cell_read(work->server->requests, joined + waiting, more.bytes) != 0) return -1;
  } else {
    return -1;
  }
  send_job(work);
  return 0;
}

static int forward_records(struct work *work) {
  struct cell_reply head = {.kind = CELL_RECORDS, .record_bytes = (uint32_t)work->records.count};
  if (work_reply(work->server, &head, work, NULL) != 0) return -1;
  work->records.count = 0;
  return 0;
}

// Reads one of the three streams; returns -1 where the supervisor is gone.
static int take_stream(struct work *work, int *descriptor, struct store *store, size_t most, uint32_t flag) {
  enum arrival arrival = store_take(store, *descriptor, most);
  if (arrival == THE_END) close_end(descriptor);
  if (store->total > most) tell_to_stop(work, flag);
  if (store == &work->errors) store_keep_end(store, (size_t)work->server->limits.errors_kib << 10);
  if (store == &work->records && work->request.is_interactive && store->count > 0)
    return forward_records(work);
  return 0;
}

// Serves the cell until its pid 1 is gone. Returns -1 where the supervisor is gone.
static int attend(struct work *work) {
  struct cell *cell = &work->cell;
  size_t output_limit = (size_t)work->server->limits.output_kib << 10, record_limit = (size_t)work->server->limits.records_kib << 10;
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
      {work->server->requests, work->request.is_interactive ? POLLIN : 0, 0},
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
  size_t output_limit = (size_t)work->server->limits.output_kib << 10, record_limit = (size_t)work->server->limits.records_kib << 10;
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

// Says that no program ran, or that how it ended is not known.
static int tell_not_made(struct work *work, const char *step, int code) {
  char text[160];
  int length = snprintf(text, sizeof text, "%s: %s", step, strerror(code));
  struct cell_reply head = {
    .kind = CELL_DONE, .flags = CELL_NOT_MADE, .status = code, .error_bytes = (uint32_t)length};
  return work_reply(work->server, &head, work, text);
}

// Runs one request in the cell that waits. Returns -1 where the supervisor is gone.
int work_run(struct work *work) {
  if (work->cell.failure.kind == CELL_FAILURE) {
    work_discard(&work->cell);
    return tell_not_made(work, work->cell.failure.step, work->cell.failure.code);
  }
  send_job(work);
  if (attend(work) != 0) return work_discard(&work->cell), -1;
  struct cell_news ending;
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
    .status = has_ending ? ending.code : SIGKILL,
    .output_bytes = (uint32_t)work->output.count,
    .error_bytes = (uint32_t)work->errors.count,
    .record_bytes = (uint32_t)work->records.count,
    .cpu_microseconds = microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
    .wall_microseconds = cell_clock() - work->started,
  };
  if (has_ending && ending.reached_limit) head.flags |= CELL_MANY_PROCESSES;
  // Nobody told it to stop, and the program cannot end it: it was the machine.
  if (!has_ending && work->flags == 0) return tell_not_made(work, "the cell was ended", EIO);
  return work_reply(work->server, &head, work, NULL);
}

void work_forget(struct work *work) {
  store_forget(work->payload, work->held);
  store_forget(work->output.bytes, work->output.room);
  store_forget(work->errors.bytes, work->errors.room);
  store_forget(work->records.bytes, work->records.room);
}
