#ifndef SCRATCH_H
#define SCRATCH_H
#include <stddef.h>

// Memory that a thread keeps and grows, aligned for vectors; valid until the same thread asks
// again. It is freed only with the process, since the threads that compute live as long.
float *scratch(size_t floats);
// The same a second time: for a tile, while its caller's memory is in use.
float *tile_scratch(size_t floats);
#endif
