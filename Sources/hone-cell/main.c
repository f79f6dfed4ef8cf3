// The host of cells whose programs are executables: compilers, their products, shells, node.
//
//   hone-cell OPTIONS
//
// Requests come on standard input, replies go to standard output; CCell.h has both. A job is, in
// numbers of 32 bits and text with its length before it:
//
//   words, each a text; files, each with its mode, a name without a slash, and its contents;
//   the name of a file whose contents are the result, or an empty text.
//
// The files are written into the cell's own /work, the words are executed there, and the result is
// read in there too: no process outside ever opens a path that a program could have changed.

#define _GNU_SOURCE
#include "CCell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_SET_UP = 127, MOST_WORDS = 64, MOST_FILES = 16, RECORDS = 3 };

// A job as it is read.
struct job {
  const char *next;
  size_t left;
};

__attribute__((noreturn)) static void give_up(const char *step) {
  dprintf(2, "hone-cell: %s: %s\n", step, strerror(errno));
  _exit(NOT_SET_UP);
}

static uint32_t take_number(struct job *job) {
  uint32_t number;
  if (job->left < sizeof number) give_up("the job is too short");
  memcpy(&number, job->next, sizeof number);
  job->next += sizeof number;
  job->left -= sizeof number;
  return number;
}

static const char *take_bytes(struct job *job, uint32_t *count) {
  *count = take_number(job);
  if (job->left < *count) give_up("the job is too short");
  const char *bytes = job->next;
  job->next += *count;
  job->left -= *count;
  return bytes;
}

static char *take_text(struct job *job) {
  uint32_t count;
  const char *bytes = take_bytes(job, &count);
  char *text = strndup(bytes, count);
  if (text == NULL) give_up("memory");
  return text;
}

static void take_file(struct job *job) {
  uint32_t mode = take_number(job), count;
  char *name = take_text(job);
  const char *bytes = take_bytes(job, &count);
  if (strchr(name, '/') != NULL) give_up("a file's name");
  int file = open(name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
  if (file < 0) give_up(name);
  for (uint32_t at = 0; at < count;) {
    ssize_t written = write(file, bytes + at, count - at);
    if (written < 0) give_up(name);
    at += (uint32_t)written;
  }
  close(file);
}

static void become(char *const words[]) {
  execv(words[0], words);
  give_up(words[0]);
}

// Copies the result to the records; a link or anything else than a file is no result.
static void send_result(const char *name) {
  int file = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) give_up(name);
  static char chunk[1 << 16];
  for (ssize_t count; (count = read(file, chunk, sizeof chunk)) != 0;) {
    if (count < 0) give_up(name);
    for (ssize_t at = 0; at < count;) {
      ssize_t written = write(RECORDS, chunk + at, (size_t)(count - at));
      if (written < 0) give_up(name);
      at += written;
    }
  }
}

static void run_job(struct job *job) {
  static char *words[MOST_WORDS + 1];
  uint32_t count = take_number(job);
  if (count == 0 || count > MOST_WORDS) give_up("the number of words");
  for (uint32_t at = 0; at < count; at++) words[at] = take_text(job);
  uint32_t files = take_number(job);
  if (files > MOST_FILES) give_up("the number of files");
  for (uint32_t at = 0; at < files; at++) take_file(job);
  char *result = take_text(job);
  if (*result == 0) {
    close(RECORDS);
    become(words);
  }
  pid_t child = fork();
  if (child < 0) give_up("fork");
  if (child == 0) {
    close(RECORDS);
    become(words);
  }
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) give_up("waitpid");
  if (WIFSIGNALED(status)) {
    // The same end, so that the supervisor sees what it was.
    signal(WTERMSIG(status), SIG_DFL);
    kill(getpid(), WTERMSIG(status));
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  send_result(result);
  _exit(0);
}

int main(int count, char **words) {
  if (count != 2) {
    fputs("hone-cell: usage: hone-cell OPTIONS\n", stderr);
    return 64;
  }
  int64_t length = cell_serve(0, 1, words[1]);
  if (length < 0) return 1;
  signal(SIGPIPE, SIG_DFL);
  char *bytes = malloc((size_t)length + 1);
  if (bytes == NULL) give_up("memory");
  for (int64_t at = 0; at < length;) {
    ssize_t taken = read(0, bytes + at, (size_t)(length - at));
    if (taken <= 0) give_up("the job");
    at += taken;
  }
  struct job job = {bytes, (size_t)length};
  run_job(&job);
}
