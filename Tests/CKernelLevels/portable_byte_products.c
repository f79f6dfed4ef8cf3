#define LEVEL portable
#include "level.h"
#include "../../Sources/CKernels/byte_products.c"
