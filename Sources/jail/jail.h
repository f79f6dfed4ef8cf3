#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Exit codes of this program's own; the reason is on standard error.
enum {
  BAD_USAGE = 120,
  HOST_GONE = 121,
  /// A limit or a wall cannot be set; the command was not started.
  NO_LIMIT = 122,
  NO_COMMAND = 123,
};

/// How much is taken away.
enum level {
  /// Limits on resources only.
  LEVEL_LIMITS,
  /// Limits, the fence around files and the filter, without namespaces.
  LEVEL_FENCE,
  /// Namespaces with a root of their own, and all of the above within them.
  LEVEL_JAIL,
};

/// Files or folders that one option may name.
enum { MOST_PATHS = 16 };

/// What the command line says.
struct options {
  enum level level;
  int is_inner;
  /// Whether the command builds cells, and so keeps the right to namespaces.
  int is_nesting;
  /// Where the host waits for the number of the jail's first process; 0 for nowhere.
  int report;
  pid_t parent;
  const char *folder;
  /// A cgroup that the process moves into; NULL for none.
  const char *cgroup;
  /// Executables that are seen in /hone.
  const char *house[MOST_PATHS + 1];
  int house_count;
  /// Folders of libraries that are seen where they are.
  const char *libraries[MOST_PATHS + 1];
  int library_count;
  // Limits; 0 leaves what the host has, and scratch 0 means none.
  uint64_t cpu_seconds, memory_mib, processes, open_files, file_kib, scratch_mib;
  int has_file_limit;
  /// The command, an absolute path as it is seen inside, and its arguments.
  char **command;
};

/// Prints the reason to standard error and exits.
__attribute__((noreturn, format(printf, 2, 3))) void give_up(int code, const char *format, ...);

/// Reads the command line; gives up where it is wrong.
void read_options(int count, char **words, struct options *options);

/// What stands between host and jail, up to the first program inside; does not return.
__attribute__((noreturn)) void enter(struct options *options);

/// Limits this process and becomes the command; does not return.
__attribute__((noreturn)) void become_command(const struct options *options);

/// Gives up root, for a user who owns nothing; gives up where that fails.
void drop_root(void);

/// Tries to escape and prints a line for each try; returns the exit code.
int probe(int count, char **words);
