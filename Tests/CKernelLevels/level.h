// Before a source file of CKernels, this makes it the copy of one level, `LEVEL`: its functions have
// names of their own, and it does not ask the processor what it is, as on an architecture without
// clones. Memory and the pool of threads stay those of the program.
#ifndef LEVEL_H
#define LEVEL_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#undef __x86_64__

#define JOIN(level, name) level##_##name
#define JOINED(level, name) JOIN(level, name)
#define OF_LEVEL(name) JOINED(LEVEL, name)
// Whatever the files share or offer; the linker refuses what is missing here.
#define hone_matmul OF_LEVEL(hone_matmul)
#define hone_packed_size OF_LEVEL(hone_packed_size)
#define hone_pack OF_LEVEL(hone_pack)
#define hone_matmul_packed OF_LEVEL(hone_matmul_packed)
#define hone_packed_int8_size OF_LEVEL(hone_packed_int8_size)
#define hone_pack_int8 OF_LEVEL(hone_pack_int8)
#define hone_matmul_int8 OF_LEVEL(hone_matmul_int8)
#define hone_matmul_packed_int8 OF_LEVEL(hone_matmul_packed_int8)
#define hone_norm OF_LEVEL(hone_norm)
#define hone_norm_backward OF_LEVEL(hone_norm_backward)
#define hone_rotate OF_LEVEL(hone_rotate)
#define hone_gate OF_LEVEL(hone_gate)
#define hone_gate_backward OF_LEVEL(hone_gate_backward)
#define hone_add_rows OF_LEVEL(hone_add_rows)
#define hone_sum_rows OF_LEVEL(hone_sum_rows)
#define hone_gather OF_LEVEL(hone_gather)
#define hone_scatter_add OF_LEVEL(hone_scatter_add)
#define hone_attend OF_LEVEL(hone_attend)
#define hone_attend_backward OF_LEVEL(hone_attend_backward)
#define hone_attend_step OF_LEVEL(hone_attend_step)
#define hone_to_f16 OF_LEVEL(hone_to_f16)
#define hone_log_softmax OF_LEVEL(hone_log_softmax)
#define hone_log_softmax_backward OF_LEVEL(hone_log_softmax_backward)
#define hone_argmax OF_LEVEL(hone_argmax)
#define hone_sample OF_LEVEL(hone_sample)
#define hone_sum_of_squares OF_LEVEL(hone_sum_of_squares)
#define hone_adamw OF_LEVEL(hone_adamw)
#define hone_dropout OF_LEVEL(hone_dropout)
#define hone_from_f16 OF_LEVEL(hone_from_f16)
#define hone_from_bf16 OF_LEVEL(hone_from_bf16)
#define hone_from_q8_0 OF_LEVEL(hone_from_q8_0)
#define hone_from_q4_0 OF_LEVEL(hone_from_q4_0)
#define hone_from_q4_1 OF_LEVEL(hone_from_q4_1)
#define hone_from_q5_0 OF_LEVEL(hone_from_q5_0)
#define hone_from_q5_1 OF_LEVEL(hone_from_q5_1)
#define hone_from_q4_k OF_LEVEL(hone_from_q4_k)
#define hone_from_q5_k OF_LEVEL(hone_from_q5_k)
#define hone_from_q6_k OF_LEVEL(hone_from_q6_k)
#define hone_multiplies_bytes OF_LEVEL(hone_multiplies_bytes)
#define hone_product_kernels OF_LEVEL(hone_product_kernels)
#define multiply_panel OF_LEVEL(multiply_panel)
#define pack_panel OF_LEVEL(pack_panel)
#define tiles_of OF_LEVEL(tiles_of)
#define round_left OF_LEVEL(round_left)
#define pack_blocks OF_LEVEL(pack_blocks)
#endif
