// Sixteen rows of sixteen lanes, turned about in registers.
#ifndef TRANSPOSE_H
#define TRANSPOSE_H
#include "vector.h"

// Swaps the bits of row and lane number that `half` names, for sixteen rows of sixteen lanes.
#define SWAP_HALVES(rows, half, low, high)                       \
  for (int i = 0; i < LANES; i++)                                \
    if (!(i & half)) {                                           \
      lanes a = rows[i], b = rows[i + half];                     \
      rows[i] = __builtin_shufflevector(a, b, low);              \
      rows[i + half] = __builtin_shufflevector(a, b, high);      \
    }
#define LOW_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31

// rows[i][j] becomes rows[j][i].
INLINE void transpose_block(lanes rows[LANES]) {
  SWAP_HALVES(rows, 8, LOW_8, HIGH_8)
  SWAP_HALVES(rows, 4, LOW_4, HIGH_4)
  SWAP_HALVES(rows, 2, LOW_2, HIGH_2)
  SWAP_HALVES(rows, 1, LOW_1, HIGH_1)
}

// rows[0][i] becomes the sum of the lanes of rows[i]; the other rows become anything.
#define ADD_HALVES(rows, half, low, high) \
  for (int i = 0; i < half; i++)          \
    rows[i] = __builtin_shufflevector(rows[i], rows[i + half], low) + \
              __builtin_shufflevector(rows[i], rows[i + half], high);
INLINE void sum_lanes(lanes rows[LANES]) {
  ADD_HALVES(rows, 8, LOW_8, HIGH_8)
  ADD_HALVES(rows, 4, LOW_4, HIGH_4)
  ADD_HALVES(rows, 2, LOW_2, HIGH_2)
  ADD_HALVES(rows, 1, LOW_1, HIGH_1)
}
#endif
