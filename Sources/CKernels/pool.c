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

// One parallel call. `generation` wakes the workers; `ranges` hand out tiles: each worker gets the
// same part of every call with as many tiles, so that what it wrote is in its own caches when it
// reads it in the next; `running` counts the workers that may still touch the call, so that the
// caller does not return before they left.
static struct {
  pthread_mutex_t calls;  // one parallel call at a time
  pthread_mutex_t lock;
  pthread_cond_t wake;
  atomic_uint generation;
  atomic_int running;
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

static void *worker(void *argument) {
  uintptr_t packed = (uintptr_t)argument;
  int index = (int)(packed & 0xff);          // 1..<workers; the caller is 0
  unsigned seen = (unsigned)(packed >> 8);   // the generation before this thread's first
  inside = 1;
  for (;;) {
    for (int spin = 0; spin < SPINS; spin++) {
      if (atomic_load_explicit(&pool.generation, memory_order_acquire) != seen) break;
      pause_briefly();
    }
    if (atomic_load_explicit(&pool.generation, memory_order_acquire) == seen) {
      pthread_mutex_lock(&pool.lock);
      while (atomic_load_explicit(&pool.generation, memory_order_acquire) == seen)
        pthread_cond_wait(&pool.wake, &pool.lock);
      pthread_mutex_unlock(&pool.lock);
    }
    seen = atomic_load_explicit(&pool.generation, memory_order_acquire);
    if (index < pool.sharing) take_tiles(index);
    atomic_fetch_sub_explicit(&pool.running, 1, memory_order_release);
  }
  return NULL;
}

int hone_workers(void) {
  int count = atomic_load(&pool.workers);
  if (count > 0) return count;
  cpu_set_t set;
  count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
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
    uintptr_t packed = ((uintptr_t)atomic_load(&pool.generation) << 8) | (pool.started + 1);
    int failed = pthread_create(&thread, &attributes, worker, (void *)packed);
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
  atomic_store_explicit(&pool.running, pool.started, memory_order_relaxed);
  pthread_mutex_lock(&pool.lock);
  unsigned generation = atomic_load_explicit(&pool.generation, memory_order_relaxed) + 1;
  atomic_store_explicit(&pool.generation, generation, memory_order_release);
  pthread_cond_broadcast(&pool.wake);
  pthread_mutex_unlock(&pool.lock);
  inside = 1;
  take_tiles(0);
  inside = 0;
  for (int spin = 0; atomic_load_explicit(&pool.running, memory_order_acquire) > 0; spin++) {
    if (spin < PATIENT_SPINS) pause_briefly(); else sched_yield();  // a yield may cost a time slice
  }
  pthread_mutex_unlock(&pool.calls);
}
