#include "CKernels.h"
#include "scratch.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *hone_allocate(size_t bytes) {
  const size_t huge = (size_t)2 << 20;
  size_t alignment = bytes >= 2 * huge ? huge : 64;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) {
    // Callers end the process: here it says why, which a trap of a release build does not.
    fprintf(stderr, "hone: out of memory: the system has no %zu bytes more for numbers\n", bytes);
    return NULL;
  }
  if (alignment == huge) (void)madvise(memory, bytes, MADV_HUGEPAGE);
  memset(memory, 0, bytes);
  return memory;
}

void hone_release(void *memory) { free(memory); }

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
