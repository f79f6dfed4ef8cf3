// The zlib of the system; with ZLIB_CONST it promises not to write into its input.
#define ZLIB_CONST
#include <zlib.h>
