// Bytes of a stream, gathered up to a limit.

#define _GNU_SOURCE
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void store_forget(void *bytes, size_t count) {
  if (bytes != NULL) explicit_bzero(bytes, count);
  free(bytes);
}

static int append(struct store *store, const char *bytes, size_t count) {
  if (store->count + count > store->room) {
    size_t room = (store->count + count) * 2;
    char *larger = malloc(room);  // not realloc, which may leave a copy behind
    if (larger == NULL) return -1;
    if (store->count > 0) memcpy(larger, store->bytes, store->count);
    store_forget(store->bytes, store->room);
    store->bytes = larger;
    store->room = room;
  }
  memcpy(store->bytes + store->count, bytes, count);
  store->count += count;
  return 0;
}

void store_keep_end(struct store *store, size_t most) {
  if (store->count <= most) return;
  memmove(store->bytes, store->bytes + store->count - most, most);
  store->count = most;
}

enum arrival store_take(struct store *store, int descriptor, size_t most) {
  static char chunk[1 << 16];
  ssize_t count = read(descriptor, chunk, sizeof chunk);
  if (count == 0) return THE_END;
  if (count < 0) return errno == EAGAIN || errno == EINTR ? NOTHING : THE_END;
  store->total += (size_t)count;
  int code = store->total > most ? 0 : append(store, chunk, (size_t)count);
  explicit_bzero(chunk, (size_t)count);
  return code == 0 ? SOMETHING : THE_END;
}
