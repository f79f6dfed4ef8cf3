// The one function of OpenBLAS that is used, and who loads it.
#ifndef BLAS_H
#define BLAS_H
#include "CKernels.h"

enum { BLAS_ROW_MAJOR = 101, BLAS_AS_IS = 111, BLAS_TRANSPOSED = 112 };

typedef void blas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k,
                        float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                        float *c, int ldc);

// The function, or NULL with the reason in hone_blas_error.
blas_sgemm *blas_load(void);
#endif
