// One pool of threads for everything that computes: loops over rows and the tiles of products.
#define _GNU_SOURCE
#include "CKernels.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MAXIMUM_WORKERS = 64, SPINS = 4000, PATIENT_SPINS = 16000 };

// The tiles first..<last that a worker has left, in one word. It takes its own from the front; who
// has none left takes from the back of another's.
typedef struct {
  _Alignas(64) atomic_ullong left;  // first in the upper half, last in the lower
} tile_range;

// One parallel call. `ranges` hand out tiles: each worker gets the same part of every call with as
// many tiles, so that what it wrote is in its own caches when it reads it in the next. A worker that
// finds the door open goes in, takes tiles and leaves; the caller shuts the door when no tile is left,
// and waits for those inside. So a worker that the system does not let run yet is not waited for. A
// new number of the call wakes the workers.
enum { OPEN = 0x80, INSIDE = 0x7f, NUMBER_SHIFT = 8 };
static struct {
  pthread_mutex_t calls;  // one parallel call at a time
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_uint_least64_t door;  // number of the call, whether it is open, and how many are inside
  int sharing;  // workers of the call
  tile_range ranges[MAXIMUM_WORKERS];
  hone_body body;
  void *context;
  atomic_int workers;   // wanted, the caller included; 0 until first asked
  int started;          // threads that exist, guarded by `calls`
} pool = {.calls = PTHREAD_MUTEX_INITIALIZER,
          .lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local int inside;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static unsigned long long range_of(unsigned first, unsigned last) {
  return (unsigned long long)first << 32 | last;
}

// Takes one tile of a worker's, from the front or the back; -1 where none is left.
static int take_tile(int worker, int front) {
  atomic_ullong *left = &pool.ranges[worker].left;
  unsigned long long seen = atomic_load_explicit(left, memory_order_relaxed), rest;
  unsigned first, last;
  do {
    first = (unsigned)(seen >> 32);
    last = (unsigned)seen;
    if (first >= last) return -1;
    rest = front ? range_of(first + 1, last) : range_of(first, last - 1);
  } while (!atomic_compare_exchange_weak_explicit(left, &seen, rest, memory_order_relaxed,
                                                  memory_order_relaxed));
  return (int)(front ? first : last - 1);
}

static void take_tiles(int index) {
  for (int i = 0, tile; i < pool.sharing; i++) {
    int worker = (index + i) % pool.sharing;
    while ((tile = take_tile(worker, i == 0)) >= 0) pool.body(pool.context, tile);
  }
}

static uint64_t number_of(uint64_t door) { return door >> NUMBER_SHIFT; }

// Goes into the call after `seen` if it is open still; returns its number, whether or not.
static uint64_t join(uint64_t seen, int *joined) {
  uint64_t door = atomic_load_explicit(&pool.door, memory_order_acquire);
  *joined = 0;
  while (number_of(door) != seen && (door & OPEN) && !*joined)
    *joined = atomic_compare_exchange_weak_explicit(&pool.door, &door, door + 1, memory_order_acquire,
                                                    memory_order_acquire);
  return number_of(door);
}

static uint64_t current_number(void) {
  return number_of(atomic_load_explicit(&pool.door, memory_order_acquire));
}

static void *worker(void *argument) {
  int index = (int)(uintptr_t)argument;  // 1..<workers; the caller is 0
  uint64_t seen = 0;                     // no call has this number
  inside = 1;
  for (;;) {
    for (int spin = 0; spin < SPINS && current_number() == seen; spin++) pause_briefly();
    if (current_number() == seen) {
      pthread_mutex_lock(&pool.lock);
      while (current_number() == seen) pthread_cond_wait(&pool.wake, &pool.lock);
      pthread_mutex_unlock(&pool.lock);
    }
    int joined;
    seen = join(seen, &joined);
    if (!joined) continue;
    if (index < pool.sharing) take_tiles(index);
    atomic_fetch_sub_explicit(&pool.door, 1, memory_order_release);
  }
  return NULL;
}

int hone_workers(void) {
  int count = atomic_load(&pool.workers);
  if (count > 0) return count;
  cpu_set_t set;
  // The set may be too small for a very large machine.
  count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                      : (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1) count = 1;
  if (count > MAXIMUM_WORKERS) count = MAXIMUM_WORKERS;
  int none = 0;
  atomic_compare_exchange_strong(&pool.workers, &none, count);
  return atomic_load(&pool.workers);
}

void hone_set_workers(int count) {
  pthread_mutex_lock(&pool.calls);
  atomic_store(&pool.workers, count < 1 ? 1 : count > MAXIMUM_WORKERS ? MAXIMUM_WORKERS : count);
  pthread_mutex_unlock(&pool.calls);
}

void hone_parallel(int tiles, hone_body body, void *context) {
  if (inside || tiles <= 1 || hone_workers() == 1) {
    for (int tile = 0; tile < tiles; tile++) body(context, tile);
    return;
  }
  pthread_mutex_lock(&pool.calls);
  int wanted = hone_workers() - 1;
  for (; pool.started < wanted; pool.started++) {
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, worker, (void *)(uintptr_t)(pool.started + 1));
    pthread_attr_destroy(&attributes);
    if (failed) break;  // fewer helpers; the caller takes what is left
  }
  pool.body = body;
  pool.context = context;
  pool.sharing = (wanted < pool.started ? wanted : pool.started) + 1;
  for (int i = 0; i < pool.sharing; i++)
    atomic_store_explicit(&pool.ranges[i].left,
                          range_of((unsigned)((long long)tiles * i / pool.sharing),
                                   (unsigned)((long long)tiles * (i + 1) / pool.sharing)),
                          memory_order_relaxed);
  pthread_mutex_lock(&pool.lock);
  atomic_store_explicit(&pool.door, (current_number() + 1) << NUMBER_SHIFT | OPEN,
                        memory_order_release);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
  inside = 1;
  take_tiles(0);
  inside = 0;
  atomic_fetch_and_explicit(&pool.door, ~(uint64_t)OPEN, memory_order_relaxed);
  for (int spin = 0; atomic_load_explicit(&pool.door, memory_order_acquire) & INSIDE; spin++) {
    if (spin < PATIENT_SPINS) pause_briefly(); else sched_yield();  // a yield may cost a time slice
  }
  pthread_mutex_unlock(&pool.calls);
}
