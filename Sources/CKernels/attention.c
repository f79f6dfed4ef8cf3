// Causal attention over packed segments, in tiles of four queries.
//
// Keys and values are read twice over: as rows, and transposed into a scratch of [width, keys], so
// that scores of four queries against sixteen keys are products of registers without a sum across
// lanes. Probabilities are not kept: the backward pass makes them again from the log-sums.
#include "CKernels.h"
#include "scratch.h"
#include "transpose.h"
#include <math.h>

enum { QUERIES = 4 };

INLINE int padded(int keys) { return (keys + 2 * LANES - 1) / (2 * LANES) * (2 * LANES); }

// The row of key or value j of a segment: first those of the prefix, then its own.
INLINE int row_of(const hone_segment *s, int j) {
  return j < s->prefix_count ? s->prefix_row + j : s->row + j - s->prefix_count;
}

// to[d][j] = from[row_of(j)][d], zero beyond the last key.
INLINE void transpose(const float *from, int stride, const hone_segment *s, int width, int keys,
                      int pad, float *to) {
  for (int first = 0; first < pad; first += LANES) {
    int d = 0;
    for (; d + LANES <= width; d += LANES) {
      lanes rows[LANES];
      for (int j = 0; j < LANES; j++)
        rows[j] = first + j < keys ? LOAD(from + (size_t)row_of(s, first + j) * stride + d) : SPLAT(0);
      transpose_block(rows);
      for (int i = 0; i < LANES; i++) STORE(to + (size_t)(d + i) * pad + first, rows[i]);
    }
    for (; d < width; d++)
      for (int j = first; j < first + LANES; j++)
        to[(size_t)d * pad + j] = j < keys ? from[(size_t)row_of(s, j) * stride + d] : 0;
  }
}

// x in the lanes of j, j + 1, … that are below `count`, `other` in the rest.
INLINE void keep_below(lanes *x, int j, int count, float other) {
  const int_lanes numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  int_lanes inside = numbers < count - j;
  lanes rest = SPLAT(other);
  *x = (lanes)(((int_lanes)*x & inside) | ((int_lanes)rest & ~inside));
}

// The softmax of p[..<count], zero from there up to a multiple of the lanes above `seen`; returns
// the logarithm of the sum of exponentials.
INLINE float softmax(float *p, int count, int seen) {
  lanes peaks = SPLAT(-INFINITY), total = {};
  for (int j = 0; j < seen; j += LANES) {
    lanes x = LOAD(p + j);
    keep_below(&x, j, count, -INFINITY);
    int_lanes more = x > peaks;
    peaks = (lanes)(((int_lanes)x & more) | ((int_lanes)peaks & ~more));
  }
  float peak = largest_of(&peaks);
  for (int j = 0; j < seen; j += LANES) {
    lanes x = LOAD(p + j) - peak;
    exp_lanes(&x);
    keep_below(&x, j, count, 0);
    total += x;
    STORE(p + j, x);
  }
  float sum = sum_of(&total), scale = 1.0f / sum;
  for (int j = 0; j < seen; j += LANES) STORE(p + j, LOAD(p + j) * scale);
  return peak + logf(sum);
}

// p = exp(p - log_sum), d_p = p (d_p - pull) scale for keys below `count`; zero above, as `softmax`.
INLINE void softmax_backward(float *p, float *d_p, int count, int seen, float log_sum, float pull,
                             float scale) {
  for (int j = 0; j < seen; j += LANES) {
    lanes x = LOAD(p + j) - log_sum;
    exp_lanes(&x);
    keep_below(&x, j, count, 0);
    STORE(p + j, x);
    STORE(d_p + j, x * (LOAD(d_p + j) - pull) * scale);
  }
}

// out[q][j] = scale * sum_d a[q][d] * transposed[d][j] for four rows of a and j < keys.
INLINE void score(const float *const a[QUERIES], const float *transposed, int width, int keys,
                  int pad, float scale, float *out) {
  for (int j = 0; j < keys; j += 2 * LANES) {
    lanes s00 = {}, s01 = {}, s10 = {}, s11 = {}, s20 = {}, s21 = {}, s30 = {}, s31 = {};
    for (int d = 0; d < width; d++) {
      const float *t = transposed + (size_t)d * pad + j;
      lanes x = LOAD(t), y = LOAD(t + LANES);
      s00 += a[0][d] * x; s01 += a[0][d] * y;
      s10 += a[1][d] * x; s11 += a[1][d] * y;
      s20 += a[2][d] * x; s21 += a[2][d] * y;
      s30 += a[3][d] * x; s31 += a[3][d] * y;
    }
    STORE(out + j, s00 * scale); STORE(out + j + LANES, s01 * scale);
    STORE(out + pad + j, s10 * scale); STORE(out + pad + j + LANES, s11 * scale);
    STORE(out + 2 * pad + j, s20 * scale); STORE(out + 2 * pad + j + LANES, s21 * scale);
    STORE(out + 3 * pad + j, s30 * scale); STORE(out + 3 * pad + j + LANES, s31 * scale);
  }
}

// sums[q][d] = sum_j p[q][j] * rows[row_of(j)][d] for four rows of p.
INLINE void combine(const float *p, int pad, const float *rows, int stride, const hone_segment *s,
                    int width, int keys, float *const sums[QUERIES]) {
  int d = 0;
  for (; d + 2 * LANES <= width; d += 2 * LANES) {
    lanes s00 = {}, s01 = {}, s10 = {}, s11 = {}, s20 = {}, s21 = {}, s30 = {}, s31 = {};
    for (int j = 0; j < keys; j++) {
      const float *v = rows + (size_t)row_of(s, j) * stride + d;
      lanes x = LOAD(v), y = LOAD(v + LANES);
      float p0 = p[j], p1 = p[pad + j], p2 = p[2 * pad + j], p3 = p[3 * pad + j];
      s00 += p0 * x; s01 += p0 * y;
      s10 += p1 * x; s11 += p1 * y;
      s20 += p2 * x; s21 += p2 * y;
      s30 += p3 * x; s31 += p3 * y;
    }
    STORE(sums[0] + d, s00); STORE(sums[0] + d + LANES, s01);
    STORE(sums[1] + d, s10); STORE(sums[1] + d + LANES, s11);
    STORE(sums[2] + d, s20); STORE(sums[2] + d + LANES, s21);
    STORE(sums[3] + d, s30); STORE(sums[3] + d + LANES, s31);
  }
  for (; d < width; d++) {
    float total[QUERIES] = {};
    for (int j = 0; j < keys; j++) {
      float v = rows[(size_t)row_of(s, j) * stride + d];
      for (int q = 0; q < QUERIES; q++) total[q] += p[(size_t)q * pad + j] * v;
    }
    for (int q = 0; q < QUERIES; q++) sums[q][d] = total[q];
  }
}

// to[j][d] += sum_q p[q][j] * a[q][d]
INLINE void spread(const float *p, int pad, const float *const a[QUERIES], int width, int keys,
                   float *to) {
  int d = 0;
  for (; d + 2 * LANES <= width; d += 2 * LANES) {
    lanes x0 = LOAD(a[0] + d), x1 = LOAD(a[1] + d), x2 = LOAD(a[2] + d), x3 = LOAD(a[3] + d);
    lanes y0 = LOAD(a[0] + d + LANES), y1 = LOAD(a[1] + d + LANES);
    lanes y2 = LOAD(a[2] + d + LANES), y3 = LOAD(a[3] + d + LANES);
    for (int j = 0; j < keys; j++) {
      float *out = to + (size_t)j * width + d;
      float p0 = p[j], p1 = p[pad + j], p2 = p[2 * pad + j], p3 = p[3 * pad + j];
      STORE(out, LOAD(out) + p0 * x0 + p1 * x1 + p2 * x2 + p3 * x3);
      STORE(out + LANES, LOAD(out + LANES) + p0 * y0 + p1 * y1 + p2 * y2 + p3 * y3);
    }
  }
  for (; d < width; d++)
    for (int j = 0; j < keys; j++)
      to[(size_t)j * width + d] += p[j] * a[0][d] + p[pad + j] * a[1][d] + p[2 * pad + j] * a[2][d] +
                                   p[3 * pad + j] * a[3][d];
}

CLONES void hone_attend(const hone_attention *t, int segment, int kv_head) {
  const hone_segment *s = t->segments + segment;
  int width = t->width, keys = s->prefix_count + s->count, pad = padded(keys);
  int share = t->heads / t->kv_heads;
  const float *k = t->qkv + (size_t)(t->heads + kv_head) * width;
  const float *v = k + (size_t)t->kv_heads * width;
  float *transposed = scratch((size_t)width * pad + QUERIES * pad + QUERIES * width);
  float *scores = transposed + (size_t)width * pad, *spare = scores + QUERIES * pad;
  transpose(k, t->stride, s, width, keys, pad, transposed);
  for (int head = kv_head * share; head < (kv_head + 1) * share; head++) {
    for (int first = 0; first < s->count; first += QUERIES) {
      int queries = s->count - first < QUERIES ? s->count - first : QUERIES;
      int seen = s->prefix_count + first + queries;
      const float *a[QUERIES];
      float *sums[QUERIES];
      for (int q = 0; q < QUERIES; q++) {
        int row = s->row + first + (q < queries ? q : queries - 1);
        a[q] = t->qkv + (size_t)row * t->stride + (size_t)head * width;
        sums[q] = q < queries ? t->output + ((size_t)row * t->heads + head) * width
                              : spare + (size_t)q * width;
      }
      score(a, transposed, width, seen, pad, t->scale, scores);
      for (int q = 0; q < queries; q++) {
        t->log_sums[(size_t)(s->row + first + q) * t->heads + head] =
            softmax(scores + (size_t)q * pad, s->prefix_count + first + q + 1, seen);
      }
      combine(scores, pad, v, t->stride, s, width, seen, sums);
    }
  }
}

// dv_j = sum_q p_qj dout_q; dp_qj = dout_q . v_j; ds = p (dp - dout . out) scale; dq = ds k; dk = ds^T q.
INLINE void backward_segment(const hone_attention *t, const hone_segment *s, int kv_head,
                             float *d_keys, float *d_values, float *memory) {
  int width = t->width, keys = s->prefix_count + s->count, pad = padded(keys);
  int share = t->heads / t->kv_heads;
  const float *k = t->qkv + (size_t)(t->heads + kv_head) * width;
  const float *v = k + (size_t)t->kv_heads * width;
  float *transposed_keys = memory, *transposed_values = transposed_keys + (size_t)width * pad;
  float *p = transposed_values + (size_t)width * pad, *d_p = p + QUERIES * pad;
  float *spare = d_p + QUERIES * pad, *zero = spare + QUERIES * width;
  for (int d = 0; d < width; d++) zero[d] = 0;
  transpose(k, t->stride, s, width, keys, pad, transposed_keys);
  transpose(v, t->stride, s, width, keys, pad, transposed_values);
  for (int head = kv_head * share; head < (kv_head + 1) * share; head++) {
    for (int first = 0; first < s->count; first += QUERIES) {
      int queries = s->count - first < QUERIES ? s->count - first : QUERIES;
      int seen = s->prefix_count + first + queries;
      const float *a[QUERIES], *slope[QUERIES];
      float *d_query[QUERIES];
      for (int q = 0; q < QUERIES; q++) {
        size_t row = s->row + first + q;
        int there = q < queries;
        a[q] = there ? t->qkv + row * t->stride + (size_t)head * width : zero;
        slope[q] = there ? t->d_output + (row * t->heads + head) * width : zero;
        d_query[q] = there ? t->d_qkv + row * t->stride + (size_t)head * width
                           : spare + (size_t)q * width;
      }
      score(a, transposed_keys, width, seen, pad, t->scale, p);
      score(slope, transposed_values, width, seen, pad, 1.0f, d_p);
      for (int q = 0; q < QUERIES; q++) {
        int mine = q < queries ? s->prefix_count + first + q + 1 : 0;
        float log_sum = 0, pull = 0;
        if (q < queries) {
          size_t at = (size_t)(s->row + first + q) * t->heads + head;
          log_sum = t->log_sums[at];
          pull = dot(t->d_output + at * width, t->output + at * width, width);
        }
        softmax_backward(p + (size_t)q * pad, d_p + (size_t)q * pad, mine, seen, log_sum, pull,
                         t->scale);
      }
      combine(d_p, pad, k, t->stride, s, width, seen, d_query);
      spread(d_p, pad, a, width, seen, d_keys);
      spread(p, pad, slope, width, seen, d_values);
    }
  }
}

CLONES void hone_attend_backward(const hone_attention *t, int first, int last, int kv_head) {
  int width = t->width, most = 0;
  for (int i = first; i < last; i++) {
    int keys = t->segments[i].prefix_count + t->segments[i].count;
    most = keys > most ? keys : most;
  }
  int pad = padded(most);
  size_t gradient = (size_t)most * width;
  float *d_keys = scratch(2 * gradient + 2 * (size_t)width * pad + 2 * QUERIES * pad +
                          (QUERIES + 1) * (size_t)width);
  float *d_values = d_keys + gradient, *memory = d_values + gradient;
  for (size_t i = 0; i < 2 * gradient; i++) d_keys[i] = 0;
  // Those that follow add to the rows of the prefix; the prefix itself comes last and adds its own.
  for (int i = first + 1; i <= last; i++) {
    const hone_segment *s = t->segments + (i < last ? i : first);
    int own = s->prefix_count;  // where the segment's own rows begin: 0 for the prefix itself
    if (own > 0)
      for (int j = own * width; j < (own + s->count) * width; j++) d_keys[j] = d_values[j] = 0;
    backward_segment(t, s, kv_head, d_keys, d_values, memory);
    for (int j = 0; j < s->count; j++) {
      float *out = t->d_qkv + (size_t)(s->row + j) * t->stride + (size_t)(t->heads + kv_head) * width;
      for (int d = 0; d < width; d++) {
        out[d] = d_keys[(size_t)(own + j) * width + d];
        out[(size_t)t->kv_heads * width + d] = d_values[(size_t)(own + j) * width + d];
      }
    }
  }
}

// How a step finds keys and values: floats, or in 16 bits (IEEE binary16), which the processor may turn
// into floats itself. It is a constant wherever this is inlined.
enum { FLOATS, HALVES, HALVES_BY_STEPS };
typedef _Float16 half_lanes __attribute__((vector_size(32), aligned(2)));
typedef uint16_t short_lanes __attribute__((vector_size(32), aligned(2)));

// Sixteen numbers of 16 bits by integer steps, as in dequantize.c.
INLINE void from_halves(const void *p, lanes *x) {
  int_lanes bits = __builtin_convertvector(*(const short_lanes *)p, int_lanes);
  int_lanes rest = (bits & 0x7FFF) << 13, exponent = rest & 0x0F800000;
  int_lanes normal = rest + (112 << 23) + ((exponent == 0x0F800000) & (112 << 23));
  lanes small = __builtin_convertvector(bits & 0x7FFF, lanes) * 0x1p-24f;
  int_lanes tiny = exponent == 0;
  *x = (lanes)((bits & 0x8000) << 16 | (normal & ~tiny) | ((int_lanes)small & tiny));
}

INLINE size_t size_of(const int kind) { return kind == FLOATS ? sizeof(float) : sizeof(_Float16); }

INLINE void load_cached(const int kind, const char *p, lanes *x) {
  if (kind == FLOATS) *x = LOAD(p);
  else if (kind == HALVES) *x = __builtin_convertvector(*(const half_lanes *)p, lanes);
  else from_halves(p, x);
}

INLINE float cached(const int kind, const char *p) {
  if (kind == FLOATS) return *(const float *)p;
  uint16_t padded[LANES] = {};
  memcpy(padded, p, sizeof *padded);
  lanes x;
  from_halves(padded, &x);
  return x[0];
}

// The rows of up to LANES keys or values of a step from key `first` on, the last one again where
// there are fewer: the prompt's rows, then the completion's own.
INLINE void step_rows(const hone_cached *t, size_t bytes, int first, int keys,
                      const char *rows[LANES]) {
  for (int i = 0; i < LANES; i++) {
    int j = first + i < keys ? first + i : keys - 1;
    rows[i] = j < t->prompt_count
                  ? (const char *)t->prompt + (size_t)j * bytes
                  : (const char *)t->own + (size_t)(j - t->prompt_count) * bytes;
  }
}

// p[i] = scale * sum_d query[d] * rows[i][at + d]: sixteen products whose lanes are summed together.
INLINE void score_step(const float *query, const char *const rows[LANES], size_t at, const int width,
                       const int kind, float scale, float *p) {
  const size_t size = size_of(kind);
  lanes sums[LANES];
  float rest[LANES] = {};
  for (int i = 0; i < LANES; i++) {
    const char *key = rows[i] + at * size;
    lanes sum = {};
    int d = 0;
    for (; d + LANES <= width; d += LANES) {
      lanes x;
      load_cached(kind, key + d * size, &x);
      sum += LOAD(query + d) * x;
    }
    for (; d < width; d++) rest[i] += query[d] * cached(kind, key + d * size);
    sums[i] = sum;
  }
  sum_lanes(sums);
  STORE(p, (sums[0] + LOAD(rest)) * scale);
}

// out[d] += sum_i p[i] * rows[i][at + d] for i < count.
INLINE void combine_step(const float *p, const char *const rows[LANES], size_t at, int count,
                         const int width, const int kind, float *out) {
  const size_t size = size_of(kind);
  int d = 0;
  for (; d + 2 * LANES <= width; d += 2 * LANES) {
    lanes a = LOAD(out + d), b = LOAD(out + d + LANES);
    for (int i = 0; i < count; i++) {
      const char *value = rows[i] + (at + d) * size;
      lanes x, y;
      load_cached(kind, value, &x);
      load_cached(kind, value + LANES * size, &y);
      a += x * p[i];
      b += y * p[i];
    }
    STORE(out + d, a);
    STORE(out + d + LANES, b);
  }
  for (; d < width; d++)
    for (int i = 0; i < count; i++) out[d] += p[i] * cached(kind, rows[i] + (at + d) * size);
}

// All heads, sixteen keys at a time, so that memory is read once and in order. `width` is a constant
// where it is a usual one, so that its loops are unrolled.
INLINE void attend_step(const float *query, const hone_cached *t, int heads, int kv_heads,
                        const int width, const int kind, float scale, float *output) {
  int keys = t->prompt_count + t->own_count, share = heads / kv_heads, pad = padded(keys);
  size_t values_at = (size_t)kv_heads * width;
  size_t bytes = 2 * values_at * size_of(kind);
  float *p = scratch((size_t)heads * pad);
  const char *rows[LANES];
  for (int first = 0; first < keys; first += LANES) {
    step_rows(t, bytes, first, keys, rows);
    for (int head = 0; head < heads; head++)
      score_step(query + (size_t)head * width, rows, (size_t)(head / share) * width, width, kind,
                 scale, p + (size_t)head * pad + first);
  }
  for (int head = 0; head < heads; head++) softmax(p + (size_t)head * pad, keys, keys);
  for (int i = 0; i < heads * width; i++) output[i] = 0;
  for (int first = 0; first < keys; first += LANES) {
    step_rows(t, bytes, first, keys, rows);
    int count = keys - first < LANES ? keys - first : LANES;
    for (int head = 0; head < heads; head++)
      combine_step(p + (size_t)head * pad + first, rows, values_at + (size_t)(head / share) * width,
                   count, width, kind, output + (size_t)head * width);
  }
}

#define WITH_WIDTH(W, KIND) attend_step(query, cached, heads, kv_heads, W, KIND, scale, output)
#define WITH_WIDTHS(KIND)                      \
  switch (width) {                             \
    case 32: WITH_WIDTH(32, KIND); break;      \
    case 64: WITH_WIDTH(64, KIND); break;      \
    case 128: WITH_WIDTH(128, KIND); break;    \
    default: WITH_WIDTH(width, KIND);          \
  }
#define STEP(NAME)                                                                                 \
  void NAME(const float *query, const hone_cached *cached, int heads, int kv_heads, int width,     \
            float scale, float *output)

static STEP(attend_floats);
CLONES static STEP(attend_floats) { WITH_WIDTHS(FLOATS) }
static STEP(attend_halves_by_steps);
CLONES static STEP(attend_halves_by_steps) { WITH_WIDTHS(HALVES_BY_STEPS) }
#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
static STEP(attend_halves_wide) { WITH_WIDTHS(HALVES) }
__attribute__((target("arch=x86-64-v3")))
static STEP(attend_halves_narrow) { WITH_WIDTHS(HALVES) }
#endif

STEP(hone_attend_step) {
  typedef STEP(step_function);
  step_function *attend = attend_floats;
  if (cached->half) {
    attend = attend_halves_by_steps;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) attend = attend_halves_wide;
    else if (__builtin_cpu_supports("x86-64-v3")) attend = attend_halves_narrow;
#endif
  }
  attend(query, cached, heads, kv_heads, width, scale, output);
}

CLONES void hone_to_f16(const float *values, size_t count, void *halves) {
  uint16_t *out = halves;
  for (size_t i = 0; i < count; i++) {
    float size = fabsf(values[i]);
    size = size > 65504.0f ? 65504.0f : size;  // the largest number of 16 bits
    uint32_t sign, bits, tiny;
    memcpy(&sign, values + i, sizeof sign);
    memcpy(&bits, &size, sizeof bits);
    // To nearest, ties to even: of the bits that are kept, and below 2^-14 of steps of 2^-24.
    uint32_t normal = (bits - (112u << 23) + 0xFFF + (bits >> 13 & 1)) >> 13;
    float steps = size * 0x1p24f + 8388608.0f;
    memcpy(&tiny, &steps, sizeof tiny);
    uint32_t number = size < 0x1p-14f ? tiny & 0x7FFF : normal;
    out[i] = (uint16_t)(sign >> 16 & 0x8000) | (uint16_t)(size == size ? number : 0x7E00);
  }
}
