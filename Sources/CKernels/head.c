#include "CKernels.h"
#include "vector.h"
#include <math.h>

// The largest logit, and with e = exp((z - peak) / T): log of sum e, and the entropy (nats). Each
// run of 4,096 is added to a double, so that a wide vocabulary loses no digits.
INLINE void statistics(const float *logits, int columns, float inverse_temperature, float *peak,
                       double *log_of_sum, double *entropy) {
  lanes high = SPLAT(logits[0]);
  int i = 0;
  for (; i + LANES <= columns; i += LANES) {
    lanes x = LOAD(logits + i);
    int_lanes larger = x > high;
    high = (lanes)(((int_lanes)x & larger) | ((int_lanes)high & ~larger));
  }
  float top = largest_of(&high);
  for (; i < columns; i++) top = logits[i] > top ? logits[i] : top;
  double sum = 0, weighted = 0;
  for (int start = 0; start < columns; start += 4096) {
    int end = columns - start < 4096 ? columns : start + 4096, j = start;
    lanes s = {}, w = {};
    for (; j + LANES <= end; j += LANES) {
      lanes x = (LOAD(logits + j) - top) * inverse_temperature, e = x;
      exp_lanes(&e);
      s += e;
      w += e * x;
    }
    sum += sum_of(&s);
    weighted += sum_of(&w);
    for (; j < end; j++) {
      float x = (logits[j] - top) * inverse_temperature, e = exp_of(x);
      sum += e;
      weighted += e * x;
    }
  }
  *peak = top;
  *log_of_sum = log(sum);
  *entropy = *log_of_sum - weighted / sum;
}

CLONES void hone_log_softmax(const float *logits, int columns, float inverse_temperature,
                             int32_t target, float *log_prob, float *entropy, float *log_sum) {
  float peak;
  double log_of_sum, spread;
  statistics(logits, columns, inverse_temperature, &peak, &log_of_sum, &spread);
  *log_sum = (float)(peak * inverse_temperature + log_of_sum);
  *log_prob = (float)((logits[target] - peak) * inverse_temperature - log_of_sum);
  *entropy = (float)spread;
}

// dlogProb/dz_v = (1[v = target] - p_v) / T, dentropy/dz_v = -p_v (log p_v + entropy) / T.
CLONES void hone_log_softmax_backward(float *logits, int columns, float inverse_temperature,
                                      int32_t target, float log_sum, float entropy,
                                      float slope_log_prob, float slope_entropy) {
  float a = slope_log_prob * inverse_temperature, b = slope_entropy * inverse_temperature;
  for (int i = 0; i < columns; i++) {
    float log_p = logits[i] * inverse_temperature - log_sum;
    float p = exp_of(log_p);
    logits[i] = -p * (a + b * (log_p + entropy));
  }
  logits[target] += a;
}

CLONES int32_t hone_argmax(const float *x, int count) {
  float peak = -INFINITY;
  int32_t best = 0;
  for (int start = 0; start < count; start += 256) {
    int end = count - start < 256 ? count : start + 256, i = start;
    lanes high = SPLAT(-INFINITY);
    for (; i + LANES <= end; i += LANES) {
      lanes v = LOAD(x + i);
      int_lanes larger = v > high;
      high = (lanes)(((int_lanes)v & larger) | ((int_lanes)high & ~larger));
    }
    float top = largest_of(&high);
    for (; i < end; i++) top = x[i] > top ? x[i] : top;
    if (top > peak) {
      peak = top;
      for (best = start; x[best] != top;) best++;
    }
  }
  return best;
}

CLONES int32_t hone_sample(const float *x, int count, float inverse_temperature, double u,
                           float *log_prob, float *entropy) {
  float peak;
  double log_of_sum, spread;
  statistics(x, count, inverse_temperature, &peak, &log_of_sum, &spread);
  // Runs of sixteen are summed until the bound lies within one, and that one is walked.
  double bound = u * exp(log_of_sum), running = 0;
  int32_t token = -1, likeliest = hone_argmax(x, count);
  for (int start = 0; start < count && token < 0; start += LANES) {
    int length = count - start < LANES ? count - start : LANES;
    float e[LANES];
    double sum = 0;
    if (length == LANES) {
      lanes values = (LOAD(x + start) - peak) * inverse_temperature;
      exp_lanes(&values);
      memcpy(e, &values, sizeof e);
      sum = sum_of(&values);
    } else {
      for (int i = 0; i < length; i++) {
        e[i] = exp_of((x[start + i] - peak) * inverse_temperature);
        sum += e[i];
      }
    }
    if (running + sum > bound) {
      double within = running;
      int most = 0;
      for (int i = 0; i < length && token < 0; i++) {
        within += e[i];
        if (e[i] > e[most]) most = i;
        if (within > bound) token = start + i;
      }
      // The two sums of a run differ by their rounding. A bound between them must not fall to what
      // comes next, however unlikely that is.
      if (token < 0) token = start + most;
    }
    running += sum;
  }
  if (token < 0) token = likeliest;  // u so close to 1 that rounding left the bound beyond the sum
  *log_prob = (float)((x[token] - peak) * inverse_temperature - log_of_sum);
  *entropy = (float)spread;
  return token;
}
