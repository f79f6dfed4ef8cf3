#pragma once

/// Makes a pipe: `ends[0]` reads, `ends[1]` writes. Both are 3 or above, no child of another thread
/// inherits them, and the end `nonblocking` (0 or 1) never blocks. Returns 0, or -1 with errno.
int sandbox_pipe(int ends[2], int nonblocking);

/// Makes a counter that a thread can wait for. Returns its descriptor, or -1 with errno.
int sandbox_event(void);
