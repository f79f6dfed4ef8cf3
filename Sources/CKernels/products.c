// Matrix products of any shape: cut into parts that stay in the caches, packed into panels, and
// spread over the pool as tiles.
#include "panels.h"
#include "scratch.h"
#include <string.h>

// Columns that are packed at a time, and rows of a tile, so that a tile's rows and panels stay in the
// second cache. A tile of a transposed left side packs its own rows, so that they never leave it.
enum { COLUMNS_AT_ONCE = 64 * PANEL, TILE_ROWS = 128, TILE_PANELS = 4, TRANSPOSED_ROWS = 64 };

struct product {
  left_side a;
  const float *panels;  // panels of op(b), each `depth` rows
  float *c;
  size_t ldc;
  int m, n, depth, keep;
  tiling tiles;
  // A transposed left side [depth, m], of which each tile packs its own rows; or NULL.
  const float *transposed;
  size_t stride;
};

// The terms of one register sum: `k` in parts of about equal size.
static int part_of(int k) {
  int parts = (k + DEPTH - 1) / DEPTH;
  return parts == 0 ? 0 : ((k + parts - 1) / parts + 15) / 16 * 16;
}

static void multiply_tile(void *context, int tile) {
  const struct product *p = context;
  tile_extent t = extent_of_tile(p->tiles, tile, p->m, p->n);
  left_side a = p->a;
  int a_row = t.row;
  if (p->transposed != NULL) {
    float *blocks = tile_scratch((size_t)p->tiles.rows * p->depth);
    pack_blocks(p->transposed, p->stride, t.row, t.rows, 0, p->depth, blocks);
    a = (left_side){blocks, 0, p->depth};
    a_row = 0;
  }
  int part = part_of(p->depth);
  for (int panel = t.panel; panel < t.last; panel++) {
    int columns = p->n - panel * PANEL < PANEL ? p->n - panel * PANEL : PANEL;
    int width = panel_width(columns);
    const float *values = p->panels + (size_t)panel * PANEL * p->depth;
    const float *end = p->panels + hone_packed_size(p->n, p->depth);
    for (int from = 0; from < p->depth; from += part) {
      int k = p->depth - from < part ? p->depth - from : part;
      // What comes next lies behind what is read now: a worker's tiles follow each other.
      const float *here = values + (size_t)from * width, *next = here + (size_t)k * width;
      if (next + (size_t)k * width > end) next = NULL;
      multiply_panel(&a, a_row, t.rows, from, k, here, columns, p->keep || from > 0,
                     p->c + (size_t)t.row * p->ldc + (size_t)panel * PANEL, p->ldc, next);
    }
  }
}

// a [m, depth] times packed columns. Tiles are of whole blocks, as a packed left side is.
static void multiply_tiles(struct product *p) {
  int panels = (p->n + PANEL - 1) / PANEL;
  if (2.0 * p->m * p->n * p->depth < 2e5) {  // not worth waking anyone
    p->tiles = (tiling){(p->m + BLOCK - 1) / BLOCK * BLOCK, panels, 1, 1};
  } else if (p->transposed != NULL) {
    // Tiles of few rows, since each packs its own; sixteen are whole lines of their memory.
    int most = p->m / (4 * hone_workers());
    if (most < 16) most = 16;
    p->tiles = tiles_of(p->m, panels, 16, most < TRANSPOSED_ROWS ? most : TRANSPOSED_ROWS, panels);
  } else {
    p->tiles = tiles_of(p->m, panels, BLOCK, TILE_ROWS, p->m > TILE_ROWS ? TILE_PANELS : panels);
  }
  hone_parallel(p->tiles.count, multiply_tile, p);
}

static void clear(int m, int n, float *c, int ldc) {
  for (int row = 0; row < m; row++) memset(c + (size_t)row * ldc, 0, (size_t)n * sizeof *c);
}

size_t hone_packed_size(int n, int k) {
  return (size_t)(n / PANEL * PANEL + panel_width(n % PANEL)) * k;
}

// MARK: - Packing

struct packing {
  const float *source;
  size_t stride;
  int transposed, first, count, from, k;
  float *packed;
};

static void pack_one_panel(void *context, int panel) {
  const struct packing *p = context;
  int column = panel * PANEL, columns = p->count - column < PANEL ? p->count - column : PANEL;
  pack_panel(p->source, p->stride, p->transposed, p->first + column, columns, p->from, p->k,
             p->packed + (size_t)column * p->k);
}

void hone_pack(int transpose_b, int n, int k, const float *b, int ldb, float *packed) {
  struct packing packing = {b, ldb, transpose_b, 0, n, 0, k, packed};
  hone_parallel((n + PANEL - 1) / PANEL, pack_one_panel, &packing);
}

// MARK: - Products

void hone_matmul_packed(int m, int n, int k, const float *a, int lda, const float *packed, int keep,
                        float *c, int ldc) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    if (!keep) clear(m, n, c, ldc);
    return;
  }
  struct product p = {.a = {a, lda, 0}, .panels = packed, .c = c, .ldc = ldc, .m = m, .n = n,
                      .depth = k, .keep = keep};
  multiply_tiles(&p);
}

void hone_matmul(int transpose_a, int transpose_b, int m, int n, int k, const float *a, int lda,
                 const float *b, int ldb, int keep, float *c, int ldc) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    if (!keep) clear(m, n, c, ldc);
    return;
  }
  int part = part_of(k);
  int columns_at_once = n < COLUMNS_AT_ONCE ? n : COLUMNS_AT_ONCE;
  float *memory = take_block(hone_packed_size(columns_at_once, part));
  for (int column = 0; column < n; column += columns_at_once) {
    int columns = n - column < columns_at_once ? n - column : columns_at_once;
    for (int from = 0; from < k; from += part) {
      int depth = k - from < part ? k - from : part;
      struct packing right = {b, ldb, transpose_b, column, columns, from, depth, memory};
      hone_parallel((columns + PANEL - 1) / PANEL, pack_one_panel, &right);
      struct product p = {.panels = memory, .c = c + column, .ldc = ldc, .m = m, .n = columns,
                          .depth = depth, .keep = keep || from > 0};
      if (transpose_a) {
        p.transposed = a + (size_t)from * lda;
        p.stride = lda;
      } else {
        p.a = (left_side){a + from, lda, 0};
      }
      multiply_tiles(&p);
    }
  }
  give_block(memory);
}
