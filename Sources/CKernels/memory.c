#include "CKernels.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *hone_allocate(size_t bytes) {
  const size_t huge = (size_t)2 << 20;
  size_t alignment = bytes >= 2 * huge ? huge : 64;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) return NULL;
  if (alignment == huge) (void)madvise(memory, bytes, MADV_HUGEPAGE);
  memset(memory, 0, bytes);
  return memory;
}

void hone_release(void *memory) { free(memory); }
