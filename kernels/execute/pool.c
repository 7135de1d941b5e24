/* The threads of the process: one pool, which helps one call at a time.
 *
 * No thread starts before the first call that can use one. Whoever calls works too, and takes the pool if it is free;
 * a call that finds it taken works alone, so calls never wait for each other. Pieces are claimed one by one, and the
 * caller waits only for pieces that have begun: a thread that doesn't get a core holds nobody up.
 *
 * All of it turns on one word: (number of the task, workers that joined it, next piece). A claim is one
 * compare-and-swap of this word, so that nobody can claim a piece of a task that has ended. Between tasks the word is
 * closed: its next piece is beyond all. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "execute/plan.h"

enum { PIECE_BITS = 23, WORKER_BITS = 11 };
#define PIECE ((uint64_t)1)
#define PIECES (((uint64_t)1 << PIECE_BITS) - 1)
#define WORKER ((uint64_t)1 << PIECE_BITS)
#define WORKERS (((uint64_t)1 << WORKER_BITS) - 1)
#define TASK ((uint64_t)1 << (PIECE_BITS + WORKER_BITS))

#define SPIN_NS 300000      /* a worker waits so long for the next task before it sleeps */
#define WAIT_SPIN_NS 20000  /* the caller for the last pieces */
#define PAUSES_PER_LOOK 32
#define WAKE_NS 30000       /* work for which it pays to wake a worker */
#define MOVE_NS 1000000     /* workers are moved at most so often … */
#define LOOK_NS 100000000   /* … and the caller's cores are asked for at least so often while it computes */

#if defined(__x86_64__)
#define relax() __builtin_ia32_pause()
#else
#define relax() __asm__ volatile("" ::: "memory")
#endif

static struct {
  _Alignas(64) _Atomic uint64_t word;
  _Atomic int64_t pieces, threads; /* of the task; right if the word has not changed since before they were read */
  tir_task task;                   /* likewise */
  _Atomic bool stop;               /* no further piece shall begin */
  _Alignas(64) _Atomic uint32_t ended; /* pieces of the task that have ended */
  _Atomic bool waiting;                /* the caller sleeps until all have */
  _Alignas(64) _Atomic uint32_t bell;  /* changes with every task; workers sleep on it */
  _Atomic uint32_t sleepers;
  _Alignas(64) _Atomic bool taken;
  /* The rest belongs to who took the pool. */
  int64_t started;                 /* workers */
  pthread_t worker[TIR_MAX_THREADS];
  int caller_core;                 /* which the workers keep away from; -1: none yet */
  int64_t looked;                  /* at it, and at the cores that the caller may use, at this time */
} pool = {.word = PIECES, .caller_core = -1};

static void futex(_Atomic uint32_t* word, int operation, uint32_t value) {
  syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

/* ---- claiming ------------------------------------------------------------------ */

static int64_t joined_of(uint64_t word) { return (int64_t)(word >> PIECE_BITS & WORKERS); }

/* Claims a piece of the task at hand. `*mine`: the task that this thread has joined, as a word without its pieces and
 * workers, and *number as which worker; a thread that has not joined it does so if there is room. */
static bool claim(uint64_t* mine, int64_t* number, int64_t* piece) {
  uint64_t word = atomic_load_explicit(&pool.word, memory_order_acquire);
  for (;;) {
    const int64_t next = (int64_t)(word & PIECES);
    if (next >= atomic_load_explicit(&pool.pieces, memory_order_relaxed)) return false;
    if (atomic_load_explicit(&pool.stop, memory_order_relaxed)) return false;
    const bool joins = word / TASK != *mine;
    if (joins && joined_of(word) >= atomic_load_explicit(&pool.threads, memory_order_relaxed)) return false;
    const uint64_t claimed = word + PIECE + (joins ? WORKER : 0);
    if (!atomic_compare_exchange_weak_explicit(&pool.word, &word, claimed, memory_order_acq_rel, memory_order_acquire))
      continue;
    *piece = next;
    if (joins) {
      *mine = word / TASK;
      *number = joined_of(word);
      pool.task.join(pool.task.context, *number);
    }
    return true;
  }
}

/* Runs the next piece of the task at hand. False: there is none. */
static bool work(uint64_t* mine, int64_t* number) {
  int64_t piece;
  if (!claim(mine, number, &piece)) return false;
  if (!pool.task.run(pool.task.context, *number, piece)) atomic_store_explicit(&pool.stop, true, memory_order_relaxed);
  /* From here on the task may be gone. */
  atomic_fetch_add(&pool.ended, 1);
  if (atomic_load(&pool.waiting)) futex(&pool.ended, FUTEX_WAKE, 1);
  return true;
}

/* ---- workers ------------------------------------------------------------------- */

/* Returns when something may be to do: first awake, then asleep. */
static void wait_for_task(uint32_t heard) {
  const int64_t until = tir_now() + SPIN_NS;
  while (tir_now() < until) {
    for (int i = 0; i < PAUSES_PER_LOOK; i++) {
      if (atomic_load_explicit(&pool.bell, memory_order_relaxed) != heard) return;
      relax();
    }
  }
  atomic_fetch_add(&pool.sleepers, 1);
  while (atomic_load(&pool.bell) == heard) futex(&pool.bell, FUTEX_WAIT, heard);
  atomic_fetch_sub(&pool.sleepers, 1);
}

static void* live(void* nothing) {
  (void)nothing;
  for (;;) {
    uint64_t mine = UINT64_MAX; /* none; what it joined long ago may have the number of a task to come */
    int64_t number = 0;
    const uint32_t heard = atomic_load(&pool.bell);
    bool any = false;
    while (work(&mine, &number)) any = true;
    if (!any) wait_for_task(heard);
  }
  return NULL;
}

/* After a fork only the thread that called it exists, and it is not at work. */
static void forget(void) {
  pool.started = 0;
  pool.caller_core = -1;
  atomic_store(&pool.word, (atomic_load(&pool.word) / TASK + 1) * TASK | PIECES);
  atomic_store(&pool.sleepers, 0);
  atomic_store(&pool.waiting, false);
  atomic_store(&pool.taken, false);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void watch_forks(void) { pthread_atfork(NULL, NULL, forget); }

/* Starts what is missing of `count` workers, as far as the system lets it. Signals are left to the program's own
 * threads. */
static void start(int64_t count) {
  pthread_once(&once, watch_forks);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  for (; pool.started < count; pool.started++) {
    if (pthread_create(&pool.worker[pool.started], &detached, live, NULL) != 0) break;
  }
  pthread_attr_destroy(&detached);
  pool.caller_core = -1;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Keeps the workers away from the caller's core: left alone, one that wakes up lands on the core of who woke it, and
 * both run at half speed. They may use all other cores that the caller may use, so nothing is pinned to one core, and
 * two processes don't meet on the same one. */
static void keep_apart(void) {
  const int core = sched_getcpu();
  const int64_t now = tir_now_coarse();
  if (core < 0 || now - pool.looked < (core == pool.caller_core ? LOOK_NS : pool.caller_core < 0 ? 0 : MOVE_NS)) return;
  cpu_set_t cores;
  pool.caller_core = core;
  pool.looked = now;
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return; /* more cores than the type has room for */
  if (CPU_COUNT(&cores) > 1) CPU_CLR((unsigned)core, &cores);
  for (int64_t i = 0; i < pool.started; i++) pthread_setaffinity_np(pool.worker[i], sizeof(cores), &cores);
}

/* ---- tasks --------------------------------------------------------------------- */

static int64_t run_alone(const tir_task* task, int64_t pieces) {
  task->join(task->context, 0);
  int64_t piece = 0;
  while (piece < pieces && task->run(task->context, 0, piece++)) continue;
  return piece;
}

/* Awake while it is a matter of microseconds; asleep behind that, so that a thread that waits for this core gets it. */
static void wait_for_pieces(uint32_t begun) {
  int64_t until = 0;
  uint32_t ended;
  while ((ended = atomic_load(&pool.ended)) != begun) {
    for (int i = 0; i < PAUSES_PER_LOOK; i++) relax();
    const int64_t now = tir_now();
    if (until == 0) until = now + WAIT_SPIN_NS;
    if (now < until) continue;
    atomic_store(&pool.waiting, true);
    if (atomic_load(&pool.ended) == ended) futex(&pool.ended, FUTEX_WAIT, ended);
    atomic_store(&pool.waiting, false);
  }
}

static void ring(int64_t threads, int64_t pieces) {
  futex(&pool.bell, FUTEX_WAKE, (uint32_t)((threads < pieces ? threads : pieces) - 1));
}

int64_t tir_pool_run(const tir_task* task, int64_t threads, int64_t pieces) {
  if (threads < 2 || pieces < 2 || atomic_exchange_explicit(&pool.taken, true, memory_order_acquire))
    return run_alone(task, pieces);
  if (pool.started < threads - 1) start(threads - 1);
  keep_apart();
  pool.task = *task;
  atomic_store_explicit(&pool.pieces, pieces, memory_order_relaxed);
  atomic_store_explicit(&pool.threads, threads, memory_order_relaxed);
  atomic_store_explicit(&pool.stop, false, memory_order_relaxed);
  atomic_store_explicit(&pool.ended, 0, memory_order_relaxed);
  const uint64_t next = (atomic_load_explicit(&pool.word, memory_order_relaxed) / TASK + 1) * TASK;
  task->join(task->context, 0);
  atomic_store(&pool.word, next | WORKER); /* the caller has joined, as worker 0 */
  atomic_fetch_add(&pool.bell, 1);
  uint64_t mine = next / TASK;
  int64_t number = 0;
  /* Sleepers are woken for what is worth it: known from last time, or seen as soon as some pieces are done. */
  bool wake = atomic_load(&pool.sleepers) > 0;
  if (wake && *task->piece_ns * pieces > WAKE_NS) {
    ring(threads, pieces);
    wake = false;
  }
  const int64_t began = wake ? tir_now() : 0;
  for (int64_t done = 1; work(&mine, &number); done++) {
    if (!wake) continue;
    *task->piece_ns = (tir_now() - began) / done;
    if (*task->piece_ns * (pieces - done) <= WAKE_NS) continue;
    ring(threads, pieces);
    wake = false;
  }
  const int64_t begun = (int64_t)(atomic_fetch_or(&pool.word, PIECES) & PIECES);
  wait_for_pieces((uint32_t)begun);
  atomic_store_explicit(&pool.taken, false, memory_order_release);
  return begun;
}
