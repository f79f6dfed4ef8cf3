// The loops that the compiler vectorises. Shapes are [rows, columns], outermost first; a stride is
// the distance between the starts of two rows, in floats. Callers have checked every size.
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>

// Zeroed, 64-byte aligned memory (huge pages where it is large), or NULL.
void *hone_allocate(size_t bytes);
void hone_release(void *memory);
#endif
