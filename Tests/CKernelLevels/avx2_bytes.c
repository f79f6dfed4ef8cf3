#if defined(__x86_64__)
#define LEVEL avx2
#include "level.h"
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "../../Sources/CKernels/bytes.c"
#pragma clang attribute pop
#endif
