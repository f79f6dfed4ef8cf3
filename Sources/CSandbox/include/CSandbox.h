#pragma once

/// Makes a pipe: `ends[0]` reads, `ends[1]` writes. Both are 3 or above, no child of another thread
/// inherits them, and the end `nonblocking` (0 or 1) never blocks. Returns 0, or -1 with errno.
int sandbox_pipe(int ends[2], int nonblocking);

/// Makes a counter that a thread can wait for. Returns its descriptor, or -1 with errno.
int sandbox_event(void);

/// Makes this process the parent of its descendants that lose their own, so that it can reap them.
/// Returns 0, or -1 with errno.
int sandbox_adopt_orphans(void);

/// Makes an abstract Unix socket of this name that listens. Returns its descriptor, or -1 with
/// errno.
int sandbox_listen_abstract(const char *name);

/// Makes a TCP socket that listens on a free port of the loopback, which is put into `port`.
/// Returns its descriptor, or -1 with errno.
int sandbox_listen_loopback(unsigned short *port);
