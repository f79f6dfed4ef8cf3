// The formulas of CKernels.h, in double precision, one loop at a time.
#include "CKernelLevels.h"
#include <math.h>
#include <string.h>

static void naive_matmul(int transpose_a, int transpose_b, int m, int n, int k, const float *a,
                         int lda, const float *b, int ldb, int keep, float *c, int ldc) {
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = keep ? c[(size_t)i * ldc + j] : 0;
      for (int l = 0; l < k; l++)
        sum += (double)(transpose_a ? a[(size_t)l * lda + i] : a[(size_t)i * lda + l]) *
               (transpose_b ? b[(size_t)j * ldb + l] : b[(size_t)l * ldb + j]);
      c[(size_t)i * ldc + j] = (float)sum;
    }
}

// Bytes of up to 64 values, `step` apart, and their scale.
static float rounded(const float *x, size_t step, int count, int *bytes) {
  float largest = 0;
  for (int i = 0; i < count; i++) largest = fmaxf(largest, fabsf(x[i * step]));
  for (int i = 0; i < count; i++)
    bytes[i] = largest > 1e-30f ? (int)rintf(x[i * step] * (127.0f / largest)) : 0;
  return largest > 1e-30f ? largest / 127.0f : 0;
}

static void naive_matmul_int8(int transpose_a, int transpose_b, int m, int n, int k, const float *a,
                              int lda, const float *b, int ldb, int keep, float *c, int ldc) {
  size_t a_step = transpose_a ? lda : 1, a_row = transpose_a ? 1 : lda;
  size_t b_step = transpose_b ? 1 : ldb, b_column = transpose_b ? ldb : 1;
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) {
      double sum = keep ? c[(size_t)i * ldc + j] : 0;
      for (int from = 0; from < k; from += 64) {
        int x[64], y[64], count = k - from < 64 ? k - from : 64, product = 0;
        double scale = rounded(a + i * a_row + from * a_step, a_step, count, x);
        scale *= rounded(b + j * b_column + from * b_step, b_step, count, y);
        for (int l = 0; l < count; l++) product += x[l] * y[l];
        sum += product * scale;
      }
      c[(size_t)i * ldc + j] = (float)sum;
    }
}

static void naive_norm(const float *x, int x_stride, const float *gain, float epsilon, int rows,
                       int heads, int width, float *y, int y_stride, float *inverse) {
  for (int row = 0; row < rows; row++)
    for (int head = 0; head < heads; head++) {
      const float *in = x + (size_t)row * x_stride + (size_t)head * width;
      double squares = 0;
      for (int i = 0; i < width; i++) squares += (double)in[i] * in[i];
      double scale = 1 / sqrt(squares / width + epsilon);
      inverse[(size_t)row * heads + head] = (float)scale;
      for (int i = 0; i < width; i++)
        y[(size_t)row * y_stride + (size_t)head * width + i] = (float)(in[i] * scale * gain[i]);
    }
}

static void naive_norm_backward(const float *x, int x_stride, const float *gain,
                                const float *inverse, const float *dy, int dy_stride, int rows,
                                int heads, int width, float *dx, int dx_stride, float *dgain,
                                int in_place) {
  for (int row = 0; row < rows; row++)
    for (int head = 0; head < heads; head++) {
      const float *in = x + (size_t)row * x_stride + (size_t)head * width;
      const float *slope = dy + (size_t)row * dy_stride + (size_t)head * width;
      float *out = dx + (size_t)row * dx_stride + (size_t)head * width;
      double scale = inverse[(size_t)row * heads + head], pull = 0;
      for (int i = 0; i < width; i++) pull += (double)slope[i] * gain[i] * in[i] * scale / width;
      for (int i = 0; i < width; i++) {
        double value = scale * ((double)slope[i] * gain[i] - in[i] * scale * pull);
        dgain[i] += (float)(slope[i] * in[i] * scale);
        out[i] = (float)(in_place ? value : out[i] + value);
      }
    }
}

static void naive_rotate(float *x, int stride, const int32_t *positions, const float *cosines,
                         const float *sines, int rows, int heads, int width, float sign) {
  for (int row = 0; row < rows; row++)
    for (int head = 0; head < heads; head++)
      for (int i = 0; i < width / 2; i++) {
        float *a = x + (size_t)row * stride + (size_t)head * width + i, *b = a + width / 2;
        double cosine = cosines[(size_t)positions[row] * (width / 2) + i];
        double sine = sign * sines[(size_t)positions[row] * (width / 2) + i], first = *a;
        *a = (float)(first * cosine - *b * sine);
        *b = (float)(*b * cosine + first * sine);
      }
}

static void naive_gate(const float *gate_up, int rows, int width, float *y) {
  for (int i = 0; i < rows * width; i++) {
    double g = gate_up[i / width * 2 * width + i % width];
    y[i] = (float)(g / (1 + exp(-g)) * gate_up[i / width * 2 * width + width + i % width]);
  }
}

static void naive_gate_backward(float *gate_up, const float *dy, int rows, int width, float *y) {
  naive_gate(gate_up, rows, width, y);
  for (int i = 0; i < rows * width; i++) {
    float *gate = gate_up + i / width * 2 * width + i % width, *up = gate + width;
    double g = *gate, s = 1 / (1 + exp(-g));
    *gate = (float)(dy[i] * *up * s * (1 + g * (1 - s)));
    *up = (float)(dy[i] * g * s);
  }
}

// MARK: - Attention

// The columns of qkv where a query's keys begin.
static size_t keys_of(const hone_attention *t, int head) {
  return (size_t)(t->heads + head / (t->heads / t->kv_heads)) * t->width;
}

static const float *row_of(const hone_attention *t, const hone_segment *s, int j) {
  int row = j < s->prefix_count ? s->prefix_row + j : s->row + j - s->prefix_count;
  return t->qkv + (size_t)row * t->stride;
}

static double product(const float *a, const float *b, int width) {
  double sum = 0;
  for (int i = 0; i < width; i++) sum += (double)a[i] * b[i];
  return sum;
}

static void naive_attend(const hone_attention *t, int segment, int kv_head) {
  const hone_segment *s = t->segments + segment;
  int share = t->heads / t->kv_heads;
  for (int head = kv_head * share; head < (kv_head + 1) * share; head++)
    for (int query = 0; query < s->count; query++) {
      size_t row = (size_t)(s->row + query), at = row * t->heads + head;
      const float *q = t->qkv + row * t->stride + (size_t)head * t->width;
      int seen = s->prefix_count + query + 1;
      double peak = -INFINITY, sum = 0;
      for (int j = 0; j < seen; j++)
        peak = fmax(peak, product(q, row_of(t, s, j) + keys_of(t, head), t->width) * t->scale);
      for (int j = 0; j < seen; j++)
        sum += exp(product(q, row_of(t, s, j) + keys_of(t, head), t->width) * t->scale - peak);
      t->log_sums[at] = (float)(peak + log(sum));
      for (int d = 0; d < t->width; d++) {
        double total = 0;
        for (int j = 0; j < seen; j++) {
          const float *key = row_of(t, s, j) + keys_of(t, head);
          total += exp(product(q, key, t->width) * t->scale - peak - log(sum)) *
                   key[(size_t)t->kv_heads * t->width + d];
        }
        t->output[at * t->width + d] = (float)total;
      }
    }
}

static void naive_attend_backward(const hone_attention *t, int first, int last, int kv_head) {
  int share = t->heads / t->kv_heads, width = t->width;
  size_t keys = keys_of(t, kv_head * share), values = keys + (size_t)t->kv_heads * width;
  for (int i = first; i < last; i++)
    for (int row = t->segments[i].row; row < t->segments[i].row + t->segments[i].count; row++) {
      memset(t->d_qkv + (size_t)row * t->stride + keys, 0, (size_t)width * sizeof(float));
      memset(t->d_qkv + (size_t)row * t->stride + values, 0, (size_t)width * sizeof(float));
    }
  for (int i = first; i < last; i++) {
    const hone_segment *s = t->segments + i;
    for (int head = kv_head * share; head < (kv_head + 1) * share; head++)
      for (int query = 0; query < s->count; query++) {
        size_t row = (size_t)(s->row + query), at = row * t->heads + head;
        const float *q = t->qkv + row * t->stride + (size_t)head * width;
        const float *slope = t->d_output + at * width;
        float *d_q = t->d_qkv + row * t->stride + (size_t)head * width;
        memset(d_q, 0, (size_t)width * sizeof(float));
        double pull = product(slope, t->output + at * width, width);
        for (int j = 0; j <= s->prefix_count + query; j++) {
          const float *other = row_of(t, s, j);
          float *d_other = t->d_qkv + (other - t->qkv);
          double p = exp(product(q, other + keys, width) * t->scale - t->log_sums[at]);
          double d_score = p * (product(slope, other + values, width) - pull) * t->scale;
          for (int d = 0; d < width; d++) {
            d_q[d] += (float)(d_score * other[keys + d]);
            d_other[keys + d] += (float)(d_score * q[d]);
            d_other[values + d] += (float)(p * slope[d]);
          }
        }
      }
  }
}

// Value `at` of row j of keys and values.
static double cached_value(const hone_cached *cached, size_t columns, int j, size_t at) {
  const void *rows = j < cached->prompt_count ? cached->prompt : cached->own;
  size_t index = (size_t)(j < cached->prompt_count ? j : j - cached->prompt_count) * columns + at;
  return cached->half ? (double)((const _Float16 *)rows)[index] : (double)((const float *)rows)[index];
}

// One row after those of the prompt and the completion: `naive_attend` of a segment of its own.
static void naive_attend_step(const float *query, const hone_cached *cached, int heads, int kv_heads,
                              int width, float scale, float *output) {
  size_t columns = (size_t)2 * kv_heads * width;
  for (int head = 0; head < heads; head++) {
    size_t at = (size_t)(head / (heads / kv_heads)) * width;
    double total = 0, peak = -INFINITY;
    for (int i = 0; i < heads * width; i++)
      if (i / width == head) output[i] = 0;
    for (int pass = 0; pass < 3; pass++)
      for (int j = 0; j < cached->prompt_count + cached->own_count; j++) {
        double score = 0;
        for (int d = 0; d < width; d++)
          score += query[head * width + d] * cached_value(cached, columns, j, at + d);
        score *= scale;
        if (pass == 0) peak = fmax(peak, score);
        if (pass == 1) total += exp(score - peak);
        for (int d = 0; pass == 2 && d < width; d++)
          output[head * width + d] += (float)(exp(score - peak) / total *
                                              cached_value(cached, columns, j, columns / 2 + at + d));
      }
  }
}

static void naive_to_f16(const float *values, size_t count, void *halves) {
  for (size_t i = 0; i < count; i++)
    ((_Float16 *)halves)[i] = (_Float16)fmin(fmax(values[i], -65504), 65504);
}

// MARK: - Head and parameters

static void naive_log_softmax(const float *logits, int columns, float inverse_temperature,
                              int32_t target, float *log_prob, float *entropy, float *log_sum) {
  double peak = -INFINITY, sum = 0, weighted = 0;
  for (int i = 0; i < columns; i++) peak = fmax(peak, (double)logits[i] * inverse_temperature);
  for (int i = 0; i < columns; i++) sum += exp((double)logits[i] * inverse_temperature - peak);
  double log_of_sum = peak + log(sum);
  for (int i = 0; i < columns; i++) {
    double log_p = (double)logits[i] * inverse_temperature - log_of_sum;
    weighted -= exp(log_p) * log_p;
  }
  *log_prob = (float)((double)logits[target] * inverse_temperature - log_of_sum);
  *entropy = (float)weighted;
  *log_sum = (float)log_of_sum;
}

static void naive_log_softmax_backward(float *logits, int columns, float inverse_temperature,
                                       int32_t target, float log_sum, float entropy,
                                       float slope_log_prob, float slope_entropy) {
  for (int i = 0; i < columns; i++) {
    double log_p = (double)logits[i] * inverse_temperature - log_sum, p = exp(log_p);
    logits[i] = (float)(inverse_temperature * (slope_log_prob * ((i == target) - p) -
                                               slope_entropy * p * (log_p + entropy)));
  }
}

static int32_t naive_argmax(const float *x, int count) {
  int32_t best = 0;
  for (int i = 1; i < count; i++) best = x[i] > x[best] ? i : best;
  return best;
}

static int32_t naive_sample(const float *x, int count, float inverse_temperature, double u,
                            float *log_prob, float *entropy) {
  int32_t token = 0;
  float log_sum;
  double running = 0;
  naive_log_softmax(x, count, inverse_temperature, 0, log_prob, entropy, &log_sum);
  for (; token < count - 1; token++) {
    running += exp((double)x[token] * inverse_temperature - log_sum);
    if (running > u) break;
  }
  naive_log_softmax(x, count, inverse_temperature, token, log_prob, entropy, &log_sum);
  return token;
}

static double naive_sum_of_squares(const float *x, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i];
  return sum;
}

static void naive_adamw(float *p, const float *g, float *m, float *v, size_t count,
                        float gradient_scale, float rate, float decay, float beta1, float beta2,
                        float epsilon, float correction1, float correction2) {
  for (size_t i = 0; i < count; i++) {
    double slope = (double)g[i] * gradient_scale;
    double mean = beta1 * (double)m[i] + (1 - (double)beta1) * slope;
    double square = beta2 * (double)v[i] + (1 - (double)beta2) * slope * slope;
    m[i] = (float)mean;
    v[i] = (float)square;
    p[i] = (float)(p[i] * (1 - (double)rate * decay) -
                   rate * mean / correction1 / (sqrt(square / correction2) + epsilon));
  }
}

hone_kernels naive_kernels(void) {
  hone_kernels kernels = *usual_kernels();
  kernels.matmul = naive_matmul;
  kernels.matmul_int8 = naive_matmul_int8;
  kernels.norm = naive_norm;
  kernels.norm_backward = naive_norm_backward;
  kernels.rotate = naive_rotate;
  kernels.gate = naive_gate;
  kernels.gate_backward = naive_gate_backward;
  kernels.attend = naive_attend;
  kernels.attend_backward = naive_attend_backward;
  kernels.attend_step = naive_attend_step;
  kernels.to_f16 = naive_to_f16;
  kernels.log_softmax = naive_log_softmax;
  kernels.log_softmax_backward = naive_log_softmax_backward;
  kernels.argmax = naive_argmax;
  kernels.sample = naive_sample;
  kernels.sum_of_squares = naive_sum_of_squares;
  kernels.adamw = naive_adamw;
  return kernels;
}
