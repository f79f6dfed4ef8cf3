// Matrices laid out as panels of columns, and products with them.
#ifndef PANELS_H
#define PANELS_H
#include "CKernels.h"

// A panel holds PANEL columns of a matrix, row by row: [k][PANEL]. The last one may be narrower, by
// whole vectors, with zeros in the columns that are not there. A block of rows is what the registers
// hold the results of, against one panel. Sums run over at most DEPTH terms in a register.
enum { PANEL = 48, BLOCK = 8, DEPTH = 1024 };

// Columns that a panel really has in memory: a multiple of sixteen.
static inline int panel_width(int columns) {
  return columns >= PANEL ? PANEL : (columns + 15) / 16 * 16;
}

// The rows of a product: as they lie in memory, or blocks of BLOCK rows, [k][BLOCK] each.
typedef struct {
  const float *values;
  size_t stride;  // between rows, in floats; 0 for blocks
  int depth;      // rows of a block's memory: k when blocks were packed
} left_side;

// Tiles of a product: blocks of `rows` rows by `panels` panels, `across` of them side by side.
typedef struct {
  int rows, panels, across, count;
} tiling;

// Rows and panels of one tile of a product with `m` rows and `n` columns.
typedef struct {
  int row, rows, panel, last;  // panels from `panel` to before `last`
} tile_extent;

static inline tile_extent extent_of_tile(tiling tiles, int tile, int m, int n) {
  int row = tile / tiles.across * tiles.rows, panel = tile % tiles.across * tiles.panels;
  int panels = (n + PANEL - 1) / PANEL, last = panel + tiles.panels;
  return (tile_extent){row, m - row < tiles.rows ? m - row : tiles.rows, panel,
                       last < panels ? last : panels};
}

// Cuts `rows` rows and `panels` panels into tiles of at most the given sizes, whole multiples of
// `block` rows: at least a few for each worker, so that a slow one takes fewer, and as many that all
// workers have about the same.
tiling tiles_of(int rows, int panels, int block, int most_rows, int most_panels);

// c = a * panel + keep * c for `rows` rows and the first `columns` columns of c. `next` is memory
// that will be needed soon, or NULL.
void multiply_panel(const left_side *a, int row, int rows, int from, int k, const float *panel,
                    int columns, int keep, float *c, size_t ldc, const float *next);

// Packs one panel: columns first..<first + columns of op(b) [k, n], rows from..<from + k.
void pack_panel(const float *b, size_t stride, int transposed, int first, int columns, int from,
                int k, float *panel);
// Packs blocks of the columns first..<first + columns of a [k, m] (the rows of its transpose), rows
// from..<from + k.
void pack_blocks(const float *a, size_t stride, int first, int columns, int from, int k,
                 float *blocks);
#endif
