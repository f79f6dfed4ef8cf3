#include "CKernels.h"
#include "vector.h"
#include <math.h>

// Lanes of float would lose digits over a hundred million values, so blocks are summed in double.
CLONES double hone_sum_of_squares(const float *x, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 4096) {
    int length = count - start < 4096 ? (int)(count - start) : 4096;
    total += dot(x + start, x + start, length);
  }
  return total;
}

CLONES void hone_adamw(float *p, const float *g, float *m, float *v, size_t count,
                       float gradient_scale, float rate, float decay, float beta1, float beta2,
                       float epsilon, float correction1, float correction2) {
  float keep = 1.0f - rate * decay, step = rate / correction1, root = 1.0f / sqrtf(correction2);
  for (size_t i = 0; i < count; i++) {
    float slope = g[i] * gradient_scale;
    float mean = beta1 * m[i] + (1.0f - beta1) * slope;
    float square = beta2 * v[i] + (1.0f - beta2) * slope * slope;
    m[i] = mean;
    v[i] = square;
    p[i] = p[i] * keep - step * mean / (sqrtf(square) * root + epsilon);
  }
}

INLINE uint32_t mixed(uint32_t x) {  // "lowbias32" of Wellons' hash prospector
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  x ^= x >> 16;
  return x;
}

CLONES void hone_dropout(float *x, int columns, const float *base, uint32_t key, uint32_t row_key,
                         float p) {
  uint32_t row = mixed(key ^ mixed(row_key + 0x9e3779b9U));
  uint32_t bound = (uint32_t)(p * 16777216.0f);
  float keep = 1.0f / (1.0f - p);
  for (int i = 0; i < columns; i++) {
    uint32_t bits = mixed(row + (uint32_t)i * 0x9e3779b9U) >> 8;
    float kept = bits < bound ? 0.0f : x[i] * keep;
    x[i] = base == NULL ? kept : base[i] + kept;
  }
}
