// Stored numbers of model files to float32. A block is the unit of a format: `values` weights in
// `bytes` bytes. Callers have checked that `source` holds `blocks` whole blocks and that
// `destination` has room for all their values.
#ifndef CDEQUANTIZE_H
#define CDEQUANTIZE_H
#include <stddef.h>
#include <stdint.h>

void hone_from_f16(const uint8_t *source, float *destination, size_t count);
void hone_from_bf16(const uint8_t *source, float *destination, size_t count);
void hone_from_q8_0(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q4_0(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q4_1(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q5_0(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q5_1(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q4_k(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q5_k(const uint8_t *source, float *destination, size_t blocks);
void hone_from_q6_k(const uint8_t *source, float *destination, size_t blocks);
#endif
