#pragma once

// Bytes of a stream, gathered up to a limit.

#include <stddef.h>

/// Bytes of a stream, up to a limit; beyond it only the end is kept, or nothing.
struct store {
  char *bytes;
  size_t count;
  size_t room;
  size_t total;
};

enum arrival { NOTHING, SOMETHING, THE_END };

/// Wipes and frees. The next cell is a copy of this process: bytes of one program must be gone before
/// it is made.
void store_forget(void *bytes, size_t count);

/// Keeps the last `most` bytes.
void store_keep_end(struct store *store, size_t most);

/// Reads what is there, at most `most` bytes and one chunk more in all, which tells that there were
/// too many.
enum arrival store_take(struct store *store, int descriptor, size_t most);
