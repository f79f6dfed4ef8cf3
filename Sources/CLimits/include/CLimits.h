// Loops that do nothing but reach a limit of the processor: what benchmarks are measured against.
#ifndef CLIMITS_H
#define CLIMITS_H
#include <stddef.h>
#include <stdint.h>

typedef enum {
  HONE_FLOAT32,   // fused multiply-add
  HONE_BFLOAT16,  // dot products of pairs, summed in float32
  HONE_INT8,      // dot products of fours, summed in int32
} hone_arithmetic;

// Multiplications and additions of one round of hone_limit_arithmetic, on the best instructions that
// this processor has for the kind; 0 where it has none of their own.
int64_t hone_limit_operations(hone_arithmetic kind);
// `rounds` rounds on values in registers. What it returns keeps the compiler from leaving them out.
float hone_limit_arithmetic(hone_arithmetic kind, int64_t rounds);

// Reads `count` floats `passes` times, and gives their sum.
float hone_limit_read(const float *values, size_t count, int passes);
#endif
