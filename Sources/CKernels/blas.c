// OpenBLAS, loaded when the first product is asked for.
//
// It is not linked, because it chooses its kernels while it is loaded and an older one does not know
// newer processors: 0.3.21 takes a Sapphire or Emerald Rapids for a Prescott of 2004 and is four
// times slower. So the kernels are named first, by what the processor can do, unless the user
// already named them (OPENBLAS_CORETYPE).
#include "blas.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
  pthread_once_t once;
  blas_sgemm *sgemm;
  const char *core;
  char error[512];
} blas = {.once = PTHREAD_ONCE_INIT, .core = "none"};

static void name_the_kernels(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    setenv("OPENBLAS_CORETYPE", __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX", 0);
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    setenv("OPENBLAS_CORETYPE", "Haswell", 0);
#endif
}

static void load(void) {
  static const char *const names[] = {"libopenblas.so.0", "libopenblas.so", "libopenblas.so.3"};
  name_the_kernels();
  void *library = NULL;
  for (size_t i = 0; library == NULL && i < sizeof names / sizeof *names; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(blas.error, sizeof blas.error,
             "OpenBLAS was not found (%s). Install it: apt-get install libopenblas-dev", dlerror());
    return;
  }
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  const char *(*core)(void) = (const char *(*)(void))dlsym(library, "openblas_get_corename");
  blas.sgemm = (blas_sgemm *)dlsym(library, "cblas_sgemm");
  if (blas.sgemm == NULL || set_threads == NULL) {
    blas.sgemm = NULL;
    snprintf(blas.error, sizeof blas.error, "this OpenBLAS has no cblas_sgemm or no thread setting");
    return;
  }
  set_threads(1);  // the pool's threads each multiply a tile
  if (core != NULL) blas.core = core();
}

blas_sgemm *blas_load(void) {
  pthread_once(&blas.once, load);
  return blas.sgemm;
}

const char *hone_blas_error(void) { return blas_load() == NULL ? blas.error : NULL; }

const char *hone_blas_core(void) {
  blas_load();
  return blas.core;
}
