// What the loops share: clones for the processor at hand, a lane type, sums in a fixed order, exp.
#ifndef VECTOR_H
#define VECTOR_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// One binary picks AVX-512, AVX2 or the baseline as it starts.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), min_vector_width(512)))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Sixteen lanes, whatever the processor has: a sum has the same order of additions everywhere.
typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t int_lanes __attribute__((vector_size(64), aligned(4)));
enum { LANES = 16 };

// Macros, not functions: a vector of 64 bytes is passed differently by each clone.
#define LOAD(p) (*(const lanes *)(p))
#define STORE(p, x) (*(lanes *)(p) = (x))
#define SPLAT(x) ((lanes){} + (float)(x))

// Asks for up to three lines from `next` on, into the second cache.
INLINE void ask_for(const char *next, size_t bytes) {
  __builtin_prefetch(next, 0, 2);
  if (bytes > 64) __builtin_prefetch(next + 64, 0, 2);
  if (bytes > 128) __builtin_prefetch(next + 128, 0, 2);
}

INLINE float sum_of(const lanes *x) {
  float s[LANES];
  memcpy(s, x, sizeof s);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) s[i] += s[i + width];
  return s[0];
}

INLINE float largest_of(const lanes *x) {
  float s[LANES];
  memcpy(s, x, sizeof s);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) s[i] = s[i] > s[i + width] ? s[i] : s[i + width];
  return s[0];
}

INLINE float dot(const float *a, const float *b, int count) {
  lanes sum = {};
  int i = 0;
  for (; i + LANES <= count; i += LANES) sum += LOAD(a + i) * LOAD(b + i);
  float total = sum_of(&sum);
  for (; i < count; i++) total += a[i] * b[i];
  return total;
}

// exp to about 2 ulp: 2^n * p(r), x = n ln 2 + r, |r| <= ln 2 / 2, with a Taylor polynomial of
// degree 7. Below -87 the result is that of -87 (1.6e-38), above 88 that of 88.
INLINE float exp_of(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;  // round to nearest
  float r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int32_t bits = ((int32_t)n + 127) << 23;
  float scale;
  memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

// exp_of in each lane.
INLINE void exp_lanes(lanes *x) {
  lanes v = *x;
  int_lanes low = v < -87.0f, high = v > 88.0f;
  lanes floor = SPLAT(-87.0f), ceiling = SPLAT(88.0f);
  v = (lanes)(((int_lanes)v & ~low) | ((int_lanes)floor & low));
  v = (lanes)(((int_lanes)v & ~high) | ((int_lanes)ceiling & high));
  lanes n = (v * 1.44269504f + 12582912.0f) - 12582912.0f;
  lanes r = v - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  lanes p = SPLAT(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int_lanes bits = (__builtin_convertvector(n, int_lanes) + 127) << 23;
  *x = p * (lanes)bits;
}
#endif
