#ifndef SCRATCH_H
#define SCRATCH_H
#include <stddef.h>

// Memory that a thread keeps and grows, aligned for vectors; valid until the same thread asks
// again. It is freed only with the process, since the threads that compute live as long.
float *scratch(size_t floats);
// The same a second time: for a tile, while its caller's memory is in use.
float *tile_scratch(size_t floats);

// Memory that whoever takes it gives back, aligned likewise. One block is kept for the next taker on
// any thread, since a product's panels are large, and hardly two products run at once.
float *take_block(size_t floats);
void give_block(float *block);
#endif
