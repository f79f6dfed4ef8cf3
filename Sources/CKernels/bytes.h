// Matrices rounded to eight bits, for products of bytes.
//
// Values are rounded in groups of 64 along k, each with a scale of its own: x = scale * q with
// |q| <= 127, to nearest. A group that holds NaN or infinity has the scale NaN, so that its products
// are NaN as well.
#ifndef BYTES_H
#define BYTES_H
#include "panels.h"

enum { GROUP = 64 };

static inline int groups_of(int k) { return (k + GROUP - 1) / GROUP; }

// One group of a panel of the right side: scales [width], then bytes [GROUP / 4][width][4], stored as
// q + 128.
static inline size_t group_size(int width) { return (size_t)width * (sizeof(float) + GROUP); }

// One row of the left side: bytes [groups][GROUP], scales [groups], and -128 times the sums of the
// bytes [groups], which take back what the 128 of the right side added.
static inline size_t row_size(int k) {
  return (size_t)groups_of(k) * (GROUP + sizeof(float) + sizeof(int32_t));
}
static inline size_t scales_offset(int groups) { return (size_t)groups * GROUP; }
static inline size_t sums_offset(int groups) { return (size_t)groups * (GROUP + sizeof(float)); }

// The rows of op(a) [m, k], each of row_size(k) bytes.
void round_left(int transposed, int m, int k, const float *a, size_t stride, uint8_t *rows);
#endif
