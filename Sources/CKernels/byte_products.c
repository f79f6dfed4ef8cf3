// Products of matrices rounded to eight bits: a quarter of the memory to read, and where the processor
// multiplies bytes (AVX-512 VNNI) four terms an instruction.
//
// Bytes and their sums are exact, so every processor has the same ones; sums over groups are of
// float32, in order.
#include "bytes.h"
#include "scratch.h"
#include "vector.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Rows that the registers hold the results of, and of a tile; and groups that are summed before the
// result is written, so that their part of a panel stays in the first cache. COLUMNS_AT_ONCE of a
// right side that is not packed bound the memory that it takes.
enum { ROWS = 4, TILE_ROWS = 64, GROUPS_AT_ONCE = 10, COLUMNS_AT_ONCE = 64 * PANEL };

typedef int32_t integers __attribute__((vector_size(64), aligned(4)));

// A block of up to ROWS rows, and what it is multiplied with.
struct block {
  const uint8_t *bytes;    // of the first row, from the first group on
  const float *scales;
  const int32_t *sums;
  size_t stride;           // between rows, in bytes
  int groups;
  const uint8_t *panel;
  int keep;
  float *c;
  size_t ldc;
  const char *next;        // memory that will be needed soon, in steps; or NULL
  size_t next_step;
};

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

// `count` rows against one panel. `count`, `vectors` and `width` are constants where this is inlined.
#define PIECE(NAME, MULTIPLY_BYTES)                                                              \
  INLINE void NAME(const int count, const int vectors, const int width, const struct block *b) { \
    lanes totals[ROWS][3] = {};                                                                  \
    const uint8_t *panel = b->panel;                                                             \
    const char *next = b->next;                                                                  \
    const size_t stride = b->stride;                                                             \
    for (int group = 0; group < b->groups; group++, panel += group_size(width)) {                \
      integers sums[ROWS][3];                                                                    \
      _Pragma("unroll") for (int r = 0; r < count; r++) {                                         \
        int32_t sum = *(const int32_t *)((const char *)(b->sums + group) + r * stride);          \
        _Pragma("unroll") for (int j = 0; j < vectors; j++) sums[r][j] = (integers){} + sum;      \
      }                                                                                          \
      const uint8_t *weights = panel + width * sizeof(float);                                    \
      const int8_t *inputs = (const int8_t *)b->bytes + (size_t)group * GROUP;                   \
      for (int i = 0; i < GROUP / 4; i++, weights += width * 4, inputs += 4) {                   \
        if (next != NULL) {                                                                      \
          ask_for(next, b->next_step);                                                           \
          next += b->next_step;                                                                  \
        }                                                                                        \
        _Pragma("unroll") for (int r = 0; r < count; r++)                                         \
            _Pragma("unroll") for (int j = 0; j < vectors; j++)                                   \
                MULTIPLY_BYTES(sums[r][j], weights + j * 64, inputs + r * stride)                \
      }                                                                                          \
      const float *scales = (const float *)panel;                                                \
      _Pragma("unroll") for (int r = 0; r < count; r++) {                                         \
        float scale = *(const float *)((const char *)(b->scales + group) + r * stride);          \
        _Pragma("unroll") for (int j = 0; j < vectors; j++)                                       \
            totals[r][j] += __builtin_convertvector(sums[r][j], lanes) *                          \
                            (LOAD(scales + j * LANES) * scale);                                   \
      }                                                                                          \
    }                                                                                            \
    _Pragma("unroll") for (int r = 0; r < count; r++)                                             \
        _Pragma("unroll") for (int j = 0; j < vectors; j++) {                                     \
      float *out = b->c + r * b->ldc + j * LANES;                                                \
      STORE(out, b->keep ? LOAD(out) + totals[r][j] : totals[r][j]);                             \
    }                                                                                            \
  }

#define FOR_COUNTS(PIECE, VECTORS, WIDTH)                                                        \
  switch (count) {                                                                               \
    case 1: PIECE(1, VECTORS, WIDTH, b); break;                                                  \
    case 2: PIECE(2, VECTORS, WIDTH, b); break;                                                  \
    case 3: PIECE(3, VECTORS, WIDTH, b); break;                                                  \
    default: PIECE(4, VECTORS, WIDTH, b);                                                        \
  }
#define FOR_WIDTHS(PIECE)                                                                        \
  switch (width) {                                                                               \
    case 16: FOR_COUNTS(PIECE, 1, 16) break;                                                     \
    case 32: FOR_COUNTS(PIECE, 2, 32) break;                                                     \
    default: FOR_COUNTS(PIECE, 3, 48)                                                            \
  }

typedef void block_function(int count, int width, const struct block *b);

// Declared before it is defined: clang refuses the vector width of clones otherwise.
static block_function portable_block;
PIECE(portable_piece, MULTIPLY_BYTES_BY_LOOP)
CLONES static void portable_block(int count, int width, const struct block *b) {
  FOR_WIDTHS(portable_piece)
}

#if defined(__x86_64__)
#define WITH_VNNI __attribute__((target("arch=x86-64-v4,avx512vnni"), min_vector_width(512)))
#pragma clang attribute push(WITH_VNNI, apply_to = function)
PIECE(vnni_piece, MULTIPLY_BYTES_BY_VNNI)
static void vnni_block(int count, int width, const struct block *b) { FOR_WIDTHS(vnni_piece) }
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

static block_function *block_for_this_processor(void) {
#if defined(__x86_64__)
  if (hone_multiplies_bytes()) return vnni_block;
#endif
  return portable_block;
}

// MARK: - Tiles

struct product {
  const uint8_t *rows, *packed;
  float *c;
  size_t ldc;
  int m, n, k, keep;
  tiling tiles;
};

// `rows` rows from `first_row` on against one panel.
static void multiply_panel_of_bytes(const struct product *p, int first_row, int rows, int panel) {
  block_function *multiply_block = block_for_this_processor();
  int columns = p->n - panel * PANEL < PANEL ? p->n - panel * PANEL : PANEL;
  int width = panel_width(columns), groups = groups_of(p->k);
  int parts = (groups + GROUPS_AT_ONCE - 1) / GROUPS_AT_ONCE;
  size_t stride = row_size(p->k), size = group_size(PANEL) * groups;
  size_t here = panel * size, next = here + size;
  int has_next = next + size <= hone_packed_int8_size(p->n, p->k);
  // The next panel is asked for evenly while this one is multiplied.
  size_t steps = (size_t)(rows + ROWS - 1) / ROWS * groups * (GROUP / 4);
  size_t asked = 0, step = (size + steps - 1) / steps;
  for (int part = 0; part < parts; part++) {
    int group = groups * part / parts, count = groups * (part + 1) / parts - group;
    for (int row = 0; row < rows; row += ROWS) {
      const uint8_t *bytes = p->rows + (size_t)(first_row + row) * stride;
      float *c = p->c + (size_t)(first_row + row) * p->ldc + (size_t)panel * PANEL;
      struct block b = {
          .bytes = bytes + (size_t)group * GROUP,
          .scales = (const float *)(bytes + scales_offset(groups)) + group,
          .sums = (const int32_t *)(bytes + sums_offset(groups)) + group,
          .stride = stride, .groups = count, .panel = p->packed + here + group_size(width) * group,
          .keep = p->keep || part > 0, .c = c, .ldc = p->ldc,
          .next = has_next && asked < size ? (const char *)p->packed + next + asked : NULL,
          .next_step = step};
      asked += step * count * (GROUP / 4);
      int block_rows = rows - row < ROWS ? rows - row : ROWS;
      if (columns == width) {
        multiply_block(block_rows, width, &b);
      } else {  // columns that are not there must not be written
        float whole[ROWS * PANEL];
        int keep = b.keep;
        b.keep = 0;
        b.c = whole;
        b.ldc = width;
        multiply_block(block_rows, width, &b);
        for (int r = 0; r < block_rows; r++)
          for (int j = 0; j < columns; j++)
            c[r * p->ldc + j] = keep ? c[r * p->ldc + j] + whole[r * width + j] : whole[r * width + j];
      }
    }
  }
}

static void multiply_tile(void *context, int tile) {
  const struct product *p = context;
  tile_extent t = extent_of_tile(p->tiles, tile, p->m, p->n);
  for (int panel = t.panel; panel < t.last; panel++)
    multiply_panel_of_bytes(p, t.row, t.rows, panel);
}

// The rounded left side, valid until the next one of this thread.
static const uint8_t *rounded_left(int transpose_a, int m, int k, const float *a, int lda) {
  size_t floats = ((size_t)m * row_size(k) + sizeof(float) - 1) / sizeof(float);
  uint8_t *rows = (uint8_t *)scratch(floats);
  round_left(transpose_a, m, k, a, lda, rows);
  return rows;
}

static void multiply(const uint8_t *rows, int m, int n, int k, const uint8_t *packed, int keep,
                     float *c, int ldc) {
  struct product p = {.rows = rows, .packed = packed, .c = c, .ldc = ldc, .m = m, .n = n, .k = k,
                      .keep = keep};
  p.tiles = tiles_of(m, (n + PANEL - 1) / PANEL, ROWS, TILE_ROWS, (n + PANEL - 1) / PANEL);
  hone_parallel(p.tiles.count, multiply_tile, &p);
}

// A product without rows, columns or terms; 1 where it was one.
static int is_empty(int m, int n, int k, int keep, float *c, int ldc) {
  if (m > 0 && n > 0 && k == 0 && !keep)
    for (int row = 0; row < m; row++) memset(c + (size_t)row * ldc, 0, (size_t)n * sizeof *c);
  return m == 0 || n == 0 || k == 0;
}

void hone_matmul_packed_int8(int m, int n, int k, const float *a, int lda, const uint8_t *packed,
                             int keep, float *c, int ldc) {
  if (is_empty(m, n, k, keep, c, ldc)) return;
  multiply(rounded_left(0, m, k, a, lda), m, n, k, packed, keep, c, ldc);
}

void hone_matmul_int8(int transpose_a, int transpose_b, int m, int n, int k, const float *a, int lda,
                      const float *b, int ldb, int keep, float *c, int ldc) {
  if (is_empty(m, n, k, keep, c, ldc)) return;
  const uint8_t *rows = rounded_left(transpose_a, m, k, a, lda);
  int columns_at_once = n < COLUMNS_AT_ONCE ? n : COLUMNS_AT_ONCE;
  float *block = take_block(
      (hone_packed_int8_size(columns_at_once, k) + sizeof(float) - 1) / sizeof(float));
  uint8_t *packed = (uint8_t *)block;
  for (int column = 0; column < n; column += columns_at_once) {
    int columns = n - column < columns_at_once ? n - column : columns_at_once;
    hone_pack_int8(transpose_b, columns, k, b + (transpose_b ? (size_t)column * ldb : column), ldb,
                   packed);
    multiply(rows, m, columns, k, packed, keep, c + column, ldc);
  }
  give_block(block);
}
