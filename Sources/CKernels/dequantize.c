// The block formats of GGML as its specification writes them: little-endian, low nibbles first.
// Products and sums are rounded one by one, so that every machine reads the same weights.
#include "CDequantize.h"
#include <string.h>

#pragma clang fp contract(off)

#if defined(__x86_64__) && defined(__clang__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif

static inline float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline uint16_t word(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

// Half precision by integer steps: the compiler vectorises it, and it needs no library.
static inline float half(const uint8_t *p) {
  const uint32_t bits = word(p);
  const uint32_t sign = (bits & 0x8000u) << 16;
  const uint32_t rest = (bits & 0x7FFFu) << 13;
  const uint32_t exponent = rest & 0x0F800000u;
  // Normal numbers move their exponent's bias from 15 to 127; infinity and NaN move twice.
  const uint32_t normal = rest + (112u << 23) + (exponent == 0x0F800000u ? 112u << 23 : 0);
  // Subnormal numbers are a small integer times 2^-24.
  const float small = (float)(bits & 0x7FFFu) * 0x1p-24f;
  uint32_t tiny;
  memcpy(&tiny, &small, 4);
  return from_bits(sign | (exponent == 0 ? tiny : normal));
}

CLONES void hone_from_f16(const uint8_t *source, float *destination, size_t count) {
  for (size_t i = 0; i < count; i++) destination[i] = half(source + 2 * i);
}

CLONES void hone_from_bf16(const uint8_t *source, float *destination, size_t count) {
  for (size_t i = 0; i < count; i++)
    destination[i] = from_bits((uint32_t)word(source + 2 * i) << 16);
}

// d, 32 signed bytes: d * q.
CLONES void hone_from_q8_0(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 34, destination += 32) {
    const float d = half(source);
    for (int i = 0; i < 32; i++) destination[i] = d * (float)(int8_t)source[2 + i];
  }
}

// d, 32 nibbles: d * (q - 8).
CLONES void hone_from_q4_0(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 18, destination += 32) {
    const float d = half(source);
    for (int i = 0; i < 16; i++) {
      destination[i] = d * (float)((source[2 + i] & 15) - 8);
      destination[i + 16] = d * (float)((source[2 + i] >> 4) - 8);
    }
  }
}

// d, m, 32 nibbles: d * q + m.
CLONES void hone_from_q4_1(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 20, destination += 32) {
    const float d = half(source), m = half(source + 2);
    for (int i = 0; i < 16; i++) {
      destination[i] = d * (float)(source[4 + i] & 15) + m;
      destination[i + 16] = d * (float)(source[4 + i] >> 4) + m;
    }
  }
}

static inline uint32_t double_word(const uint8_t *p) {
  return (uint32_t)word(p) | (uint32_t)word(p + 2) << 16;
}

// d, 32 fifth bits, 32 nibbles: d * (q - 16).
CLONES void hone_from_q5_0(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 22, destination += 32) {
    const float d = half(source);
    const uint32_t high = double_word(source + 2);
    for (int i = 0; i < 16; i++) {
      const int low = source[6 + i];
      destination[i] = d * (float)(((low & 15) | (int)((high >> i & 1) << 4)) - 16);
      destination[i + 16] = d * (float)((low >> 4 | (int)((high >> (i + 16) & 1) << 4)) - 16);
    }
  }
}

// d, m, 32 fifth bits, 32 nibbles: d * q + m.
CLONES void hone_from_q5_1(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 24, destination += 32) {
    const float d = half(source), m = half(source + 2);
    const uint32_t high = double_word(source + 4);
    for (int i = 0; i < 16; i++) {
      const int low = source[8 + i];
      destination[i] = d * (float)((low & 15) | (int)((high >> i & 1) << 4)) + m;
      destination[i + 16] = d * (float)(low >> 4 | (int)((high >> (i + 16) & 1) << 4)) + m;
    }
  }
}

// Eight six-bit scales and eight six-bit minima in twelve bytes.
static inline void scale_and_minimum(const uint8_t *p, int j, int *scale, int *minimum) {
  if (j < 4) {
    *scale = p[j] & 63;
    *minimum = p[j + 4] & 63;
  } else {
    *scale = (p[j + 4] & 15) | (p[j - 4] >> 6) << 4;
    *minimum = p[j + 4] >> 4 | (p[j] >> 6) << 4;
  }
}

// d, dmin, scales, 256 nibbles in pairs of 32: d * scale * q - dmin * minimum.
CLONES void hone_from_q4_k(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 144, destination += 256) {
    const float d = half(source), dmin = half(source + 2);
    for (int j = 0; j < 8; j++) {
      int scale, minimum;
      scale_and_minimum(source + 4, j, &scale, &minimum);
      const float s = d * (float)scale, m = dmin * (float)minimum;
      const uint8_t *low = source + 16 + 32 * (j / 2);
      const int shift = 4 * (j % 2);
      for (int i = 0; i < 32; i++)
        destination[32 * j + i] = s * (float)(low[i] >> shift & 15) - m;
    }
  }
}

// As q4_k, with 256 fifth bits: bit j of byte i belongs to value i of group j.
CLONES void hone_from_q5_k(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 176, destination += 256) {
    const float d = half(source), dmin = half(source + 2);
    const uint8_t *high = source + 16;
    for (int j = 0; j < 8; j++) {
      int scale, minimum;
      scale_and_minimum(source + 4, j, &scale, &minimum);
      const float s = d * (float)scale, m = dmin * (float)minimum;
      const uint8_t *low = source + 48 + 32 * (j / 2);
      const int shift = 4 * (j % 2);
      for (int i = 0; i < 32; i++)
        destination[32 * j + i] =
            s * (float)((low[i] >> shift & 15) | (high[i] >> j & 1) << 4) - m;
    }
  }
}

// 256 nibbles, 256 pairs of high bits, 16 signed scales, d: d * scale * (q - 32).
CLONES void hone_from_q6_k(const uint8_t *source, float *destination, size_t blocks) {
  for (size_t b = 0; b < blocks; b++, source += 210, destination += 256) {
    const float d = half(source + 208);
    for (int j = 0; j < 8; j++) {  // groups of 32 values
      const uint8_t *low = source + 64 * (j / 4) + 32 * (j % 2);
      const uint8_t *high = source + 128 + 32 * (j / 4);
      const int lowShift = 4 * (j % 4 / 2), highShift = 2 * (j % 4);
      for (int i = 0; i < 32; i++) {
        const float s = d * (float)(int8_t)source[192 + 2 * j + i / 16];
        const int q = (low[i] >> lowShift & 15) | (high[i] >> highShift & 3) << 4;
        destination[32 * j + i] = s * (float)(q - 32);
      }
    }
  }
}
