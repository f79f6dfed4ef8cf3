#define LEVEL portable
#include "level.h"
#include "../../Sources/CKernels/bytes.c"
