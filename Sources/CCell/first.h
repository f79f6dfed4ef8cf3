#pragma once

// What the server and the first process of a cell share while the cell is made.

#include "cell.h"

#include <setjmp.h>

struct making {
  const struct cell_limits *limits;
  unsigned user, group;
  int ends[4];  // the program's descriptors: its job, output, errors, records
  int status;   // takes `struct cell_news`
  jmp_buf program;  // where the program goes on: in the server's own frames, of which it has a copy
};

/// Runs as the first process, on a stack of its own in the server's memory; `making` is a
/// `struct making`. Does not return.
int cell_first(void *making);
