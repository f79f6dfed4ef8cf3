#include "blas.h"
#include <stdio.h>
#include <stdlib.h>

// A product cut into a grid of tiles, each one single-threaded call of OpenBLAS.
struct product {
  blas_sgemm *sgemm;
  int transpose_a, transpose_b;
  int m, n, k, lda, ldb, ldc, rows, columns, across;  // tile size, and tiles in a row of tiles
  float alpha, beta;
  const float *a, *b;
  float *c;
};

static void multiply_tile(void *context, int tile) {
  const struct product *p = context;
  int i = tile / p->across * p->rows, j = tile % p->across * p->columns;
  int m = p->m - i < p->rows ? p->m - i : p->rows;
  int n = p->n - j < p->columns ? p->n - j : p->columns;
  const float *a = p->a + (p->transpose_a == BLAS_AS_IS ? (size_t)i * p->lda : (size_t)i);
  const float *b = p->b + (p->transpose_b == BLAS_AS_IS ? (size_t)j : (size_t)j * p->ldb);
  p->sgemm(BLAS_ROW_MAJOR, p->transpose_a, p->transpose_b, m, n, p->k, p->alpha, a, p->lda, b,
              p->ldb, p->beta, p->c + (size_t)i * p->ldc + j, p->ldc);
}

// The size of the pieces that `length` is cut into: `pieces` of about equal size, a multiple of 16.
static int piece(int length, int pieces) {
  int size = (length + pieces - 1) / pieces;
  return (size + 15) / 16 * 16;
}

void hone_matmul(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  if (m == 0 || n == 0) return;
  struct product p = {blas_load(), transpose_a ? BLAS_TRANSPOSED : BLAS_AS_IS,
                      transpose_b ? BLAS_TRANSPOSED : BLAS_AS_IS,
                      m, n, k, lda, ldb, ldc, m, n, 1, alpha, beta, a, b, c};
  if (p.sgemm == NULL) {
    fprintf(stderr, "hone: %s\n", hone_blas_error());
    exit(1);
  }
  double work = 2.0 * m * n * k;
  if (work > 1e6) {
    // Rows are cut where there are many, so that a tile packs few weights; else columns.
    if (m >= 256 && m >= n / 16) p.rows = piece(m, m >= 1024 ? 4 : 2);
    else p.columns = piece(n, n >= 1024 ? 4 : 2);
  }
  p.across = (n + p.columns - 1) / p.columns;
  hone_parallel((m + p.rows - 1) / p.rows * p.across, multiply_tile, &p);
}
