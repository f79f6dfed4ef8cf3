#pragma once

// One cell at work: what goes in and out, and how it ends.

#include "cell.h"
#include "store.h"

/// The server: its two channels, and what programs may use.
struct server {
  int requests;
  int replies;
  struct cell_limits limits;
};

/// A cell at work.
struct work {
  const struct server *server;
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

enum { LARGEST_REQUEST = 64 << 20 };

/// Sends a reply: `head`, then `text`, or else the streams of `work`, as `head` counts them. `work`
/// is NULL where no cell is at work. Returns 0, or -1 where the supervisor is gone.
int work_reply(const struct server *server, const struct cell_reply *head, struct work *work, const char *text);

/// Runs the request in the cell that waits. Returns 0, or -1 where the supervisor is gone.
int work_run(struct work *work);

/// Ends a cell that is not needed.
void work_discard(struct cell *cell);

/// Wipes all that the cell left.
void work_forget(struct work *work);
