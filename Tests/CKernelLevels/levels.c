#include "CKernelLevels.h"

#define KERNEL(name) .name = hone_##name,
const hone_kernels *usual_kernels(void) {
  static const hone_kernels kernels = {FOR_ALL_KERNELS(KERNEL)};
  return &kernels;
}
#undef KERNEL

#define KERNEL(name) __typeof__(hone_##name) portable_hone_##name;
FOR_ALL_KERNELS(KERNEL)
#undef KERNEL
#define KERNEL(name) .name = portable_hone_##name,
const hone_kernels *portable_kernels(void) {
  static const hone_kernels kernels = {FOR_ALL_KERNELS(KERNEL)};
  return &kernels;
}
#undef KERNEL

#if defined(__x86_64__)
#define KERNEL(name) __typeof__(hone_##name) avx2_hone_##name;
FOR_ALL_KERNELS(KERNEL)
#undef KERNEL
#define KERNEL(name) .name = avx2_hone_##name,
const hone_kernels *avx2_kernels(void) {
  static const hone_kernels kernels = {FOR_ALL_KERNELS(KERNEL)};
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v3") ? &kernels : NULL;
}
#undef KERNEL
#else
const hone_kernels *avx2_kernels(void) { return NULL; }
#endif
