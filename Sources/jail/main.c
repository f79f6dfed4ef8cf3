// Starts one command in a jail, and becomes it.
//
//   jail --level limits|fence|jail --parent PID --folder PATH [--house FILE]... [--library PATH]...
//        [--nesting] [--report FD] [--cgroup PATH] [--cpu-seconds N] [--memory-mib N]
//        [--processes N] [--file-kib N] [--open-files N] [--scratch-mib N]
//        -- /absolute/command [argument...]
//
// At level jail it drops root, closes what is open, and becomes bubblewrap, which builds the
// namespaces and starts this program again inside them as `jail --inner`; that one limits itself
// and becomes the command. `jail --probe` is a command that tries to get out.

#include "jail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void give_up(int code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("jail: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  _exit(code);
}

// A whole number without sign, at most 2^40.
static uint64_t number(const char *option, const char *text) {
  uint64_t value = 0;
  if (*text == 0) give_up(BAD_USAGE, "%s needs a number", option);
  for (const char *digit = text; *digit; digit++) {
    if (*digit < '0' || *digit > '9') give_up(BAD_USAGE, "%s needs a number, not '%s'", option, text);
    value = value * 10 + (uint64_t)(*digit - '0');
    if (value > (uint64_t)1 << 40) give_up(BAD_USAGE, "%s: %s is too large", option, text);
  }
  return value;
}

static enum level level(const char *name) {
  if (strcmp(name, "limits") == 0) return LEVEL_LIMITS;
  if (strcmp(name, "fence") == 0) return LEVEL_FENCE;
  if (strcmp(name, "jail") == 0) return LEVEL_JAIL;
  give_up(BAD_USAGE, "'%s' is no level", name);
}

static void add(const char *option, const char *path, const char **paths, int *count) {
  if (*count == MOST_PATHS) give_up(BAD_USAGE, "%s more than %d times", option, MOST_PATHS);
  if (path[0] != '/') give_up(BAD_USAGE, "%s needs an absolute path, not '%s'", option, path);
  paths[(*count)++] = path;
}

void read_options(int count, char **words, struct options *options) {
  int at = 1;
  while (at < count && strcmp(words[at], "--") != 0) {
    const char *option = words[at++];
    if (strcmp(option, "--inner") == 0) {
      options->is_inner = 1;
      continue;
    }
    if (strcmp(option, "--nesting") == 0) {
      options->is_nesting = 1;
      continue;
    }
    if (at >= count) give_up(BAD_USAGE, "%s needs a value", option);
    const char *value = words[at++];
    if (strcmp(option, "--level") == 0) options->level = level(value);
    else if (strcmp(option, "--folder") == 0) options->folder = value;
    else if (strcmp(option, "--cgroup") == 0) options->cgroup = value;
    else if (strcmp(option, "--house") == 0) add(option, value, options->house, &options->house_count);
    else if (strcmp(option, "--library") == 0) add(option, value, options->libraries, &options->library_count);
    else if (strcmp(option, "--parent") == 0) options->parent = (pid_t)number(option, value);
    else if (strcmp(option, "--report") == 0) options->report = (int)number(option, value);
    else if (strcmp(option, "--cpu-seconds") == 0) options->cpu_seconds = number(option, value);
    else if (strcmp(option, "--memory-mib") == 0) options->memory_mib = number(option, value);
    else if (strcmp(option, "--processes") == 0) options->processes = number(option, value);
    else if (strcmp(option, "--open-files") == 0) options->open_files = number(option, value);
    else if (strcmp(option, "--scratch-mib") == 0) options->scratch_mib = number(option, value);
    else if (strcmp(option, "--file-kib") == 0)
      options->file_kib = number(option, value), options->has_file_limit = 1;
    else give_up(BAD_USAGE, "'%s' is no option", option);
  }
  options->command = words + at + 1;
  if (at + 1 >= count || options->command[0][0] != '/')
    give_up(BAD_USAGE, "-- /absolute/command is missing");
  if (!options->is_inner && (options->folder == NULL || options->parent == 0))
    give_up(BAD_USAGE, "--folder and --parent are needed");
  if (options->report != 0 && options->report != 3) give_up(BAD_USAGE, "--report can only be 3");
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "--probe") == 0) return probe(count, words);
  struct options options = {0};
  read_options(count, words, &options);
  if (options.is_inner) become_command(&options);
  enter(&options);
}
