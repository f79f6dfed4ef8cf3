// Twelve independent accumulators hide the latency of every instruction measured here (at most six
// cycles, two a cycle). An empty assembly statement holds them in registers in each round, so that
// rounds can neither be merged nor left out.
#include "CLimits.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { ACCUMULATORS = 12 };

#define EACH _Pragma("clang loop unroll(full)") for (int i = 0; i < ACCUMULATORS; i++)

// About 0.001 in float32, and in both of the bfloat16 that its bits make.
#define SMALL 0x1.067506p-10f

#if defined(__x86_64__)

// Defines a loop named `name` over vectors of `type`, whose step is `instruction` on `x`, for
// processors that have `features`. Values are small and not zero, as a processor may save power on
// zeros.
#define PEAK(name, features, type, register_class, value, instruction)           \
  __attribute__((target(features), noinline)) static float name(int64_t rounds) { \
    type sums[ACCUMULATORS], x = value;                                          \
    __asm__ volatile("" : "+" register_class(x));                                \
    EACH sums[i] = x;                                                            \
    for (int64_t round = 0; round < rounds; round++) {                           \
      EACH sums[i] = instruction;                                                \
      EACH __asm__ volatile("" : "+" register_class(sums[i]));                   \
    }                                                                            \
    EACH x += sums[i];                                                           \
    float first;                                                                 \
    __builtin_memcpy(&first, &x, sizeof first);                                  \
    return first;                                                                \
  }

PEAK(float32_avx512, "avx512f", __m512, "v", _mm512_set1_ps(SMALL),
     _mm512_fmadd_ps(x, x, sums[i]))
PEAK(float32_avx2, "avx2,fma", __m256, "x", _mm256_set1_ps(SMALL),
     _mm256_fmadd_ps(x, x, sums[i]))
PEAK(bfloat16_avx512, "avx512f,avx512bf16", __m512, "v", _mm512_set1_ps(SMALL),
     _mm512_dpbf16_ps(sums[i], (__m512bh)x, (__m512bh)x))
PEAK(int8_avx512, "avx512f,avx512vnni", __m512i, "v", _mm512_set1_epi8(1),
     _mm512_dpbusd_epi32(sums[i], x, x))
PEAK(int8_avx2, "avx2,avxvnni", __m256i, "x", _mm256_set1_epi8(1),
     _mm256_dpbusd_avx_epi32(sums[i], x, x))

typedef struct {
  float (*loop)(int64_t);
  int64_t operations;  // of one instruction
} peak;

static peak best(hone_arithmetic kind) {
  const peak none = {0, 0};
  __builtin_cpu_init();
  switch (kind) {
  case HONE_FLOAT32:
    if (__builtin_cpu_supports("avx512f")) return (peak){float32_avx512, 32};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      return (peak){float32_avx2, 16};
    return none;
  case HONE_BFLOAT16:
    return __builtin_cpu_supports("avx512bf16") ? (peak){bfloat16_avx512, 64} : none;
  case HONE_INT8:
    if (__builtin_cpu_supports("avx512vnni")) return (peak){int8_avx512, 128};
    return __builtin_cpu_supports("avxvnni") ? (peak){int8_avx2, 64} : none;
  }
  return none;
}

#else

typedef float vector __attribute__((vector_size(16)));

// Contracted to fused multiply-adds where the processor has them.
static float float32_plain(int64_t rounds) {
  vector sums[ACCUMULATORS], x = {SMALL, SMALL, SMALL, SMALL};
  __asm__ volatile("" : "+w"(x));
  EACH sums[i] = x;
  for (int64_t round = 0; round < rounds; round++) {
    EACH sums[i] += x * x;
    EACH __asm__ volatile("" : "+w"(sums[i]));
  }
  EACH x += sums[i];
  return x[0];
}

typedef struct {
  float (*loop)(int64_t);
  int64_t operations;
} peak;

static peak best(hone_arithmetic kind) {
  return kind == HONE_FLOAT32 ? (peak){float32_plain, 8} : (peak){0, 0};
}

#endif

int64_t hone_limit_operations(hone_arithmetic kind) { return ACCUMULATORS * best(kind).operations; }

float hone_limit_arithmetic(hone_arithmetic kind, int64_t rounds) {
  peak found = best(kind);
  return found.loop == 0 ? 0 : found.loop(rounds);
}
