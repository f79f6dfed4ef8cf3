#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Cells: one small jail for each program, made by a server that is asked through a pipe.
//
// A host (a warm Python, or the executable `hone-cell`) calls `cell_serve`. In the server the call
// does not return; it makes one cell after the other. Each cell is a fork of the host in which the
// call returns once, with the program's job on descriptor 0.
//
//   supervisor ── requests ──► server ──clone───► pid 1 of the cell ──fork──► the program
//              ◄── replies ───        ◄─────────── outputs, records, status ────────┘
//
// Numbers are as the machine has them: both ends are on one machine.

/// What the supervisor writes: this, then `bytes` bytes.
struct cell_request {
  uint32_t kind;  ///< CELL_RUN, CELL_INPUT or CELL_END_INPUT
  uint32_t bytes;
  uint32_t cpu_seconds;        ///< of each process; CELL_RUN only, as what follows
  uint32_t wall_milliseconds;  ///< of the whole cell
  uint32_t job_bytes;          ///< how many of the first bytes are the job; the rest is its input
  uint32_t is_interactive;     ///< records come as they are written, and input may follow
};

enum cell_request_kind { CELL_RUN = 1, CELL_INPUT = 2, CELL_END_INPUT = 3 };

/// What the server writes: this, then the bytes of output, errors and records, in this order.
struct cell_reply {
  uint32_t kind;   ///< CELL_READY, CELL_RECORDS, CELL_DONE or CELL_BROKEN
  uint32_t flags;  ///< enum cell_flag
  int32_t status;  ///< of the program, as wait(2) has it; an errno where the cell was not made
  uint32_t output_bytes;
  uint32_t error_bytes;   ///< the end of standard error, or a message of CELL_BROKEN
  uint32_t record_bytes;
  uint64_t cpu_microseconds;   ///< of all processes of the cell that were reaped
  uint64_t wall_microseconds;  ///< from the request to the cell's end
};

enum cell_reply_kind { CELL_READY = 1, CELL_RECORDS = 2, CELL_DONE = 3, CELL_BROKEN = 4 };

enum cell_flag {
  CELL_TIMED_OUT = 1,      ///< the wall time was up
  CELL_OUTPUT_LIMIT = 2,   ///< more than the limit came on standard output or error
  CELL_RECORD_LIMIT = 4,   ///< more than the limit came as records
  CELL_MANY_PROCESSES = 8, ///< the limit of processes was reached when the cell was stopped
  CELL_NOT_MADE = 16,      ///< the cell could not be made; the program never ran
};

/// Serves cells: never returns in the server.
///
/// `requests` and `replies` are taken over. `options` are words `name=number` with blanks between
/// them; `options.c` lists them. Root drops to an unprivileged user first.
///
/// Returns the number of bytes of the job in a new cell, where 0 is the job, then the input; 1 and 2
/// are captured; 3 takes records, and nothing else is open. Returns -1 where the machine
/// refuses to make cells, after saying so in a CELL_BROKEN reply.
int64_t cell_serve(int requests, int replies, const char *options);

/// Starts `words[0]`, a server, with channels at its standard input and output, both 3 or above at
/// this end and closed on exec, with no environment but what a cell's program should see, and with
/// fixed addresses where the machine allows that. Returns its process, or -1 with errno.
pid_t cell_start(char *const words[], int *requests, int *replies);

/// Kills a server with its cells and waits for them; returns its status as wait(2) has it.
int cell_stop(pid_t server);

/// Writes all bytes to a server; a server that is gone is an error (EPIPE), and no signal. Returns 0,
/// or -1 with errno.
int cell_send(int requests, const void *bytes, size_t count);

/// Reads `count` bytes, waiting at most until `deadline`, in microseconds of `cell_clock`. Returns 0;
/// or -1 with errno, ETIMEDOUT when the time was up and 0 where the server's end came first.
int cell_receive(int replies, void *bytes, size_t count, uint64_t deadline);

/// Microseconds of a clock that never goes back.
uint64_t cell_clock(void);
