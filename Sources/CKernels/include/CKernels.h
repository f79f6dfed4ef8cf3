// The loops that the compiler vectorises, and the one pool of threads that they run on.
//
// Shapes are [rows, columns], outermost first, row-major. A stride is the distance between the
// starts of two rows, in floats. Callers have checked every size. A function that takes a range of
// rows is one tile of work; it is serial, and the caller spreads tiles with hone_parallel.
#ifndef CKERNELS_H
#define CKERNELS_H
#include "CDequantize.h"
#include <stddef.h>
#include <stdint.h>

// MARK: - Memory

// Zeroed, 64-byte aligned memory (huge pages where it is large), or NULL.
void *hone_allocate(size_t bytes);
void hone_release(void *memory);

// Address space in which memory is taken where it is first written, in huge pages where there are
// such, and reads as zeros; or NULL. `bytes` is a multiple of 4096.
void *hone_reserve(size_t bytes);
void hone_unreserve(void *memory, size_t bytes);
// Gives whole pages of it back to the system: they read as zeros, and are taken again where written.
// Returns 0 where the system refuses; then they are as they were.
int hone_discard(void *memory, size_t bytes);

// MARK: - Threads

typedef void (*hone_body)(void *context, int tile);

// Runs body(context, t) for each t in 0..<tiles on the pool's workers and the caller, and waits.
// Tiles are taken dynamically, so a tile must not depend on who runs it. A call from inside a body
// runs its tiles where it is.
void hone_parallel(int tiles, hone_body body, void *context);
// Threads that compute, the caller included; at least 1. The default is the machine's cores.
void hone_set_workers(int count);
int hone_workers(void);

// MARK: - Matrix products

// c = op(a) * op(b) + keep * c with op(a) [m, k], op(b) [k, n], keep 0 or 1. Each value of c is a sum
// over k in one order, whatever m and n are, and however many workers there are.
void hone_matmul(int transpose_a, int transpose_b, int m, int n, int k, const float *a, int lda,
                 const float *b, int ldb, int keep, float *c, int ldc);

// Floats that op(b) [k, n] takes when it is packed for many products.
size_t hone_packed_size(int n, int k);
void hone_pack(int transpose_b, int n, int k, const float *b, int ldb, float *packed);
// hone_matmul with a packed b: the same bits.
void hone_matmul_packed(int m, int n, int k, const float *a, int lda, const float *packed, int keep,
                        float *c, int ldc);

// The same with both sides rounded to eight bits in groups of 64 along k, each group with a scale; sums
// of bytes are exact, sums over groups of float32. Sizes are bytes. A group with NaN or infinity makes
// NaN. Where the processor does not multiply bytes, the same sums are made one by one, slowly.
void hone_matmul_int8(int transpose_a, int transpose_b, int m, int n, int k, const float *a, int lda,
                      const float *b, int ldb, int keep, float *c, int ldc);
size_t hone_packed_int8_size(int n, int k);
void hone_pack_int8(int transpose_b, int n, int k, const float *b, int ldb, uint8_t *packed);
void hone_matmul_packed_int8(int m, int n, int k, const float *a, int lda, const uint8_t *packed,
                             int keep, float *c, int ldc);

// Whether the processor multiplies bytes: 1 or 0.
int hone_multiplies_bytes(void);

// The kernels of products that this processor gets: "avx512", "avx2" or "portable".
const char *hone_product_kernels(void);

// MARK: - Rows

// y = x / sqrt(mean(x^2) + epsilon) * gain; inverse[row] = 1 / sqrt(…), kept for the backward pass.
// A row holds `heads` vectors of `width` values, each normalised by itself with the same gain.
void hone_norm(const float *x, int x_stride, const float *gain, float epsilon, int rows, int heads,
               int width, float *y, int y_stride, float *inverse);
// dx (accumulated) and dgain (accumulated) of hone_norm. With in_place, dx is dy overwritten.
void hone_norm_backward(const float *x, int x_stride, const float *gain, const float *inverse,
                        const float *dy, int dy_stride, int rows, int heads, int width, float *dx,
                        int dx_stride, float *dgain, int in_place);

// Turns pair (i, i + width / 2) of each of `heads` vectors by the angle of the row's position, by
// `sign` (-1 turns back). cosines, sines: [positions, width / 2].
void hone_rotate(float *x, int stride, const int32_t *positions, const float *cosines,
                 const float *sines, int rows, int heads, int width, float sign);

// y = silu(gate) * up with gate and up side by side in `gate_up` [rows, 2 * width].
void hone_gate(const float *gate_up, int rows, int width, float *y);
// Overwrites gate_up by its gradient, and y (again silu(gate) * up) for the next product.
void hone_gate_backward(float *gate_up, const float *dy, int rows, int width, float *y);

void hone_add_rows(float *x, int stride, const float *bias, int rows, int columns);
// dbias += column sums of dx.
void hone_sum_rows(const float *dx, int stride, int rows, int columns, float *dbias);

// y[row] = table[tokens[row]]
void hone_gather(const float *table, int width, const int32_t *tokens, int rows, float *y);
// dtable[tokens[row]] += dy[row], in the columns from..<to, in the order of the rows.
void hone_scatter_add(float *dtable, int width, const int32_t *tokens, const float *dy, int dy_stride,
                      int rows, int from, int to);

// MARK: - Attention

// `count` rows of one matrix, from `row`, which attend to themselves causally and to the
// `prefix_count` rows from `prefix_row`, all of them.
typedef struct {
  int32_t row, count, prefix_row, prefix_count;
} hone_segment;

typedef struct {
  const float *qkv;    // [rows, (heads + 2 * kv_heads) * width]: queries, keys, values
  float *output;       // [rows, heads * width]
  float *log_sums;     // [rows, heads]: log of the sum of exponentials of the scaled scores
  const float *d_output;
  float *d_qkv;        // overwritten
  const hone_segment *segments;
  int heads, kv_heads, width, stride;
  float scale;
} hone_attention;

// One segment, one key-value head, and the query heads that share it.
void hone_attend(const hone_attention *attention, int segment, int kv_head);
// A group of segments first..<last, one key-value head: the first segment is the prefix of the
// others, which follow it.
void hone_attend_backward(const hone_attention *attention, int first, int last, int kv_head);

// Keys and values of a shared prompt and of the completion so far, rows of [2 * kv_heads * width],
// keys then values: floats, or where `half` is not 0 numbers of 16 bits (IEEE binary16).
typedef struct {
  const void *prompt, *own;
  int prompt_count, own_count, half;
} hone_cached;

// One query of a decoding step.
void hone_attend_step(const float *query, const hone_cached *cached, int heads, int kv_heads,
                      int width, float scale, float *output);
// Rounds to 16 bits, to nearest; what is too large becomes the largest number.
void hone_to_f16(const float *values, size_t count, void *halves);

// MARK: - Head

// Log-probability of target, entropy (nats) and log of the sum of exponentials of logits / temperature.
void hone_log_softmax(const float *logits, int columns, float inverse_temperature, int32_t target,
                      float *log_prob, float *entropy, float *log_sum);
// Overwrites logits by slope_log_prob * dlogProb + slope_entropy * dentropy.
void hone_log_softmax_backward(float *logits, int columns, float inverse_temperature, int32_t target,
                               float log_sum, float entropy, float slope_log_prob,
                               float slope_entropy);
// The largest value's index; the lowest of equals. NaN never wins.
int32_t hone_argmax(const float *x, int count);
// Draws from softmax(x * inverse_temperature): the index where the running sum of probabilities first
// exceeds u, in 0..<1; with its log-probability, as hone_log_softmax gives it, and the entropy.
int32_t hone_sample(const float *x, int count, float inverse_temperature, double u, float *log_prob,
                    float *entropy);

// MARK: - Parameters

double hone_sum_of_squares(const float *x, size_t count);
// One step of AdamW with decoupled decay, in PyTorch's order. correction1 = 1 - beta1^t, likewise 2.
void hone_adamw(float *p, const float *g, float *m, float *v, size_t count, float gradient_scale,
                float rate, float decay, float beta1, float beta2, float epsilon, float correction1,
                float correction2);
// x = base + x * keep, where keep is 0 with probability p and 1 / (1 - p) otherwise, by a hash of the
// key, the row's own key and the column. base may be NULL (nothing is added).
void hone_dropout(float *x, int columns, const float *base, uint32_t key, uint32_t row_key, float p);
#endif
