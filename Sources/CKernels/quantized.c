// Products with weights of eight bits, for sampling: a quarter of the memory to read, and where the
// processor multiplies bytes (AVX-512 VNNI) four terms an instruction.
//
// Weights and inputs are rounded in groups of 64 along k, each with a scale of its own: x = scale * q
// with |q| <= 127, to nearest. Bytes and their sums are exact, so every processor has the same ones;
// sums over groups are of float32.
#include "panels.h"
#include "scratch.h"
#include "vector.h"
#include <math.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { GROUP = 64, ROWS = 4, TILE_ROWS = 64 };

// One group of a panel: scales [width], then bytes [GROUP / 4][width][4], stored as q + 128.
static size_t group_size(int width) { return (size_t)width * (sizeof(float) + GROUP); }
static int groups_of(int k) { return (k + GROUP - 1) / GROUP; }

// Quantized inputs of one row: bytes [groups][GROUP], scales [groups], and -128 times the sums of the
// bytes [groups], which take back what the 128 of the weights added.
static size_t row_size(int k) {
  return (size_t)groups_of(k) * (GROUP + sizeof(float) + sizeof(int32_t));
}

size_t hone_packed_int8_size(int n, int k) {
  return (size_t)(n / PANEL * group_size(PANEL) + group_size(panel_width(n % PANEL))) * groups_of(k);
}

// The scale of up to GROUP values, and their bytes with zeros behind them.
INLINE float quantize(const float *x, int count, int8_t *bytes) {
#pragma clang fp contract(off)  // a fused product rounds another way where it lies half-way
  float group[GROUP] = {}, largest = 0;
  memcpy(group, x, (size_t)count * sizeof *x);
  for (int i = 0; i < GROUP; i++) {
    float size = fabsf(group[i]);
    largest = size > largest ? size : largest;
  }
  // The inverse of a scale below the smallest normal number would be infinite.
  float inverse = largest > 1e-30f ? 127.0f / largest : 0;
  for (int i = 0; i < GROUP; i++) {
    float q = (group[i] * inverse + 12582912.0f) - 12582912.0f;  // to nearest, as in exp_of
    bytes[i] = (int8_t)(q >= -127.0f && q <= 127.0f ? q : 0.0f);  // NaN has no byte
  }
  return inverse > 0 ? largest / 127.0f : 0;
}

// Declared before they are defined: clang refuses the vector width of clones otherwise.
static void pack_panel_int8(void *context, int panel);
static void quantize_row(void *context, int row);

struct packing {
  const float *source;
  size_t stride;
  int n, k;
  uint8_t *packed;
};

CLONES static void pack_panel_int8(void *context, int panel) {
  const struct packing *p = context;
  int first = panel * PANEL, columns = p->n - first < PANEL ? p->n - first : PANEL;
  int width = panel_width(columns), groups = groups_of(p->k);
  uint8_t *out = p->packed + (size_t)panel * group_size(PANEL) * groups;
  for (int group = 0; group < groups; group++, out += group_size(width)) {
    float *scales = (float *)out;
    uint8_t *bytes = out + width * sizeof(float);
    int count = p->k - group * GROUP < GROUP ? p->k - group * GROUP : GROUP;
    for (int column = 0; column < width; column++) {
      int8_t q[GROUP];
      if (column < columns) {
        scales[column] = quantize(
            p->source + (size_t)(first + column) * p->stride + group * GROUP, count, q);
      } else {
        scales[column] = 0;
        memset(q, 0, sizeof q);
      }
      for (int i = 0; i < GROUP; i++)
        bytes[(size_t)(i / 4) * width * 4 + column * 4 + i % 4] = (uint8_t)(q[i] + 128);
    }
  }
}

void hone_pack_int8(int n, int k, const float *b, int ldb, uint8_t *packed) {
  struct packing packing = {b, ldb, n, k, packed};
  hone_parallel((n + PANEL - 1) / PANEL, pack_panel_int8, &packing);
}

// MARK: - Products

struct product {
  const float *a;
  size_t lda;
  uint8_t *rows;
  const uint8_t *packed;
  float *c;
  size_t ldc;
  int m, n, k, keep;
  int panels_across, across;
};

CLONES static void quantize_row(void *context, int row) {
  const struct product *p = context;
  int groups = groups_of(p->k);
  int8_t *bytes = (int8_t *)(p->rows + (size_t)row * row_size(p->k));
  float *scales = (float *)(bytes + (size_t)groups * GROUP);
  int32_t *offsets = (int32_t *)(scales + groups);
  const float *x = p->a + (size_t)row * p->lda;
  for (int group = 0; group < groups; group++) {
    int count = p->k - group * GROUP < GROUP ? p->k - group * GROUP : GROUP;
    scales[group] = quantize(x + group * GROUP, count, bytes + group * GROUP);
    int32_t sum = 0;
    for (int i = 0; i < GROUP; i++) sum += bytes[group * GROUP + i];
    offsets[group] = -128 * sum;
  }
}

typedef int32_t integers __attribute__((vector_size(64), aligned(4)));

// sums + the products of four bytes a lane: unsigned weights, signed inputs.
#define MULTIPLY_BYTES_BY_LOOP(sums, weights, four)                                              \
  for (int lane = 0; lane < LANES; lane++) {                                                     \
    const uint8_t *w = (const uint8_t *)(weights) + lane * 4;                                    \
    sums[lane] += w[0] * (four)[0] + w[1] * (four)[1] + w[2] * (four)[2] + w[3] * (four)[3];     \
  }
#define MULTIPLY_BYTES_BY_VNNI(sums, weights, four)                                              \
  {                                                                                              \
    int32_t packed_inputs;                                                                       \
    memcpy(&packed_inputs, four, sizeof packed_inputs);                                          \
    sums = (integers)_mm512_dpbusd_epi32((__m512i)sums, _mm512_loadu_si512(weights),             \
                                         _mm512_set1_epi32(packed_inputs));                      \
  }

// `count` rows against one panel. `count` and `vectors` are constants where this is inlined.
#define PIECE(NAME, MULTIPLY_BYTES)                                                              \
  INLINE void NAME(const int count, const int vectors, const uint8_t *rows, size_t stride,       \
                   int groups, const uint8_t *panel, const int width, float *out,                \
                   const char *next, size_t next_step) {                                         \
    lanes totals[ROWS][3] = {};                                                                  \
    for (int group = 0; group < groups; group++, panel += group_size(width)) {                   \
      integers sums[ROWS][3];                                                                    \
      _Pragma("unroll") for (int r = 0; r < count; r++) {                                         \
        const uint8_t *row = rows + r * stride + (size_t)groups * (GROUP + sizeof(float));       \
        int32_t offset = ((const int32_t *)row)[group];                                          \
        _Pragma("unroll") for (int j = 0; j < vectors; j++) sums[r][j] = (integers){} + offset;   \
      }                                                                                          \
      const uint8_t *bytes = panel + width * sizeof(float);                                      \
      for (int i = 0; i < GROUP / 4; i++, bytes += width * 4) {                                  \
        if (next != NULL) {                                                                      \
          ask_for(next, next_step);                                                              \
          next += next_step;                                                                     \
        }                                                                                        \
        _Pragma("unroll") for (int r = 0; r < count; r++) {                                       \
          const int8_t *four = (const int8_t *)rows + r * stride + group * GROUP + i * 4;        \
          _Pragma("unroll") for (int j = 0; j < vectors; j++)                                     \
              MULTIPLY_BYTES(sums[r][j], bytes + j * 64, four)                                    \
        }                                                                                        \
      }                                                                                          \
      const float *scales = (const float *)panel;                                                \
      _Pragma("unroll") for (int r = 0; r < count; r++) {                                         \
        float scale = ((const float *)(rows + r * stride + (size_t)groups * GROUP))[group];      \
        _Pragma("unroll") for (int j = 0; j < vectors; j++)                                       \
            totals[r][j] += __builtin_convertvector(sums[r][j], lanes) *                          \
                            (LOAD(scales + j * LANES) * scale);                                   \
      }                                                                                          \
    }                                                                                            \
    _Pragma("unroll") for (int r = 0; r < count; r++)                                             \
        _Pragma("unroll") for (int j = 0; j < vectors; j++)                                       \
            STORE(out + r * width + j * LANES, totals[r][j]);                                     \
  }

#define ARGUMENTS vectors, rows, stride, groups, panel, width, out, next, next_step
#define FOR_ROWS(NAME, PIECE)                                                                    \
  INLINE void NAME(int count, const int vectors, const uint8_t *rows, size_t stride, int groups, \
                   const uint8_t *panel, const int width, float *out, const char *next,          \
                   size_t next_step) {                                                           \
    switch (count) {                                                                             \
      case 1: PIECE(1, ARGUMENTS); break;                                                        \
      case 2: PIECE(2, ARGUMENTS); break;                                                        \
      case 3: PIECE(3, ARGUMENTS); break;                                                        \
      default: PIECE(4, ARGUMENTS);                                                              \
    }                                                                                            \
  }

typedef void panel_function(int count, const uint8_t *rows, size_t stride, int groups,
                            const uint8_t *panel, int width, float *out, const char *next,
                            size_t next_step);
#define FOR_WIDTHS(ROWS_FUNCTION)                                                                \
  switch (width) {                                                                               \
    case 16: ROWS_FUNCTION(count, 1, rows, stride, groups, panel, 16, out, next, next_step); break; \
    case 32: ROWS_FUNCTION(count, 2, rows, stride, groups, panel, 32, out, next, next_step); break; \
    default: ROWS_FUNCTION(count, 3, rows, stride, groups, panel, 48, out, next, next_step);     \
  }

static panel_function portable_panel;
PIECE(portable_piece, MULTIPLY_BYTES_BY_LOOP)
FOR_ROWS(portable_rows, portable_piece)
CLONES static void portable_panel(int count, const uint8_t *rows, size_t stride, int groups,
                                  const uint8_t *panel, int width, float *out, const char *next,
                                  size_t next_step) {
  FOR_WIDTHS(portable_rows)
}

#if defined(__x86_64__)
#define WITH_VNNI __attribute__((target("arch=x86-64-v4,avx512vnni"), min_vector_width(512)))
#pragma clang attribute push(WITH_VNNI, apply_to = function)
PIECE(vnni_piece, MULTIPLY_BYTES_BY_VNNI)
FOR_ROWS(vnni_rows, vnni_piece)
static void vnni_panel(int count, const uint8_t *rows, size_t stride, int groups,
                       const uint8_t *panel, int width, float *out, const char *next,
                       size_t next_step) {
  FOR_WIDTHS(vnni_rows)
}
#pragma clang attribute pop
#endif

int hone_multiplies_bytes(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vnni");
#else
  return 0;
#endif
}

static void multiply_tile(void *context, int tile) {
  const struct product *p = context;
#if defined(__x86_64__)
  panel_function *multiply = hone_multiplies_bytes() ? vnni_panel : portable_panel;
#else
  panel_function *multiply = portable_panel;
#endif
  int first_row = tile / p->across * TILE_ROWS, first = tile % p->across * p->panels_across;
  int rows = p->m - first_row < TILE_ROWS ? p->m - first_row : TILE_ROWS;
  int panels = (p->n + PANEL - 1) / PANEL, last = first + p->panels_across;
  int groups = groups_of(p->k);
  size_t stride = row_size(p->k);
  const uint8_t *end = p->packed + hone_packed_int8_size(p->n, p->k);
  for (int panel = first; panel < (last < panels ? last : panels); panel++) {
    int columns = p->n - panel * PANEL < PANEL ? p->n - panel * PANEL : PANEL;
    int width = panel_width(columns);
    size_t size = group_size(PANEL) * groups;
    const uint8_t *here = p->packed + panel * size, *next = here + size;
    size_t asked = 0, steps = (size_t)groups * (GROUP / 4);
    size_t turns = (size_t)(rows + ROWS - 1) / ROWS * steps, step = (size + turns - 1) / turns;
    for (int row = 0; row < rows; row += ROWS) {
      int count = rows - row < ROWS ? rows - row : ROWS;
      float out[ROWS * PANEL];
      const char *wanted = next + size <= end && asked < size ? (const char *)next + asked : NULL;
      asked += step * steps;
      multiply(count, p->rows + (size_t)(first_row + row) * stride, stride, groups, here, width, out,
               wanted, step);
      for (int r = 0; r < count; r++) {
        float *c = p->c + (size_t)(first_row + row + r) * p->ldc + (size_t)panel * PANEL;
        for (int j = 0; j < columns; j++)
          c[j] = p->keep ? c[j] + out[r * width + j] : out[r * width + j];
      }
    }
  }
}

void hone_matmul_int8(int m, int n, int k, const float *a, int lda, const uint8_t *packed, int keep,
                      float *c, int ldc) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    for (int row = 0; row < m && !keep; row++) memset(c + (size_t)row * ldc, 0, (size_t)n * sizeof *c);
    return;
  }
  size_t floats = ((size_t)m * row_size(k) + sizeof(float) - 1) / sizeof(float);
  struct product p = {.a = a, .lda = lda, .rows = (uint8_t *)scratch(floats), .packed = packed,
                      .c = c, .ldc = ldc, .m = m, .n = n, .k = k, .keep = keep};
  hone_parallel(m, quantize_row, &p);
  int panels = (n + PANEL - 1) / PANEL, row_tiles = (m + TILE_ROWS - 1) / TILE_ROWS;
  int wanted = (4 * hone_workers() + row_tiles - 1) / row_tiles;
  p.panels_across = (panels + wanted - 1) / wanted;
  p.across = (panels + p.panels_across - 1) / p.panels_across;
  hone_parallel(row_tiles * p.across, multiply_tile, &p);
}
