#pragma once

// What the files of this module share.

#include "CCell.h"

#include <stddef.h>

/// What a program may use, the same for all cells of a server.
struct cell_limits {
  uint32_t memory_mib;   // address space of each process
  uint32_t data_only;    // 1: of private writable memory only, for programs that reserve much
  uint32_t processes;    // and threads, the program's own included
  uint32_t file_kib;     // longest file
  uint32_t output_kib;   // standard output, and standard error
  uint32_t errors_kib;   // how much of the end of standard error is kept
  uint32_t records_kib;  // records
  uint32_t scratch_mib;  // all files together
  uint32_t inodes;       // files and folders
  uint32_t open_files;
};

/// What a cell's processes tell the server through the status pipe.
struct cell_news {
  uint32_t kind;           // enum cell_news_kind
  int32_t code;            // an errno; with CELL_ENDED the program's status, as wait(2) has it
  uint32_t reached_limit;  // CELL_ENDED: the limit of processes was reached when it was told to stop
  char step[20];           // CELL_FAILURE: what failed
};

enum cell_news_kind {
  CELL_FORKED = 1,   // by pid 1: the program's process is there
  CELL_ENTERED = 2,  // by that process: its jail is closed, and the program may begin
  CELL_FAILURE = 4,  // by either: no program runs in this cell
  CELL_ENDED = 8,    // by pid 1: all processes are gone
};

/// A cell that waits for its job, or runs it.
struct cell {
  pid_t first;  // its pid 1, a child of the server
  int job;      // the server's ends of five pipes
  int output;
  int errors;
  int records;
  int status;
  struct cell_news failure;  // why it cannot be used, where its kind is CELL_FAILURE
};

/// Reads `name=number` words over `limits`; returns 0, or -1 for a word that is none.
int cell_read_options(const char *options, struct cell_limits *limits);

/// Gives the server an unprivileged user, namespaces and a root of its own in which a cell needs two
/// mounts only. Returns NULL, or the step that failed, with errno.
const char *cell_prepare_stage(void);

/// Where the stage has the mount that is fresh in each cell; `/work` and `/tmp` point into it.
#define CELL_SCRATCH "/scratch"

enum cell_side { CELL_FAILED = -1, CELL_IN_SERVER = 0, CELL_IN_PROGRAM = 1 };

/// Makes a cell, and waits until it is there. Returns twice: in the server with `cell` filled, and in
/// the program, which holds only descriptors 0 to 3 then.
enum cell_side cell_make(struct cell *cell, const struct cell_limits *limits);

/// Writes all bytes, or returns -1 with errno.
int cell_write(int descriptor, const void *bytes, size_t count);

/// Reads all bytes; returns 0, or -1 at an early end (errno 0) or error.
int cell_read(int descriptor, void *bytes, size_t count);
