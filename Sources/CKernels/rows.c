#include "CKernels.h"
#include "vector.h"
#include <math.h>

CLONES void hone_norm(const float *x, int x_stride, const float *gain, float epsilon, int rows,
                      int heads, int width, float *y, int y_stride, float *inverse) {
  for (int row = 0; row < rows; row++) {
    for (int head = 0; head < heads; head++) {
      const float *in = x + (size_t)row * x_stride + (size_t)head * width;
      float *out = y + (size_t)row * y_stride + (size_t)head * width;
      float scale = 1.0f / sqrtf(dot(in, in, width) / width + epsilon);
      inverse[(size_t)row * heads + head] = scale;
      for (int i = 0; i < width; i++) out[i] = in[i] * scale * gain[i];
    }
  }
}

// With n = x * inverse: dx = inverse * (dy * gain - n * mean(dy * gain * n)), dgain = dy * n.
CLONES void hone_norm_backward(const float *x, int x_stride, const float *gain, const float *inverse,
                               const float *dy, int dy_stride, int rows, int heads, int width,
                               float *dx, int dx_stride, float *dgain, int in_place) {
  for (int row = 0; row < rows; row++) {
    for (int head = 0; head < heads; head++) {
      const float *in = x + (size_t)row * x_stride + (size_t)head * width;
      const float *slope = dy + (size_t)row * dy_stride + (size_t)head * width;
      float *out = dx + (size_t)row * dx_stride + (size_t)head * width;
      float scale = inverse[(size_t)row * heads + head];
      lanes sum = {};
      int i = 0;
      for (; i + LANES <= width; i += LANES) sum += LOAD(slope + i) * LOAD(gain + i) * LOAD(in + i);
      float total = sum_of(&sum);
      for (; i < width; i++) total += slope[i] * gain[i] * in[i];
      float pull = total * scale * scale / width;
      for (int j = 0; j < width; j++) {
        float value = scale * (slope[j] * gain[j] - in[j] * pull);
        dgain[j] += slope[j] * in[j] * scale;
        out[j] = in_place ? value : out[j] + value;
      }
    }
  }
}

CLONES void hone_rotate(float *x, int stride, const int32_t *positions, const float *cosines,
                        const float *sines, int rows, int heads, int width, float sign) {
  int half = width / 2;
  for (int row = 0; row < rows; row++) {
    const float *c = cosines + (size_t)positions[row] * half;
    const float *s = sines + (size_t)positions[row] * half;
    for (int head = 0; head < heads; head++) {
      float *a = x + (size_t)row * stride + (size_t)head * width, *b = a + half;
      for (int i = 0; i < half; i++) {
        float first = a[i], second = b[i], sine = sign * s[i];
        a[i] = first * c[i] - second * sine;
        b[i] = second * c[i] + first * sine;
      }
    }
  }
}

CLONES void hone_gate(const float *gate_up, int rows, int width, float *y) {
  for (int row = 0; row < rows; row++) {
    const float *gate = gate_up + (size_t)row * 2 * width, *up = gate + width;
    float *out = y + (size_t)row * width;
    for (int i = 0; i < width; i++) out[i] = gate[i] / (1.0f + exp_of(-gate[i])) * up[i];
  }
}

// silu(g) = g s, silu'(g) = s (1 + g (1 - s)) with s the logistic function of g.
CLONES void hone_gate_backward(float *gate_up, const float *dy, int rows, int width, float *y) {
  for (int row = 0; row < rows; row++) {
    float *gate = gate_up + (size_t)row * 2 * width, *up = gate + width;
    const float *slope = dy + (size_t)row * width;
    float *out = y + (size_t)row * width;
    int i = 0;
    // By hand: the compiler gives up on four pointers that may meet, and is twelve times slower.
    for (; i + LANES <= width; i += LANES) {
      lanes g = LOAD(gate + i), u = LOAD(up + i), d = LOAD(slope + i), e = -g;
      exp_lanes(&e);
      lanes s = 1.0f / (1.0f + e);
      STORE(out + i, g * s * u);
      STORE(gate + i, d * u * s * (1.0f + g * (1.0f - s)));
      STORE(up + i, d * g * s);
    }
    for (; i < width; i++) {
      float g = gate[i], u = up[i], s = 1.0f / (1.0f + exp_of(-g)), d = slope[i];
      out[i] = g * s * u;
      gate[i] = d * u * s * (1.0f + g * (1.0f - s));
      up[i] = d * g * s;
    }
  }
}

CLONES void hone_add_rows(float *x, int stride, const float *bias, int rows, int columns) {
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < columns; i++) x[(size_t)row * stride + i] += bias[i];
}

CLONES void hone_sum_rows(const float *dx, int stride, int rows, int columns, float *dbias) {
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < columns; i++) dbias[i] += dx[(size_t)row * stride + i];
}

void hone_gather(const float *table, int width, const int32_t *tokens, int rows, float *y) {
  for (int row = 0; row < rows; row++)
    memcpy(y + (size_t)row * width, table + (size_t)tokens[row] * width, (size_t)width * 4);
}

CLONES void hone_scatter_add(float *dtable, int width, const int32_t *tokens, const float *dy,
                             int dy_stride, int rows, int from, int to) {
  for (int row = 0; row < rows; row++) {
    float *out = dtable + (size_t)tokens[row] * width;
    const float *in = dy + (size_t)row * dy_stride;
    for (int i = from; i < to; i++) out[i] += in[i];
  }
}
