// The options of a server, and reading and writing whole pieces.

#define _GNU_SOURCE
#include "cell.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *name;
  size_t offset;
} known[] = {
  {"memory-mib", offsetof(struct cell_limits, memory_mib)},
  {"data-only", offsetof(struct cell_limits, data_only)},
  {"processes", offsetof(struct cell_limits, processes)},
  {"file-kib", offsetof(struct cell_limits, file_kib)},
  {"output-kib", offsetof(struct cell_limits, output_kib)},
  {"errors-kib", offsetof(struct cell_limits, errors_kib)},
  {"records-kib", offsetof(struct cell_limits, records_kib)},
  {"scratch-mib", offsetof(struct cell_limits, scratch_mib)},
  {"inodes", offsetof(struct cell_limits, inodes)},
  {"open-files", offsetof(struct cell_limits, open_files)},
};

int cell_read_options(const char *options, struct cell_limits *limits) {
  while (*options) {
    size_t at = 0;
    size_t length = strcspn(options, "=");
    while (at < sizeof known / sizeof *known &&
           (strlen(known[at].name) != length || strncmp(known[at].name, options, length) != 0))
      at++;
    if (at == sizeof known / sizeof *known || options[length] != '=') return -1;
    options += length + 1;
    uint64_t value = 0;
    size_t digits = 0;
    for (; *options >= '0' && *options <= '9'; options++, digits++) {
      value = value * 10 + (uint64_t)(*options - '0');
      if (value > 1 << 24) return -1;
    }
    if (digits == 0 || (*options != ' ' && *options != 0)) return -1;
    uint32_t small = (uint32_t)value;
    memcpy((char *)limits + known[at].offset, &small, sizeof small);
    while (*options == ' ') options++;
  }
  return 0;
}

int cell_write(int descriptor, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = write(descriptor, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    next += written;
    count -= (size_t)written;
  }
  return 0;
}

int cell_read(int descriptor, void *bytes, size_t count) {
  char *next = bytes;
  while (count > 0) {
    ssize_t taken = read(descriptor, next, count);
    if (taken < 0 && errno == EINTR) continue;
    if (taken == 0) errno = 0;
    if (taken <= 0) return -1;
    next += taken;
    count -= (size_t)taken;
  }
  return 0;
}
