// The kernels of CKernels, compiled once more for each kind of processor that Hone has code for, so
// that a test on one machine runs what the others run.
#ifndef CKERNEL_LEVELS_H
#define CKERNEL_LEVELS_H
#include "CKernels.h"

#define FOR_ALL_KERNELS(KERNEL)                                                                   \
  KERNEL(matmul) KERNEL(packed_size) KERNEL(pack) KERNEL(matmul_packed) KERNEL(packed_int8_size)  \
  KERNEL(pack_int8) KERNEL(matmul_int8) KERNEL(matmul_packed_int8) KERNEL(norm)                   \
  KERNEL(norm_backward) KERNEL(rotate) KERNEL(gate) KERNEL(gate_backward) KERNEL(add_rows)        \
  KERNEL(sum_rows) KERNEL(gather) KERNEL(scatter_add) KERNEL(attend) KERNEL(attend_backward)      \
  KERNEL(attend_step) KERNEL(to_f16) KERNEL(log_softmax) KERNEL(log_softmax_backward)             \
  KERNEL(argmax) KERNEL(sample) KERNEL(sum_of_squares) KERNEL(adamw) KERNEL(dropout)              \
  KERNEL(from_f16) KERNEL(from_bf16) KERNEL(from_q8_0) KERNEL(from_q4_0) KERNEL(from_q4_1)        \
  KERNEL(from_q5_0) KERNEL(from_q5_1) KERNEL(from_q4_k) KERNEL(from_q5_k) KERNEL(from_q6_k)

#define KERNEL(name) __typeof__(hone_##name) *_Nonnull name;
typedef struct {
  FOR_ALL_KERNELS(KERNEL)
} hone_kernels;
#undef KERNEL

// Those that the program takes on this processor.
const hone_kernels *_Nonnull usual_kernels(void);
// Those of a processor without vectors beyond its architecture's own, and without fused products.
const hone_kernels *_Nonnull portable_kernels(void);
// Those of x86-64-v3; NULL where the processor is none.
const hone_kernels *_Nullable avx2_kernels(void);
// Plain loops in double precision for all that adds or has a formula; the rest as usual.
hone_kernels naive_kernels(void);
#endif
