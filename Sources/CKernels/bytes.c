// Rounding to eight bits. Sixteen rows or columns are rounded at a time, a group of each, into sixteen
// vectors of words of four bytes: from rows, a vector holds the bytes of one row; from columns, four
// bytes of each column. What needs the other kind turns the block about.
//
// Every processor makes the same bytes and scales.
#include "bytes.h"
#include "transpose.h"

enum { WORDS = GROUP / 4 };

typedef uint32_t word_lanes __attribute__((vector_size(64), aligned(4)));

typedef int8_t byte_lanes __attribute__((vector_size(16)));
typedef struct {
  int_lanes words[WORDS];
  lanes scales, sums;  // of a row or column each; sums of its bytes
} rounded;

// rows[0][i] becomes the largest lane of rows[i]; the other rows become anything.
#define LARGER_HALVES(rows, half, low, high)                                                     \
  for (int i = 0; i < half; i++)                                                                 \
    rows[i] = __builtin_elementwise_max(__builtin_shufflevector(rows[i], rows[i + half], low),   \
                                        __builtin_shufflevector(rows[i], rows[i + half], high));
INLINE void largest_lanes(int_lanes rows[LANES]) {
  LARGER_HALVES(rows, 8, LOW_8, HIGH_8)
  LARGER_HALVES(rows, 4, LOW_4, HIGH_4)
  LARGER_HALVES(rows, 2, LOW_2, HIGH_2)
  LARGER_HALVES(rows, 1, LOW_1, HIGH_1)
}

// Sizes order as the integers of their bits, NaN above infinity above all numbers.
#define SIZE_BITS(x) ((int_lanes)(x) & 0x7fffffff)
enum { INFINITY_BITS = 0x7f800000 };

// From the bits of the largest sizes: scales, and what values are multiplied by; 0 where all are
// nearly 0, since the inverse of a scale below the smallest normal number would be infinite, and where
// one is no number.
INLINE void scales_of(const int_lanes *largest_bits, lanes *scales, lanes *inverses) {
  lanes largest = (lanes)*largest_bits;
  int_lanes is_number = *largest_bits < INFINITY_BITS, is_large = largest > 1e-30f;
  *inverses = (lanes)((int_lanes)(127.0f / largest) & is_number & is_large);
  *scales = (lanes)(((int_lanes)(largest / 127.0f) & is_large) | ~is_number);  // all bits: NaN
}

// To nearest, as in exp_of; 0 where `inverses` is 0, whatever x is. A fused product would round
// another way where a value lies half-way.
#define ROUND(x, inverses)                                                                    \
  ((((lanes)((int_lanes)(x) & ((inverses) != 0.0f))) * (inverses) + 12582912.0f) - 12582912.0f)

// Rounds up to 16 rows of up to 64 values.
INLINE void round_rows(const float *x, size_t stride, int rows, int count, rounded *out) {
#pragma clang fp contract(off)
  float tile[LANES * GROUP];
  if (rows < LANES || count < GROUP) {
    memset(tile, 0, sizeof tile);
    for (int row = 0; row < rows; row++)
      memcpy(tile + row * GROUP, x + row * stride, (size_t)count * sizeof *x);
    x = tile;
    stride = GROUP;
  }
  int_lanes largest[LANES];
  for (int row = 0; row < LANES; row++) {
    const float *values = x + row * stride;
    int_lanes a = __builtin_elementwise_max(SIZE_BITS(LOAD(values)), SIZE_BITS(LOAD(values + 16)));
    int_lanes b = __builtin_elementwise_max(SIZE_BITS(LOAD(values + 32)), SIZE_BITS(LOAD(values + 48)));
    largest[row] = __builtin_elementwise_max(a, b);
  }
  largest_lanes(largest);
  lanes all_inverses, sums[LANES];
  scales_of(&largest[0], &out->scales, &all_inverses);
  float inverses[LANES];
  memcpy(inverses, &all_inverses, sizeof inverses);
  for (int row = 0; row < LANES; row++) {
    lanes inverse = SPLAT(inverses[row]), sum = {};
    byte_lanes bytes[4];
    for (int i = 0; i < 4; i++) {
      lanes q = ROUND(LOAD(x + row * stride + i * LANES), inverse);
      sum += q;
      bytes[i] = __builtin_convertvector(__builtin_convertvector(q, int_lanes), byte_lanes);
    }
    memcpy(&out->words[row], bytes, sizeof bytes);
    sums[row] = sum;
  }
  sum_lanes(sums);
  out->sums = sums[0];
}

// Rounds up to 16 columns of up to 64 values.
INLINE void round_columns(const float *x, size_t stride, int count, int columns, rounded *out) {
#pragma clang fp contract(off)
  float tile[GROUP * LANES];
  if (columns < LANES || count < GROUP) {
    memset(tile, 0, sizeof tile);
    for (int row = 0; row < count; row++)
      memcpy(tile + row * LANES, x + row * stride, (size_t)columns * sizeof *x);
    x = tile;
    stride = LANES;
  }
  int_lanes largest = {};
  for (int row = 0; row < GROUP; row++) {
    __builtin_prefetch(x + row * stride + 2 * LANES);
    largest = __builtin_elementwise_max(largest, SIZE_BITS(LOAD(x + row * stride)));
  }
  lanes inverses, sums = {};
  scales_of(&largest, &out->scales, &inverses);
  for (int i = 0; i < WORDS; i++, x += 4 * stride) {
    lanes q[4];
    for (int j = 0; j < 4; j++) q[j] = ROUND(LOAD(x + j * stride), inverses);
    sums += (q[0] + q[1]) + (q[2] + q[3]);
    word_lanes words = {};
    for (int j = 0; j < 4; j++)
      words |= ((word_lanes)__builtin_convertvector(q[j], int_lanes) & 255) << 8 * j;
    out->words[i] = (int_lanes)words;
  }
  out->sums = sums;
}

// Columns of a matrix that one task rounds, so that there are enough for many workers.
enum { COLUMNS_OF_A_TASK = 32 * PANEL };
static int column_tasks(int columns) { return (columns + COLUMNS_OF_A_TASK - 1) / COLUMNS_OF_A_TASK; }

static int at_most(int count, int limit) { return count < limit ? count : limit; }

// MARK: - The left side

// Declared before they are defined: clang refuses the vector width of clones otherwise.
static void round_some_rows(void *context, int tile);
static void round_some_columns(void *context, int task);
static void pack_from_rows(void *context, int panel);
static void pack_from_columns(void *context, int task);

struct left {
  const float *a;
  size_t stride;
  int m, k;
  uint8_t *rows;
};

// A block as those made from rows are.
INLINE void store_rows(const struct left *p, int first, int group, const rounded *block) {
  float scales[LANES], sums[LANES];
  memcpy(scales, &block->scales, sizeof scales);
  memcpy(sums, &block->sums, sizeof sums);
  int count = at_most(p->m - first, LANES);
  int groups = groups_of(p->k);
  for (int r = 0; r < count; r++) {
    uint8_t *row = p->rows + (size_t)(first + r) * row_size(p->k);
    memcpy(row + (size_t)group * GROUP, &block->words[r], GROUP);
    ((float *)(row + scales_offset(groups)))[group] = scales[r];
    ((int32_t *)(row + sums_offset(groups)))[group] = -128 * (int32_t)sums[r];
  }
}

CLONES static void round_some_rows(void *context, int tile) {
  const struct left *p = context;
  int first = tile * LANES, groups = groups_of(p->k);
  for (int group = 0; group < groups; group++) {
    rounded block;
    round_rows(p->a + (size_t)first * p->stride + group * GROUP, p->stride,
               at_most(p->m - first, LANES), at_most(p->k - group * GROUP, GROUP), &block);
    store_rows(p, first, group, &block);
  }
}

CLONES static void round_some_columns(void *context, int task) {
  const struct left *p = context;
  int group = task / column_tasks(p->m), first = task % column_tasks(p->m) * COLUMNS_OF_A_TASK;
  int end = first + at_most(p->m - first, COLUMNS_OF_A_TASK);
  for (; first < end; first += LANES) {
    rounded block;
    round_columns(p->a + (size_t)group * GROUP * p->stride + first, p->stride,
                  at_most(p->k - group * GROUP, GROUP), at_most(p->m - first, LANES), &block);
    transpose_block((lanes *)block.words);
    store_rows(p, first, group, &block);
  }
}

void round_left(int transposed, int m, int k, const float *a, size_t stride, uint8_t *rows) {
  struct left left = {a, stride, m, k, rows};
  if (transposed) hone_parallel(groups_of(k) * column_tasks(m), round_some_columns, &left);
  else hone_parallel((m + LANES - 1) / LANES, round_some_rows, &left);
}

// MARK: - The right side

struct right {
  const float *b;
  size_t stride;
  int n, k;
  uint8_t *packed;
};

// Columns first..<first + 16 of a panel, as blocks made from columns are.
INLINE void store_columns(uint8_t *out, int width, int first, const rounded *block) {
  STORE((float *)out + first, block->scales);
  uint8_t *bytes = out + width * sizeof(float) + (size_t)first * 4;
  for (int i = 0; i < WORDS; i++, bytes += width * 4) {
    int_lanes biased = block->words[i] ^ (int32_t)0x80808080;  // q + 128
    memcpy(bytes, &biased, sizeof biased);
  }
}

CLONES static void pack_from_rows(void *context, int panel) {
  const struct right *p = context;
  int first = panel * PANEL, columns = at_most(p->n - first, PANEL);
  int width = panel_width(columns), groups = groups_of(p->k);
  uint8_t *out = p->packed + (size_t)panel * group_size(PANEL) * groups;
  for (int group = 0; group < groups; group++, out += group_size(width))
    for (int column = 0; column < width; column += LANES) {
      rounded block;
      round_rows(p->b + (size_t)(first + column) * p->stride + group * GROUP, p->stride,
                 at_most(columns - column, LANES), at_most(p->k - group * GROUP, GROUP), &block);
      transpose_block((lanes *)block.words);
      store_columns(out, width, column, &block);
    }
}

CLONES static void pack_from_columns(void *context, int task) {
  const struct right *p = context;
  int group = task / column_tasks(p->n), first = task % column_tasks(p->n) * COLUMNS_OF_A_TASK;
  int end = first + at_most(p->n - first, COLUMNS_OF_A_TASK);
  int groups = groups_of(p->k), count = at_most(p->k - group * GROUP, GROUP);
  const float *b = p->b + (size_t)group * GROUP * p->stride;
  for (; first < end; first += PANEL) {
    int columns = at_most(p->n - first, PANEL), width = panel_width(columns);
    uint8_t *out = p->packed + (size_t)first / PANEL * group_size(PANEL) * groups
                   + group_size(width) * group;
    for (int column = 0; column < width; column += LANES) {
      rounded block;
      round_columns(b + first + column, p->stride, count, at_most(columns - column, LANES), &block);
      store_columns(out, width, column, &block);
    }
  }
}

size_t hone_packed_int8_size(int n, int k) {
  return (size_t)(n / PANEL * group_size(PANEL) + group_size(panel_width(n % PANEL))) * groups_of(k);
}

void hone_pack_int8(int transpose_b, int n, int k, const float *b, int ldb, uint8_t *packed) {
  struct right right = {b, ldb, n, k, packed};
  if (transpose_b) hone_parallel((n + PANEL - 1) / PANEL, pack_from_rows, &right);
  else hone_parallel(groups_of(k) * column_tasks(n), pack_from_columns, &right);
}
