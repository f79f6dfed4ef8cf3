// The inner loops of matrix products: a block of eight rows by 48 columns is summed in registers
// (24 of the 32 that AVX-512 has), so that each value that is loaded is used many times. With AVX2 a
// block is taken in pieces of four rows by 24 columns, 12 of 16 registers.
//
// A loop is to have few instructions beside its products: where another program runs on the same
// core, the core has room for about three a cycle, and a block would wait for them.
//
// Each value of the result is its own sum, over k in order. So its bits depend neither on the other
// rows and columns of the product, nor on tiles and threads.
#include "panels.h"
#include "transpose.h"

typedef float narrow_lanes __attribute__((vector_size(32), aligned(4)));

// Terms that are summed before counters and addresses move on.
enum { TERMS = 4 };

// `columns` times the rows' values at term `t` from where the pointers are.
#define SUM_TERM(VECTOR, WIDTH, t)                                                                  \
  {                                                                                                \
    VECTOR columns[3];                                                                             \
    _Pragma("unroll") for (int j = 0; j < vectors; j++)                                             \
        columns[j] = *(const VECTOR *)(panel + (t) * width + j * WIDTH);                            \
    _Pragma("unroll") for (int row = 0; row < rows; row++) {                                        \
      float x = at[row / 3][row % 3 * row_step + (t) * step];                                      \
      _Pragma("unroll") for (int j = 0; j < vectors; j++) sums[row][j] += columns[j] * x;           \
    }                                                                                              \
  }

// A piece of a block. `rows` and `vectors` are constants where this is inlined; `row_step` and `step`
// are the distances between two rows of a, and between two of its columns. While it is summed,
// `lines` lines from `next` on are asked for after each few terms, into the second cache.
#define PIECE(NAME, VECTOR, WIDTH, ROWS)                                                           \
  INLINE void NAME(const int rows, const int vectors, const int lines, const float *a,             \
                   const size_t row_step, const size_t step, int k, const float *panel,            \
                   const int width, int keep, float *c, size_t ldc, const char *next) {            \
    VECTOR sums[ROWS][3] = {};                                                                     \
    /* Where the results go to is there by the time they are. */                                   \
    _Pragma("unroll") for (int row = 0; row < rows; row++)                                          \
        _Pragma("unroll") for (int j = 0; j < vectors; j++)                                         \
      __builtin_prefetch(c + row * ldc + j * WIDTH, 1, 3);                                         \
    /* Three pointers reach eight rows, each by a distance that an address can hold. The compiler  \
       must not know what they have in common, or it computes them from one another each time. */  \
    const float *at[3] = {a, rows > 3 ? a + 3 * row_step : a, rows > 6 ? a + 6 * row_step : a};    \
    if (step == 1) __asm__("" : "+r"(at[0]), "+r"(at[1]), "+r"(at[2]));                            \
    int i = 0;                                                                                     \
    for (; i + TERMS <= k; i += TERMS) {                                                           \
      _Pragma("unroll") for (int t = 0; t < TERMS; t++) SUM_TERM(VECTOR, WIDTH, t)                  \
      for (int line = 0; line < lines; line++) __builtin_prefetch(next + line * 64, 0, 2);         \
      next += lines * 64;                                                                          \
      panel += TERMS * width;                                                                      \
      for (int third = 0; third < 3; third++) at[third] += TERMS * step;                           \
    }                                                                                              \
    for (; i < k; i++) {                                                                           \
      SUM_TERM(VECTOR, WIDTH, 0)                                                                   \
      panel += width;                                                                              \
      for (int third = 0; third < 3; third++) at[third] += step;                                   \
    }                                                                                              \
    _Pragma("unroll") for (int row = 0; row < rows; row++)                                          \
        _Pragma("unroll") for (int j = 0; j < vectors; j++) {                                       \
      VECTOR *out = (VECTOR *)(c + row * ldc + j * WIDTH);                                          \
      *out = keep ? *out + sums[row][j] : sums[row][j];                                            \
    }                                                                                              \
  }
PIECE(wide_piece, lanes, LANES, BLOCK)
PIECE(narrow_piece, narrow_lanes, 8, 4)

// What a piece takes, apart from its constants.
#define ARGUMENTS a, row_step, step, k, panel, width, keep, c, ldc, next
#define ROWS_OF(PIECE, N, VECTORS) case N: PIECE(N, VECTORS, lines, ARGUMENTS); break;

INLINE void wide_rows(int rows, const int vectors, int lines, const float *a, const size_t row_step,
                      const size_t step, int k, const float *panel, const int width, int keep,
                      float *c, size_t ldc, const char *next) {
  switch (rows) {
    ROWS_OF(wide_piece, 1, vectors)
    ROWS_OF(wide_piece, 2, vectors)
    ROWS_OF(wide_piece, 3, vectors)
    ROWS_OF(wide_piece, 4, vectors)
    ROWS_OF(wide_piece, 5, vectors)
    ROWS_OF(wide_piece, 6, vectors)
    ROWS_OF(wide_piece, 7, vectors)
    default:
      // Constants of the usual counts, for loops without a look at them.
      if (lines == 0) wide_piece(BLOCK, vectors, 0, ARGUMENTS);
      else if (lines == 1) wide_piece(BLOCK, vectors, 1, ARGUMENTS);
      else if (lines == 2) wide_piece(BLOCK, vectors, 2, ARGUMENTS);
      else wide_piece(BLOCK, vectors, lines, ARGUMENTS);
  }
}

INLINE void narrow_rows(int rows, const int vectors, int lines, const float *a,
                        const size_t row_step, const size_t step, int k, const float *panel,
                        const int width, int keep, float *c, size_t ldc, const char *next) {
  switch (rows) {
    ROWS_OF(narrow_piece, 1, vectors)
    ROWS_OF(narrow_piece, 2, vectors)
    ROWS_OF(narrow_piece, 3, vectors)
    default: narrow_piece(4, vectors, lines, ARGUMENTS);
  }
}

typedef void block_function(int rows, const float *a, size_t row_step, int packed, int k,
                            const float *panel, int width, int keep, float *c, size_t ldc,
                            const char *next, int lines);

#define WITH_STEP(ROWS_FUNCTION, VECTORS, WIDTH)                                                    \
  if (packed)                                                                                      \
    ROWS_FUNCTION(rows, VECTORS, lines, a, 1, BLOCK, k, panel, WIDTH, keep, c, ldc, next);          \
  else                                                                                             \
    ROWS_FUNCTION(rows, VECTORS, lines, a, row_step, 1, k, panel, WIDTH, keep, c, ldc, next);

#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
static void wide_block(int rows, const float *a, size_t row_step, int packed, int k,
                       const float *panel, int width, int keep, float *c, size_t ldc,
                       const char *next, int lines) {
  switch (width) {
    case 16: WITH_STEP(wide_rows, 1, 16) break;
    case 32: WITH_STEP(wide_rows, 2, 32) break;
    default: WITH_STEP(wide_rows, 3, 48)
  }
}
#define NARROW_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define NARROW_CLONES
#endif

NARROW_CLONES
static void narrow_block(int rows, const float *a, size_t row_step, int packed, int k,
                         const float *panel, int width, int keep, float *c, size_t ldc,
                         const char *next, int lines) {
  const int all = rows, full = width;
  const float *first_a = a, *first_panel = panel;
  float *first_c = c;
  for (int row = 0; row < all; row += 4) {
    rows = all - row < 4 ? all - row : 4;
    a = first_a + (packed ? row : row * row_step);
    int column = 0;
    for (; column + 24 <= full; column += 24) {
      panel = first_panel + column;
      c = first_c + row * ldc + column;
      switch (full) {
        case 32: WITH_STEP(narrow_rows, 3, 32) break;
        default: WITH_STEP(narrow_rows, 3, 48)
      }
      lines = 0;
    }
    for (; column < full; column += 8) {
      panel = first_panel + column;
      c = first_c + row * ldc + column;
      switch (full) {
        case 16: WITH_STEP(narrow_rows, 1, 16) break;
        default: WITH_STEP(narrow_rows, 1, 32)
      }
    }
  }
}

const char *hone_product_kernels(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "avx512";
  if (__builtin_cpu_supports("x86-64-v3")) return "avx2";
#endif
  return "portable";
}

static block_function *block_for_this_processor(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return wide_block;
#endif
  return narrow_block;
}

tiling tiles_of(int rows, int panels, int block, int most_rows, int most_panels) {
  int workers = hone_workers(), down = (rows + most_rows - 1) / most_rows;
  int even = ((rows + down - 1) / down + block - 1) / block * block;
  down = (rows + even - 1) / even;
  int wanted = (4 * workers + down - 1) / down, widest = (panels + wanted - 1) / wanted;
  if (widest > most_panels) widest = most_panels;
  // The widest of the widths with which the worker that has most has least; narrower than a third of
  // what may be is not worth it.
  int best = widest, least = 0;
  for (int width = widest; width > 0 && 3 * width >= widest; width--) {
    int tiles = down * ((panels + width - 1) / width), most = (tiles + workers - 1) / workers * width;
    if (least == 0 || most < least) {
      best = width;
      least = most;
    }
  }
  int across = (panels + best - 1) / best;
  return (tiling){even, best, across, down * across};
}

void multiply_panel(const left_side *a, int row, int rows, int from, int k, const float *panel,
                    int columns, int keep, float *c, size_t ldc, const float *next) {
  block_function *multiply_block = block_for_this_processor();
  int width = panel_width(columns), packed = a->stride == 0;
  // The next panel is asked for evenly while this one is multiplied: sooner than memory gives it, and
  // the loads of this one would have to wait.
  int groups = k / TERMS, turns = (rows + BLOCK - 1) / BLOCK * groups;
  size_t bytes = next == NULL ? 0 : (size_t)k * width * sizeof(float), asked = 0;
  int lines = turns == 0 ? 0 : (int)((bytes / 64 + turns - 1) / turns);
  for (int i = 0; i < rows; i += BLOCK) {
    int count = rows - i < BLOCK ? rows - i : BLOCK;
    const float *values = packed
        ? a->values + (size_t)(row + i) * a->depth + (size_t)from * BLOCK
        : a->values + (size_t)(row + i) * a->stride + from;
    int wants = asked < bytes ? lines : 0;
    const char *wanted = wants > 0 ? (const char *)next + asked : (const char *)panel;
    asked += (size_t)lines * 64 * groups;
    float *out = c + (size_t)i * ldc;
    if (columns >= width) {
      multiply_block(count, values, a->stride, packed, k, panel, width, keep, out, ldc, wanted,
                     wants);
    } else {  // columns that are not there must not be written
      float whole[BLOCK * PANEL];
      multiply_block(count, values, a->stride, packed, k, panel, width, 0, whole, width, wanted,
                     wants);
      for (int r = 0; r < count; r++)
        for (int j = 0; j < columns; j++)
          out[r * ldc + j] = keep ? out[r * ldc + j] + whole[r * width + j] : whole[r * width + j];
    }
  }
}

CLONES void pack_panel(const float *b, size_t stride, int transposed, int first, int columns,
                       int from, int k, float *panel) {
  int width = panel_width(columns);
  if (!transposed) {
    for (int i = 0; i < k; i++) {
      const float *row = b + (size_t)(from + i) * stride + first;
      float *out = panel + (size_t)i * width;
      int j = 0;
      for (; j + LANES <= columns; j += LANES) STORE(out + j, LOAD(row + j));
      for (; j < width; j++) out[j] = j < columns ? row[j] : 0;
    }
    return;
  }
  for (int j = 0; j < width; j += LANES) {
    int i = 0;
    for (; i + LANES <= k; i += LANES) {
      lanes rows[LANES];
      for (int r = 0; r < LANES; r++)
        rows[r] = j + r < columns ? LOAD(b + (size_t)(first + j + r) * stride + from + i) : SPLAT(0);
      transpose_block(rows);
      for (int r = 0; r < LANES; r++) STORE(panel + (size_t)(i + r) * width + j, rows[r]);
    }
    for (; i < k; i++)
      for (int r = j; r < j + LANES; r++)
        panel[(size_t)i * width + r] = r < columns ? b[(size_t)(first + r) * stride + from + i] : 0;
  }
}

CLONES void pack_blocks(const float *a, size_t stride, int first, int columns, int from, int k,
                        float *blocks) {
  // Row by row, since neighbours in a row are neighbours in memory.
  int whole = columns / BLOCK;
  for (int i = 0; i < k; i++) {
    const float *row = a + (size_t)(from + i) * stride + first;
    float *out = blocks + (size_t)i * BLOCK;
    for (int block = 0; block < whole; block++)
      memcpy(out + (size_t)block * BLOCK * k, row + block * BLOCK, BLOCK * sizeof(float));
    if (whole * BLOCK < columns)
      for (int j = 0; j < BLOCK; j++)
        out[(size_t)whole * BLOCK * k + j] = whole * BLOCK + j < columns ? row[whole * BLOCK + j] : 0;
  }
}
