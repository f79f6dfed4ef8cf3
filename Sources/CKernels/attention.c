// Causal attention over packed segments, in tiles of four queries.
//
// Keys and values are read twice over: as rows, and transposed into a scratch of [width, keys], so
// that scores of four queries against sixteen keys are products of registers without a sum across
// lanes. Probabilities are not kept: the backward pass makes them again from the log-sums.
#include "CKernels.h"
#include "vector.h"
#include <math.h>
#include <stdlib.h>

enum { QUERIES = 4 };

// Scratch that a thread keeps and grows; freed only with the process, since threads live as long.
static float *scratch(size_t floats) {
  static _Thread_local float *memory;
  static _Thread_local size_t size;
  if (floats > size) {
    hone_release(memory);
    memory = hone_allocate(floats * sizeof(float));
    size = memory == NULL ? 0 : floats;
    if (memory == NULL) abort();  // no caller can go on without it
  }
  return memory;
}

INLINE int padded(int keys) { return (keys + 2 * LANES - 1) / (2 * LANES) * (2 * LANES); }

// The row of key or value j of a segment: first those of the prefix, then its own.
INLINE int row_of(const hone_segment *s, int j) {
  return j < s->prefix_count ? s->prefix_row + j : s->row + j - s->prefix_count;
}

// to[d][j] = from[row_of(j)][d], zero beyond the last key.
INLINE void transpose(const float *from, int stride, const hone_segment *s, int width, int keys,
                      int pad, float *to) {
  for (int j = 0; j < keys; j++) {
    const float *row = from + (size_t)row_of(s, j) * stride;
    for (int d = 0; d < width; d++) to[(size_t)d * pad + j] = row[d];
  }
  for (int d = 0; d < width; d++)
    for (int j = keys; j < pad; j++) to[(size_t)d * pad + j] = 0;
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
  for (int j = 0; j < keys; j++) {
    float p0 = p[j], p1 = p[pad + j], p2 = p[2 * pad + j], p3 = p[3 * pad + j];
    float *out = to + (size_t)j * width;
    int d = 0;
    for (; d + LANES <= width; d += LANES)
      STORE(out + d, LOAD(out + d) + p0 * LOAD(a[0] + d) + p1 * LOAD(a[1] + d) +
                         p2 * LOAD(a[2] + d) + p3 * LOAD(a[3] + d));
    for (; d < width; d++) out[d] += p0 * a[0][d] + p1 * a[1][d] + p2 * a[2][d] + p3 * a[3][d];
  }
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
        float *p = scores + (size_t)q * pad;
        int mine = s->prefix_count + first + q + 1;
        float peak = p[0];
        for (int j = 1; j < mine; j++) peak = p[j] > peak ? p[j] : peak;
        float sum = 0;
        for (int j = 0; j < mine; j++) p[j] = exp_of(p[j] - peak);
        int j = 0;
        lanes total = {};
        for (; j + LANES <= mine; j += LANES) total += LOAD(p + j);
        sum = sum_of(&total);
        for (; j < mine; j++) sum += p[j];
        float scale = 1.0f / sum;
        for (j = 0; j < mine; j++) p[j] *= scale;
        for (; j < seen; j++) p[j] = 0;
        t->log_sums[(size_t)(s->row + first + q) * t->heads + head] = peak + logf(sum);
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
        float *pq = p + (size_t)q * pad, *dq = d_p + (size_t)q * pad;
        int mine = q < queries ? s->prefix_count + first + q + 1 : 0;
        float log_sum = 0, pull = 0;
        if (q < queries) {
          size_t at = (size_t)(s->row + first + q) * t->heads + head;
          log_sum = t->log_sums[at];
          pull = dot(t->d_output + at * width, t->output + at * width, width);
        }
        for (int j = 0; j < mine; j++) {
          float probability = exp_of(pq[j] - log_sum);
          pq[j] = probability;
          dq[j] = probability * (dq[j] - pull) * t->scale;
        }
        for (int j = mine; j < seen; j++) pq[j] = dq[j] = 0;
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

CLONES void hone_attend_step(const float *query, const float *prompt, int prompt_count,
                             const float *own, int own_count, int kv_stride, int values_at, int heads,
                             int kv_heads, int width, float scale, float *output) {
  int keys = prompt_count + own_count, share = heads / kv_heads;
  float *p = scratch(keys);
  for (int head = 0; head < heads; head++) {
    const float *q = query + (size_t)head * width;
    size_t at = (size_t)(head / share) * width;
    float peak = -INFINITY;
    for (int j = 0; j < keys; j++) {
      const float *k = j < prompt_count ? prompt + (size_t)j * kv_stride
                                        : own + (size_t)(j - prompt_count) * kv_stride;
      p[j] = dot(q, k + at, width) * scale;
      peak = p[j] > peak ? p[j] : peak;
    }
    float sum = 0;
    for (int j = 0; j < keys; j++) p[j] = exp_of(p[j] - peak);
    for (int j = 0; j < keys; j++) sum += p[j];
    float *out = output + (size_t)head * width;
    for (int d = 0; d < width; d++) out[d] = 0;
    for (int j = 0; j < keys; j++) {
      const float *v = (j < prompt_count ? prompt + (size_t)j * kv_stride
                                         : own + (size_t)(j - prompt_count) * kv_stride) + values_at + at;
      float weight = p[j] / sum;
      for (int d = 0; d < width; d++) out[d] += weight * v[d];
    }
  }
}
