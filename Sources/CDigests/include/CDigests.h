#ifndef HONE_CDIGESTS_H
#define HONE_CDIGESTS_H

#include <stddef.h>
#include <stdint.h>

// Mixes whole blocks of 64 bytes into the eight words of a SHA-256 state; FIPS 180-4, section 6.2.2.
// By the processor's own instructions where it has them.
void hone_sha256(uint32_t state[8], const uint8_t *bytes, size_t blocks);

// The same without them.
void hone_sha256_portable(uint32_t state[8], const uint8_t *bytes, size_t blocks);

#endif
