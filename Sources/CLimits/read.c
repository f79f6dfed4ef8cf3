// Sums in eight vectors: two loads a cycle, and additions that do not wait for one another.
#include "CLimits.h"

#if defined(__x86_64__)
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), min_vector_width(512)))
#endif
float hone_limit_read(const float *values, size_t count, int passes) {
  typedef float lanes __attribute__((vector_size(64), aligned(4)));
  enum { LANES = 16, SUMS = 8, STEP = LANES * SUMS };
  lanes sums[SUMS] = {};
  for (int pass = 0; pass < passes; pass++) {
    for (size_t at = 0; at + STEP <= count; at += STEP)
      for (int i = 0; i < SUMS; i++) sums[i] += *(const lanes *)(values + at + i * LANES);
    // Another pass must read again: memory may have changed, for all that the compiler knows.
    __asm__ volatile("" ::: "memory");
  }
  float total = 0;
  for (int i = 0; i < SUMS; i++)
    for (int lane = 0; lane < LANES; lane++) total += sums[i][lane];
  return total;
}
