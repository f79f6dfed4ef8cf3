#include "CKernels.h"
#include "scratch.h"
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

void *hone_allocate(size_t bytes) {
  size_t alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : 64;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) {
    // Callers end the process: here it says why, which a trap of a release build does not.
    fprintf(stderr, "hone: out of memory: the system has no %zu bytes more for numbers\n", bytes);
    return NULL;
  }
  if (alignment == HUGE_PAGE) (void)madvise(memory, bytes, MADV_HUGEPAGE);
  memset(memory, 0, bytes);
  return memory;
}

void hone_release(void *memory) { free(memory); }

void *hone_reserve(size_t bytes) {
  // One huge page more than asked for holds an aligned range of that size; the rest is let go.
  char *start = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t before = -(uintptr_t)start % HUGE_PAGE;
  if (before > 0) (void)munmap(start, before);
  (void)munmap(start + before + bytes, HUGE_PAGE - before);
  (void)madvise(start + before, bytes, MADV_HUGEPAGE);
  return start + before;
}

void hone_unreserve(void *memory, size_t bytes) { (void)munmap(memory, bytes); }

int hone_discard(void *memory, size_t bytes) {
  return madvise(memory, bytes, MADV_DONTNEED) == 0;
}

static float *grown(float **memory, size_t *size, size_t floats) {
  if (floats > *size) {
    hone_release(*memory);
    *memory = hone_allocate(floats * sizeof(float));
    *size = *memory == NULL ? 0 : floats;
    if (*memory == NULL) abort();  // no caller can go on without it
  }
  return *memory;
}

float *scratch(size_t floats) {
  static _Thread_local float *memory;
  static _Thread_local size_t size;
  return grown(&memory, &size, floats);
}

float *tile_scratch(size_t floats) {
  static _Thread_local float *memory;
  static _Thread_local size_t size;
  return grown(&memory, &size, floats);
}

// A block begins with its size, in a line of the cache of its own.
enum { HEADER = 64 };
static _Atomic(size_t *) spare;

float *take_block(size_t floats) {
  size_t *block = atomic_exchange(&spare, NULL);
  if (block == NULL || *block < floats) {
    hone_release(block);
    block = hone_allocate(HEADER + floats * sizeof(float));
    if (block == NULL) abort();  // no caller can go on without it
    *block = floats;
  }
  return (float *)((char *)block + HEADER);
}

void give_block(float *block) {
  hone_release(atomic_exchange(&spare, (size_t *)((char *)block - HEADER)));
}
