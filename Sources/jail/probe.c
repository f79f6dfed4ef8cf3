// `jail --probe`: a command that tries to get out of where it was put.
//
//   jail --probe CANARY HOST-PID HOST-START PORT SOCKET PROCESSES MEMORY-MIB SCRATCH-MIB
//
// CANARY is a file of the host's that nobody inside may read, HOST-START the 22nd field of the
// host's stat, PORT a TCP port and SOCKET an abstract socket on which the host listens. A line is
// printed for each guarantee: its name, and `held` or what broke it. No try changes the host, also
// where nothing holds: a file that could be made is removed again.

#define _GNU_SOURCE
#include "jail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void report(const char *guarantee, const char *breach) {
  printf("%s %s\n", guarantee, breach == NULL ? "held" : breach);
}

static const char *files(const char *canary) {
  int file = open(canary, O_RDONLY | O_CLOEXEC);
  if (file < 0) return NULL;
  close(file);
  return "a file of the host was opened";
}

static const char *writes(const char *canary) {
  char path[PATH_MAX];
  const char *slash = strrchr(canary, '/');
  const char *const folders[] = {"", "/var/tmp", "."};
  for (size_t index = 0; index < sizeof folders / sizeof *folders; index++) {
    int length = index == 0 && slash != NULL ? (int)(slash - canary) : (int)strlen(folders[index]);
    snprintf(
        path, sizeof path, "%.*s/hone-escape-%d", length, index == 0 ? canary : folders[index],
        (int)getpid());
    int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) continue;
    close(file);
    unlink(path);
    return "a file was made outside of the scratch folder";
  }
  return NULL;
}

static int reaches(const void *address, socklen_t length, int family) {
  int one = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (one < 0) return 0;
  int code = connect(one, address, length);
  close(one);
  return code == 0;
}

static const char *network(unsigned short port, const char *name) {
  struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = htons(port)};
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (reaches(&loopback, sizeof loopback, AF_INET)) return "a port of the host was reached";
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  size_t length = strnlen(name, sizeof abstract.sun_path - 1);
  memcpy(abstract.sun_path + 1, name, length);
  length += offsetof(struct sockaddr_un, sun_path) + 1;
  if (reaches(&abstract, (socklen_t)length, AF_UNIX)) return "a socket of the host was reached";
  return NULL;
}

/// The 22nd field of a process's stat, 0 where it cannot be read.
static unsigned long long start_of(pid_t process) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
  return at == NULL ? 0 : strtoull(at, NULL, 10);
}

static const char *processes(pid_t host, unsigned long long start) {
  unsigned long long seen = start_of(host);
  if (seen == start && seen != 0) return "the host's process is visible";
  // Inside a namespace another process may have the host's number.
  if (seen == 0 && kill(host, 0) == 0) return "the host's process can be signalled";
  return NULL;
}

static const char *tracing(pid_t host) {
  const pid_t targets[] = {host, getppid(), 1};
  for (size_t index = 0; index < sizeof targets / sizeof *targets; index++) {
    char path[64], byte;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)targets[index]);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file >= 0) return close(file), "the memory of another process was opened";
    struct iovec own = {&byte, 1}, other = {NULL, 1};
    // EFAULT would mean that only the address was wrong.
    if (process_vm_readv(targets[index], &own, 1, &other, 1, 0) >= 0 || errno == EFAULT)
      return "the memory of another process was read";
  }
  return NULL;
}

static const char *privileges(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  memset(sets, 0xFF, sizeof sets);
  if (syscall(SYS_capget, &header, sets) != 0) return "capabilities are not known";
  if (sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted)
    return "it has capabilities";
  if (unshare(CLONE_NEWUSER) == 0) return "a namespace of users was made";
  return NULL;
}

static const char *memory(uint64_t mebibytes) {
  void *all = mmap(NULL, mebibytes << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (all != MAP_FAILED) return munmap(all, mebibytes << 20), "memory beyond the limit was given";
  int segment = shmget(IPC_PRIVATE, 4096, 0600);
  if (segment >= 0) return shmctl(segment, IPC_RMID, NULL), "shared memory outside of the limit was given";
  int file = memfd_create("escape", MFD_CLOEXEC);
  if (file >= 0) return close(file), "a file in memory outside of the limit was given";
  return NULL;
}

static const char *scratch(uint64_t mebibytes) {
  struct statvfs status;
  char path[] = "/tmp/hone-escape-XXXXXX";
  int file = mkstemp(path);
  if (file < 0) return NULL;
  close(file);
  unlink(path);
  if (statvfs("/tmp", &status) != 0) return "the scratch folder's size is not known";
  if ((uint64_t)status.f_blocks * status.f_frsize > mebibytes << 20)
    return "the scratch folder is larger than its limit";
  return NULL;
}

static const char *flood(uint64_t limit) {
  uint64_t made = 0;
  pid_t children[300];
  while (made < limit + 2 && made < sizeof children / sizeof *children) {
    pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      alarm(5);
      for (;;) pause();
    }
    children[made++] = child;
  }
  for (uint64_t index = 0; index < made; index++) {
    kill(children[index], SIGKILL);
    waitpid(children[index], NULL, 0);
  }
  // This process counts, too.
  return made < limit ? NULL : "more processes than the limit were made";
}

static const char *inheritance(void) {
  extern char **environ;
  if (environ[0] != NULL) return "a variable of the environment came in";
  for (int descriptor = 3; descriptor < 1024; descriptor++)
    if (fcntl(descriptor, F_GETFD) >= 0) return "a descriptor came in";
  return NULL;
}

/// A process that left its session and its parents, and holds standard output open: the host sees
/// that stream end only once it is dead. It ends by itself where nothing else ends it.
static void leave_daemon(void) {
  fflush(stdout);
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    alarm(10);
    for (;;) pause();
  }
  wait(NULL);
}

static uint64_t number(const char *text) { return strtoull(text, NULL, 10); }

int probe(int count, char **words) {
  if (count != 10) give_up(BAD_USAGE, "--probe needs eight words");
  const char *canary = words[2];
  pid_t host = (pid_t)number(words[3]);
  report("files", files(canary));
  report("writes", writes(canary));
  report("network", network((unsigned short)number(words[5]), words[6]));
  report("processes", processes(host, number(words[4])));
  report("tracing", tracing(host));
  report("privileges", privileges());
  report("memory", memory(number(words[8])));
  report("scratch", scratch(number(words[9])));
  report("inheritance", inheritance());
  report("floods", flood(number(words[7])));
  leave_daemon();
  puts("end");
  fflush(stdout);
  for (;;) pause();
}
